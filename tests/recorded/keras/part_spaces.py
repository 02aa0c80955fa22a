"""Random configurations of losses, metrics, optimizers, schedules, regularizers, constraints and activations.

PARTS maps a name such as `losses/Huber` to a function from `Draw` and a number to recorded cases.
"""

import keras
import numpy as np
from keras import constraints, losses, metrics, optimizers, regularizers
from keras.optimizers import schedules

from part_cases import (
    record_activation,
    record_constraint,
    record_loss,
    record_metric,
    record_optimizer,
    record_regularizer,
    record_schedule,
)

PARTS = {}


def softmax(x):
    exponents = np.exp(x - x.max(-1, keepdims=True))
    return (exponents / exponents.sum(-1, keepdims=True)).astype("float32")


def one_hot(draw, shape, classes):
    return np.eye(classes, dtype="float32")[draw.ints(*shape, below=classes)]


# losses: name -> (options, targets, predictions)


def real_pair(draw):
    shape = [draw.integer(2, 4), *draw.integers(draw.integer(1, 2), 1, 4)]
    return draw.normals(*shape), draw.normals(*shape)


def positive_pair(draw):
    y_true, y_pred = real_pair(draw)
    return np.abs(y_true) + 0.05, np.abs(y_pred) + 0.05


def binary_pair(draw, logits=False):
    shape = [draw.integer(2, 5), draw.integer(1, 4)]
    labels = draw.ints(*shape, below=2).astype("float32")
    return labels, draw.normals(*shape) if logits else draw.floats(*shape, low=0.02, high=0.98)


def class_pair(draw, logits=False):
    shape, classes = [draw.integer(2, 4), *draw.integers(draw.integer(0, 1), 1, 3)], draw.integer(2, 5)
    scores = draw.normals(*shape, classes)
    return one_hot(draw, shape, classes), scores if logits else softmax(scores)


def sparse_pair(draw, logits=False):
    y_true, y_pred = class_pair(draw, logits)
    return y_true.argmax(-1).astype("int32"), y_pred


def distribution_pair(draw):
    shape = [draw.integer(2, 4), draw.integer(2, 5)]
    return softmax(draw.normals(*shape)), softmax(draw.normals(*shape))


def hinge_pair(draw):
    y_true, y_pred = real_pair(draw)
    return (np.sign(y_true) if draw.flag() else (y_true > 0)).astype("float32"), y_pred


def options_with_pair(options, pair):
    return lambda draw: (options(draw), *pair(draw))


def with_logits(options, pair):
    def make(draw):
        logits = draw.flag()
        return ({"from_logits": logits, **options(draw)}, *pair(draw, logits))

    return make


def nothing(draw):
    return {}


def axis_option(draw):
    return {"axis": -1}


def smoothing(draw):
    return {"label_smoothing": draw.choice(0.0, draw.number(0.05, 0.4))}


def focal(draw):
    return {**smoothing(draw), "gamma": draw.number(0.5, 3), "alpha": draw.number(0.1, 0.9)}


def binary_focal(draw):
    return {**focal(draw), "apply_class_balancing": draw.flag()}


def image_pair(draw):
    shape = [2, 3, 3, draw.integer(1, 2)]
    return draw.ints(*shape, below=2).astype("float32"), draw.floats(*shape, low=0.05, high=0.95)


def circle_pair(draw):
    embeddings = draw.normals(6, 4)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    return draw.ints(6, below=3), embeddings


def ctc_pair(draw):
    batch, time, classes = 2, draw.integer(5, 7), draw.integer(3, 5)
    return draw.rng.integers(1, classes, (batch, draw.integer(1, 3))).astype("int32"), draw.normals(batch, time, classes)


LOSSES = {
    "MeanSquaredError": options_with_pair(nothing, real_pair),
    "MeanAbsoluteError": options_with_pair(nothing, real_pair),
    "MeanAbsolutePercentageError": options_with_pair(nothing, real_pair),
    "MeanSquaredLogarithmicError": options_with_pair(nothing, positive_pair),
    "CosineSimilarity": options_with_pair(axis_option, real_pair),
    "Huber": options_with_pair(lambda draw: {"delta": draw.number(0.2, 2)}, real_pair),
    "LogCosh": options_with_pair(nothing, real_pair),
    "Hinge": options_with_pair(nothing, hinge_pair),
    "SquaredHinge": options_with_pair(nothing, hinge_pair),
    "CategoricalHinge": options_with_pair(nothing, class_pair),
    "KLDivergence": options_with_pair(nothing, distribution_pair),
    "Poisson": options_with_pair(nothing, positive_pair),
    "BinaryCrossentropy": with_logits(smoothing, binary_pair),
    "BinaryFocalCrossentropy": with_logits(binary_focal, binary_pair),
    "CategoricalCrossentropy": with_logits(smoothing, class_pair),
    "CategoricalFocalCrossentropy": with_logits(focal, class_pair),
    "CategoricalGeneralizedCrossEntropy": options_with_pair(lambda draw: {"q": draw.number(0.1, 0.9)}, sparse_pair),
    "SparseCategoricalCrossentropy": with_logits(lambda draw: {"ignore_class": draw.maybe(0, 0.3)}, sparse_pair),
    "Dice": options_with_pair(lambda draw: {"axis": draw.choice(None, (1, 2), (1, 2, 3))}, image_pair),
    "Tversky": options_with_pair(
        lambda draw: {"alpha": draw.number(0.1, 0.9), "beta": draw.number(0.1, 0.9), "axis": draw.choice(None, (1, 2))}, image_pair
    ),
    "Circle": options_with_pair(
        lambda draw: {"gamma": draw.number(5, 80), "margin": draw.number(0.2, 0.5), "remove_diagonal": draw.flag()}, circle_pair
    ),
    "CTC": options_with_pair(nothing, ctc_pair),
}

for loss_name, make_loss in LOSSES.items():

    def loss_part(draw, number, name=loss_name, make=make_loss):
        options, y_true, y_pred = make(draw)
        tolerance = 2e-4 if name in ("CTC", "Circle", "CosineSimilarity") else 2e-5
        return record_loss(name, number, getattr(losses, name)(**options), y_true, y_pred, draw, tolerance)

    PARTS[f"losses/{loss_name}"] = loss_part


# metrics


def batches_of(pair, draw):
    """Batches of one shape, with batch sizes that may differ."""
    y_true, y_pred = pair(draw)
    more = [pair_like(pair, draw, y_pred) for _ in range(draw.integer(0, 2))]
    return [(y_true, y_pred), *more]


def pair_like(pair, draw, y_pred):
    for _ in range(1000):
        y_true, other = pair(draw)
        if other.shape == y_pred.shape:
            return y_true, other
    raise ValueError("no batch of the same shape")


def thresholds(draw):
    return {"thresholds": draw.choice(None, draw.number(0.1, 0.9), sorted(draw.number(0.05, 0.95) for _ in range(3)))}


def confusion(draw):
    if draw.flag(0.6):
        return thresholds(draw)
    return {**thresholds(draw), "class_id": 0}


def precision_options(draw):
    return draw.choice(thresholds(draw), {"top_k": 1}, {"class_id": 0, **thresholds(draw)})


def auc_options(draw):
    return {
        "num_thresholds": draw.choice(3, 20, 200),
        "curve": draw.choice("ROC", "PR"),
        "summation_method": draw.choice("interpolation", "minoring", "majoring"),
    }


def at(name):
    return lambda draw: {name: draw.number(0.1, 0.9), "num_thresholds": draw.choice(10, 200)}


def multi_class(draw):
    y_true, y_pred = class_pair(draw)
    return y_true.reshape(-1, y_true.shape[-1]), y_pred.reshape(-1, y_pred.shape[-1])


def f_score(draw):
    return {"average": draw.choice(None, "micro", "macro", "weighted"), "threshold": draw.choice(None, 0.4)}


def labels_pair(draw):
    return draw.ints(6, below=3), draw.ints(6, below=3)


def regression_columns(draw):
    shape = (4, draw.integer(1, 3))
    return draw.normals(*shape), draw.normals(*shape)


METRICS = {
    "Accuracy": (nothing, labels_pair),
    "BinaryAccuracy": (lambda draw: {"threshold": draw.number(0.2, 0.8)}, binary_pair),
    "CategoricalAccuracy": (nothing, class_pair),
    "SparseCategoricalAccuracy": (nothing, sparse_pair),
    "TopKCategoricalAccuracy": (lambda draw: {"k": draw.integer(1, 3)}, multi_class),
    "SparseTopKCategoricalAccuracy": (lambda draw: {"k": draw.integer(1, 3)}, sparse_pair),
    "AUC": (auc_options, binary_pair),
    "Precision": (precision_options, binary_pair),
    "Recall": (precision_options, binary_pair),
    "TruePositives": (thresholds, binary_pair),
    "TrueNegatives": (thresholds, binary_pair),
    "FalsePositives": (thresholds, binary_pair),
    "FalseNegatives": (thresholds, binary_pair),
    "PrecisionAtRecall": (at("recall"), binary_pair),
    "RecallAtPrecision": (at("precision"), binary_pair),
    "SensitivityAtSpecificity": (at("specificity"), binary_pair),
    "SpecificityAtSensitivity": (at("sensitivity"), binary_pair),
    "F1Score": (f_score, multi_class),
    "FBetaScore": (lambda draw: {**f_score(draw), "beta": draw.number(0.3, 3)}, multi_class),
    "BinaryIoU": (lambda draw: {"target_class_ids": draw.choice([0], [1], [0, 1]), "threshold": draw.number(0.2, 0.8)}, binary_pair),
    "MeanIoU": (lambda draw: {"num_classes": draw.integer(3, 5)}, labels_pair),
    "IoU": (lambda draw: {"num_classes": 3, "target_class_ids": draw.choice([0], [1, 2])}, labels_pair),
    "OneHotIoU": (lambda draw: {"num_classes": 3, "target_class_ids": draw.choice([0], [1, 2])}, lambda draw: (one_hot(draw, (6,), 3), softmax(draw.normals(6, 3)))),
    "OneHotMeanIoU": (lambda draw: {"num_classes": 3}, lambda draw: (one_hot(draw, (6,), 3), softmax(draw.normals(6, 3)))),
    "Hinge": (nothing, hinge_pair),
    "SquaredHinge": (nothing, hinge_pair),
    "CategoricalHinge": (nothing, class_pair),
    "BinaryCrossentropy": (smoothing, binary_pair),
    "CategoricalCrossentropy": (smoothing, class_pair),
    "SparseCategoricalCrossentropy": (nothing, sparse_pair),
    "KLDivergence": (nothing, distribution_pair),
    "Poisson": (nothing, positive_pair),
    "MeanSquaredError": (nothing, real_pair),
    "MeanAbsoluteError": (nothing, real_pair),
    "MeanAbsolutePercentageError": (nothing, real_pair),
    "MeanSquaredLogarithmicError": (nothing, positive_pair),
    "RootMeanSquaredError": (nothing, real_pair),
    "LogCoshError": (nothing, real_pair),
    "CosineSimilarity": (nothing, real_pair),
    "R2Score": (lambda draw: {"class_aggregation": draw.choice(None, "uniform_average", "variance_weighted_average")}, regression_columns),
    "PearsonCorrelation": (nothing, regression_columns),
    "ConcordanceCorrelation": (nothing, regression_columns),
}

for metric_name, (metric_options, metric_pair) in METRICS.items():

    def metric_part(draw, number, name=metric_name, options=metric_options, pair=metric_pair):
        made = getattr(metrics, name)(**options(draw))
        weighted = name not in ("PearsonCorrelation", "ConcordanceCorrelation")
        return record_metric(name, number, made, batches_of(pair, draw), draw, weighted, 1e-4)

    PARTS[f"metrics/{metric_name}"] = metric_part

for metric_name in ("Mean", "Sum"):

    def reduction_part(draw, number, name=metric_name):
        batches = [(None, draw.normals(draw.integer(1, 5))) for _ in range(3)]
        return record_metric(name, number, getattr(metrics, name)(), batches, draw)

    PARTS[f"metrics/{metric_name}"] = reduction_part


# optimizers


def common(draw):
    """Options that all optimizers have: at most one way of clipping."""
    options = {"learning_rate": draw.choice(0.001, 0.01, 0.1)}
    if draw.flag(0.3):
        options[draw.choice("clipnorm", "global_clipnorm", "clipvalue")] = draw.number(0.2, 2)
    if draw.flag(0.3):
        options["weight_decay"] = draw.number(0.001, 0.1)
    if draw.flag(0.2):
        options.update(use_ema=True, ema_momentum=draw.number(0.5, 0.99), ema_overwrite_frequency=draw.maybe(2))
    if draw.flag(0.2):
        options["gradient_accumulation_steps"] = 2
    return options


def betas(draw):
    return {"beta_1": draw.number(0.5, 0.95), "beta_2": draw.number(0.8, 0.999)}


OPTIMIZERS = {
    "SGD": lambda draw: {"momentum": draw.choice(0.0, draw.number(0.1, 0.95)), "nesterov": draw.flag()},
    "Adam": lambda draw: {**betas(draw), "epsilon": draw.choice(1e-7, 1e-3), "amsgrad": draw.flag()},
    "AdamW": lambda draw: {**betas(draw), "amsgrad": draw.flag()},
    "Adamax": betas,
    "Nadam": betas,
    "RMSprop": lambda draw: {"rho": draw.number(0.5, 0.99), "momentum": draw.choice(0.0, 0.5), "centered": draw.flag()},
    "Adagrad": lambda draw: {"initial_accumulator_value": draw.number(0, 0.5)},
    "Adadelta": lambda draw: {"rho": draw.number(0.5, 0.99)},
    "Ftrl": lambda draw: {
        "learning_rate_power": -draw.number(0.2, 0.8),
        "l1_regularization_strength": draw.choice(0.0, 0.05),
        "l2_regularization_strength": draw.choice(0.0, 0.05),
        "l2_shrinkage_regularization_strength": draw.choice(0.0, 0.05),
        "beta": draw.choice(0.0, 0.3),
    },
    "Lion": betas,
    "Lamb": betas,
    "Adafactor": lambda draw: {"beta_2_decay": -draw.number(0.5, 0.9), "relative_step": draw.flag(), "clip_threshold": draw.number(0.5, 2)},
    "Muon": lambda draw: {"momentum": draw.number(0.5, 0.95), "nesterov": draw.flag()},
    "ScheduleFreeAdamW": lambda draw: {"warmup_steps": draw.integer(0, 2)},
}

for optimizer_name, optimizer_options in OPTIMIZERS.items():

    def optimizer_part(draw, number, name=optimizer_name, options=optimizer_options):
        kwargs = {**common(draw), **options(draw)}
        tolerance = 5e-4 if name == "Muon" else 5e-5
        return record_optimizer(name, number, lambda: getattr(optimizers, name)(**kwargs), draw, tolerance)

    PARTS[f"optimizers/{optimizer_name}"] = optimizer_part


SCHEDULES = {
    "ExponentialDecay": lambda draw: {"decay_steps": draw.integer(3, 30), "decay_rate": draw.number(0.1, 0.99), "staircase": draw.flag()},
    "InverseTimeDecay": lambda draw: {"decay_steps": draw.integer(3, 30), "decay_rate": draw.number(0.1, 2), "staircase": draw.flag()},
    "PolynomialDecay": lambda draw: {"decay_steps": draw.integer(3, 30), "end_learning_rate": draw.number(0, 0.05), "power": draw.choice(1.0, 2.0, 0.5), "cycle": draw.flag()},
    "CosineDecay": lambda draw: {
        "decay_steps": draw.integer(3, 30), "alpha": draw.number(0, 0.5), "warmup_steps": draw.choice(0, 5), "warmup_target": draw.maybe(0.3)
    },
    "CosineDecayRestarts": lambda draw: {"first_decay_steps": draw.choice(7, 13), "t_mul": 2.0, "m_mul": draw.number(0.5, 1), "alpha": draw.number(0, 0.3)},
}  # fmt: skip

for schedule_name, schedule_options in SCHEDULES.items():

    def schedule_part(draw, number, name=schedule_name, options=schedule_options):
        return record_schedule(name, number, getattr(schedules, name)(draw.number(0.01, 0.5), **options(draw)))

    PARTS[f"schedules/{schedule_name}"] = schedule_part


def piecewise(draw, number):
    boundaries = sorted({draw.integer(1, 50) for _ in range(draw.integer(1, 4))})
    values = [draw.number(0.01, 1) for _ in range(len(boundaries) + 1)]
    return record_schedule("PiecewiseConstantDecay", number, schedules.PiecewiseConstantDecay(boundaries, values))


PARTS["schedules/PiecewiseConstantDecay"] = piecewise

REGULARIZERS = {
    "L1": lambda draw: {"l1": draw.number(0.001, 1)},
    "L2": lambda draw: {"l2": draw.number(0.001, 1)},
    "L1L2": lambda draw: {"l1": draw.number(0, 1), "l2": draw.number(0, 1)},
    "OrthogonalRegularizer": lambda draw: {"factor": draw.number(0.01, 1), "mode": draw.choice("rows", "columns")},
}
CONSTRAINTS = {
    "MaxNorm": lambda draw: {"max_value": draw.number(0.5, 3), "axis": draw.choice(0, 1, [0, 1])},
    "MinMaxNorm": lambda draw: {"min_value": draw.number(0, 0.5), "max_value": draw.number(0.6, 2), "rate": draw.number(0, 1), "axis": draw.choice(0, 1)},
    "NonNeg": nothing,
    "UnitNorm": lambda draw: {"axis": draw.choice(0, 1, [0, 1])},
}

for part_name, part_options in REGULARIZERS.items():

    def regularizer_part(draw, number, name=part_name, options=part_options):
        return record_regularizer(name, number, getattr(regularizers, name)(**options(draw)), draw.normals(draw.integer(2, 4), draw.integer(2, 4)))

    PARTS[f"regularizers/{part_name}"] = regularizer_part

for part_name, part_options in CONSTRAINTS.items():

    def constraint_part(draw, number, name=part_name, options=part_options):
        return record_constraint(name, number, getattr(constraints, name)(**options(draw)), draw.normals(draw.integer(2, 4), draw.integer(2, 4)))

    PARTS[f"constraints/{part_name}"] = constraint_part

ACTIVATIONS = {
    **{
        name: nothing
        for name in (
            "celu exponential glu hard_sigmoid hard_silu hard_tanh linear log_sigmoid log_softmax mish relu6 selu sigmoid silu "
            "softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus tanh tanh_shrink"
        ).split()
    },
    "relu": lambda draw: {"negative_slope": draw.choice(0.0, 0.2), "max_value": draw.choice(None, 1.5), "threshold": draw.choice(0.0, 0.3)},
    "elu": lambda draw: {"alpha": draw.number(0.2, 2)},
    "gelu": lambda draw: {"approximate": draw.flag()},
    "leaky_relu": lambda draw: {"negative_slope": draw.number(0, 0.5)},
    "hard_shrink": lambda draw: {"threshold": draw.number(0.1, 1)},
    "soft_shrink": lambda draw: {"threshold": draw.number(0.1, 1)},
    "threshold": lambda draw: {"threshold": draw.number(-1, 1), "default_value": draw.number(-1, 1)},
}

for part_name, part_options in ACTIVATIONS.items():

    def activation_part(draw, number, name=part_name, options=part_options):
        x = draw.normals(draw.integer(1, 3), 2 * draw.integer(1, 3)) * np.float32(2)
        return record_activation(name, number, options(draw), x, draw)

    PARTS[f"activations/{part_name}"] = activation_part

assert all(hasattr(keras.activations, name) for name in ACTIVATIONS)
