"""Models with everything that a file of Keras may hold: MODELS maps a name such as `optimizer.Adam` to a function from `Draw` to `Built`."""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, optimizers

from file_structures import STRUCTURES
from file_texts import TEXTS
from layer_spaces import SPACES
from part_spaces import OPTIMIZERS, SCHEDULES, common, schedule_of
import sequence_spaces  # noqa: F401

MODELS = {}


@dataclass
class Built:
    """A model, its inputs and targets by position or name, and the options of `compile`; without them it only predicts."""

    model: object
    x: object
    y: object = None
    compile: dict | None = None


def mse(model, x, draw, optimizer=None):
    """Compiled with the mean squared error of random targets."""
    y = [draw.normals(len(leaves(x)[0]), *output.shape[1:]) for output in model.outputs]
    y = y if len(y) > 1 else y[0]
    return Built(model, x, y, {"optimizer": optimizer or any_optimizer(draw), "loss": "mean_squared_error", "metrics": None})


def leaves(x):
    return keras.tree.flatten(x)


def optimizer_named(name, draw):
    options = {**common(draw), **OPTIMIZERS[name](draw)}
    if name == "Ftrl":
        options.update(learning_rate=0.1, loss_scale_factor=None)
    optimizer = getattr(optimizers, name)(**options)
    if draw.flag(0.2) and optimizer.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def any_optimizer(draw):
    # with a small epsilon, rounding decides where gradients are nearly 0
    return optimizers.Adam(0.01, epsilon=1e-2) if draw.flag() else optimizers.SGD(0.01, momentum=0.9)


def small_model(draw):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.BatchNormalization(), layers.Dense(2)])
    return model, draw.normals(4, 3)


# the state of every optimizer

for optimizer_name in OPTIMIZERS:
    MODELS[f"optimizer.{optimizer_name}"] = lambda draw, name=optimizer_name: mse(*small_model(draw), draw, optimizer_named(name, draw))


def loss_scale(draw):
    inner = optimizer_named(draw.choice("SGD", "Adam", "RMSprop", "Lion"), draw)
    inner.loss_scale_factor = None
    return mse(*small_model(draw), draw, optimizers.LossScaleOptimizer(inner, initial_scale=draw.choice(32768.0, 1024.0), dynamic_growth_steps=draw.integer(1, 4)))


def multi(draw):
    def plain(name):
        optimizer = optimizer_named(name, draw)
        optimizer.loss_scale_factor = None
        return optimizer

    chosen = {".*dense.*/kernel": plain(draw.choice("Adam", "SGD", "RMSprop"))}
    if draw.flag():
        chosen[".*batch.*"] = plain(draw.choice("Adam", "Lion", "Nadam"))
    map_ = optimizers.OptimizerMap(plain(draw.choice("SGD", "Adagrad")), chosen)
    return mse(*small_model(draw), draw, optimizers.MultiOptimizer(map_))


MODELS["optimizer.LossScaleOptimizer"] = loss_scale
MODELS["optimizer.MultiOptimizer"] = multi

for schedule_name in [*SCHEDULES, "PiecewiseConstantDecay"]:
    MODELS[f"schedule.{schedule_name}"] = lambda draw, name=schedule_name: mse(
        *small_model(draw), draw, getattr(optimizers, draw.choice("SGD", "Adam"))(schedule_of(name, draw)[0])
    )


# losses and metrics

HEADS = {
    "real": lambda draw: ({"units": 3}, draw.normals(4, 3)),
    "positive": lambda draw: ({"units": 3, "activation": "softplus"}, np.abs(draw.normals(4, 3))),
    "signed": lambda draw: ({"units": 3, "activation": "tanh"}, (2 * draw.ints(4, 3, below=2) - 1).astype("float32")),
    "binary": lambda draw: ({"units": 3, "activation": "sigmoid"}, draw.ints(4, 3, below=2).astype("float32")),
    "one": lambda draw: ({"units": 1, "activation": "sigmoid"}, draw.ints(4, 1, below=2).astype("float32")),
    "classes": lambda draw: ({"units": 4, "activation": "softmax"}, np.eye(4, dtype="float32")[draw.ints(4, below=4)]),
    "sparse": lambda draw: ({"units": 4, "activation": "softmax"}, draw.ints(4, below=4)),
}
LOSSES = {
    "real": "MeanSquaredError MeanAbsoluteError CosineSimilarity Huber LogCosh MeanAbsolutePercentageError",
    "positive": "MeanSquaredLogarithmicError Poisson",
    "signed": "Hinge SquaredHinge",
    "binary": "BinaryCrossentropy BinaryFocalCrossentropy Dice Tversky",
    "classes": "CategoricalHinge KLDivergence CategoricalCrossentropy CategoricalFocalCrossentropy",
    "sparse": "SparseCategoricalCrossentropy CategoricalGeneralizedCrossEntropy",
}
LOSS_OPTIONS = {
    "Huber": {"delta": 0.5},
    "CosineSimilarity": {"axis": -1},
    "BinaryCrossentropy": {"label_smoothing": 0.1},
    "BinaryFocalCrossentropy": {"gamma": 1.5, "alpha": 0.3, "apply_class_balancing": True},
    "Tversky": {"alpha": 0.3, "beta": 0.6, "axis": (0,)},
    "Dice": {"axis": [1]},
    "CategoricalCrossentropy": {"label_smoothing": 0.1},
    "CategoricalFocalCrossentropy": {"alpha": 0.4, "gamma": 1.0, "label_smoothing": 0.2},
    "SparseCategoricalCrossentropy": {"ignore_class": 1},
    "CategoricalGeneralizedCrossEntropy": {"q": 0.4},
}
METRICS = {
    "real": "MeanSquaredError MeanAbsoluteError CosineSimilarity RootMeanSquaredError LogCoshError R2Score MeanAbsolutePercentageError "
    "PearsonCorrelation ConcordanceCorrelation",
    "positive": "MeanSquaredLogarithmicError Poisson",
    "signed": "Hinge SquaredHinge",
    "binary": "BinaryAccuracy BinaryCrossentropy Precision Recall AUC TruePositives TrueNegatives FalsePositives FalseNegatives F1Score FBetaScore",
    "one": "BinaryIoU SensitivityAtSpecificity SpecificityAtSensitivity PrecisionAtRecall RecallAtPrecision",
    "classes": "CategoricalAccuracy CategoricalHinge KLDivergence CategoricalCrossentropy TopKCategoricalAccuracy OneHotIoU OneHotMeanIoU",
    "sparse": "SparseCategoricalAccuracy SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy",
}
METRIC_OPTIONS = {
    "SensitivityAtSpecificity": {"specificity": 0.5}, "SpecificityAtSensitivity": {"sensitivity": 0.5}, "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5}, "OneHotIoU": {"num_classes": 4, "target_class_ids": [0, 2]}, "OneHotMeanIoU": {"num_classes": 4},
    "BinaryIoU": {"target_class_ids": [0, 1], "threshold": 0.4}, "AUC": {"curve": "PR", "num_thresholds": 20, "multi_label": True, "num_labels": 3},
    "Precision": {"thresholds": [0.3, 0.6], "class_id": 1}, "Recall": {"top_k": 2}, "FBetaScore": {"beta": 2.0, "average": "micro", "threshold": 0.4},
    "F1Score": {"average": "macro", "threshold": 0.5}, "TopKCategoricalAccuracy": {"k": 2}, "SparseTopKCategoricalAccuracy": {"k": 2},
    "R2Score": {"class_aggregation": "uniform_average", "num_regressors": 1}, "BinaryCrossentropy": {"label_smoothing": 0.1},
    "SparseCategoricalCrossentropy": {"from_logits": False, "axis": -1}, "TruePositives": {"thresholds": [0.4]},
}  # fmt: skip
REQUIRED = {"SensitivityAtSpecificity", "SpecificityAtSensitivity", "PrecisionAtRecall", "RecallAtPrecision", "OneHotIoU", "OneHotMeanIoU", "BinaryIoU"}


def headed(head, draw, **compile):
    options, y = HEADS[head](draw)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(**options)])
    return Built(model, draw.normals(4, 3), y, {"optimizer": any_optimizer(draw), **compile})


def by_loss(head, name, draw):
    options = LOSS_OPTIONS.get(name, {}) if draw.flag() else {}
    if draw.flag(0.3):
        options = {**options, "reduction": draw.choice("sum", "sum_over_batch_size", "mean_with_sample_weight"), "name": "chosen"}
    return headed(head, draw, loss=getattr(keras.losses, name)(**options))


DEFAULT_LOSSES = {"sparse": "sparse_categorical_crossentropy", "classes": "categorical_crossentropy", "binary": "binary_crossentropy", "one": "bce"}


def by_metric(head, name, draw):
    options = METRIC_OPTIONS.get(name, {}) if name in REQUIRED or draw.flag() else {}
    if draw.flag(0.3):
        options = {**options, "name": "chosen"}
    place = draw.choice("metrics", "metrics", "weighted_metrics")
    return headed(head, draw, loss=DEFAULT_LOSSES.get(head, "mse"), **{place: [getattr(keras.metrics, name)(**options)]})


for head_name, names in LOSSES.items():
    for loss_name in names.split():
        MODELS[f"loss.{loss_name}"] = lambda draw, head=head_name, name=loss_name: by_loss(head, name, draw)
for head_name, names in METRICS.items():
    for metric_name in names.split():
        MODELS[f"metric.{metric_name}"] = lambda draw, head=head_name, name=metric_name: by_metric(head, name, draw)

STRINGS = {
    "real": "mse MSE mean_squared_error mae mape huber log_cosh cosine_similarity",
    "positive": "msle poisson",
    "signed": "hinge squared_hinge",
    "binary": "binary_crossentropy bce binary_focal_crossentropy dice tversky",
    "classes": "categorical_crossentropy kld kl_divergence kullback_leibler_divergence categorical_hinge categorical_focal_crossentropy",
    "sparse": "sparse_categorical_crossentropy",
}


def by_string(draw):
    head = draw.choice(*STRINGS)
    names = STRINGS[head].split()
    accuracy = ["accuracy"] if head in ("binary", "classes", "sparse") else ["mae"]
    return headed(head, draw, loss=draw.choice(*names), metrics=draw.choice(None, accuracy, ["mse", *accuracy]), weighted_metrics=draw.choice(None, ["mae"] if head != "sparse" else None))


def by_function(draw):
    return headed("real", draw, loss=draw.choice(keras.losses.mean_squared_error, keras.losses.huber), metrics=[keras.metrics.mean_absolute_error, "mse"])


for number in range(6):
    MODELS[f"compile.string_{number}"] = by_string
MODELS["compile.function"] = by_function


# every layer

def of_layer(name, draw):
    """A model around a random layer."""
    call = SPACES[name](draw)
    batch = len(call.inputs[0])
    if call.adapt is not None:
        call.layer.adapt(call.adapt)
    inputs, x = [], []

    def entry(value):
        inputs.append(keras.Input(batch_shape=value.shape if fixed_batch(call.layer) else (None, *value.shape[1:]), dtype=str(value.dtype), name=f"in_{len(inputs)}"))
        x.append(np.asarray(value))
        return inputs[-1]

    own = [entry(value) for value in call.inputs]
    given = {"list": (own,), "named": ()}.get(call.mode, tuple(own))
    named = dict(zip(call.names, own)) if call.mode == "named" else {}
    options = keras.tree.map_structure(lambda value: entry(value) if isinstance(value, np.ndarray) else value, call.options)
    if any(len(value) != batch for value in x):
        raise NotImplementedError("inputs without a common batch")
    if isinstance(call.layer, (layers.MultiHeadAttention, layers.GroupQueryAttention)):
        # Keras trains the layers in it all the same, because it makes them later
        call.layer.trainable = True
    outputs = [floating(output) for output in leaves(call.layer(*given, **named, **options))]
    if max(np.max(np.abs(value.astype("float32"))) for value in x) > 20:
        # colors: training must not diverge
        outputs = [layers.Rescaling(1 / 255)(output) for output in outputs]
    parts = [layers.Flatten()(output) for output in outputs if len(output.shape) > 1 and None not in output.shape[1:]]
    given = x if len(x) > 1 else x[0]
    if len(parts) < len(outputs):
        return Built(keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs if len(outputs) > 1 else outputs[0]), given)
    stateful = fixed_batch(call.layer) and "Cell" not in type(call.layer).__name__
    if stateful or any(part.compute_dtype == "float16" for part in call.layer._flatten_layers()):
        # in half precision steps of training differ, and on JAX Keras forgets the states of compiled steps
        return Built(keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs), given)
    out = layers.Dense(2, name="out")(parts[0] if len(parts) == 1 else layers.Concatenate()(parts))
    return mse(keras.Model(inputs if len(inputs) > 1 else inputs[0], out), given, draw)


def fixed_batch(layer):
    parts = [layer, getattr(layer, "forward_layer", None), getattr(layer, "layer", None)]
    return "Cell" in type(layer).__name__ or any(getattr(part, "stateful", False) for part in parts)


def floating(output):
    """Floats of a tensor of any dtype. Files of Keras 2 hold layers only, no operations between them."""
    return output if output.dtype == "float32" else layers.Rescaling(1.0)(output)


for layer_name in SPACES:
    MODELS[f"layer.{layer_name}"] = lambda draw, name=layer_name: of_layer(name, draw)


def of_structure(make, draw):
    model, x, *rest = make(draw)
    if not rest:
        # on TensorFlow optimizers with a state update only the rows of a table that were looked up
        return mse(model, x, draw, optimizers.SGD(0.05) if keras.backend.backend() == "tensorflow" else None)
    y, options = rest
    return Built(model, x, y, options and {"optimizer": any_optimizer(draw), **options})


for structure_name, make_structure in {**STRUCTURES, **TEXTS}.items():
    MODELS[structure_name] = lambda draw, make=make_structure: of_structure(make, draw)
