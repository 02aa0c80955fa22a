"""Random configurations of losses, metrics, optimizers, schedules, initializers, regularizers, constraints and activations.

PARTS maps a name such as `losses/Huber` to a function from `Draw` and a number to recorded cases.
"""

import keras
import numpy as np
from keras import constraints, initializers, optimizers, regularizers
from keras.optimizers import schedules

from loss_spaces import LOSS_PARTS
from lookup_spaces import LOOKUP_PARTS
from metric_spaces import METRIC_PARTS
from part_cases import (
    record_activation,
    record_constraint,
    record_exact_initializer,
    record_initializer,
    record_optimizer,
    record_orthogonal,
    record_regularizer,
    record_schedule,
)

PARTS = {**LOSS_PARTS, **METRIC_PARTS, **LOOKUP_PARTS}


def nothing(draw):
    return {}


# optimizers


def common(draw):
    """Options that all optimizers have: at most one way of clipping."""
    options = {"learning_rate": draw.choice(0.001, 0.01, 0.1)}
    if draw.flag(0.2):
        kind = draw.choice("ExponentialDecay", "CosineDecay", "PolynomialDecay", "InverseTimeDecay", "PiecewiseConstantDecay")
        options["learning_rate"] = schedule_of(kind, draw)[0]
    if draw.flag(0.3):
        options[draw.choice("clipnorm", "global_clipnorm", "clipvalue")] = draw.number(0.2, 2)
    if draw.flag(0.3):
        options["weight_decay"] = draw.number(0.001, 0.1)
    if draw.flag(0.2):
        options.update(use_ema=True, ema_momentum=draw.number(0.5, 0.99), ema_overwrite_frequency=draw.choice(None, 1, 2, 3))
    if draw.flag(0.2):
        options["gradient_accumulation_steps"] = draw.integer(2, 3)
    if draw.flag(0.15):
        options["loss_scale_factor"] = draw.choice(2.0, 128.0, draw.number(0.5, 10))
    return options


def betas(draw):
    return {"beta_1": draw.number(0.5, 0.95), "beta_2": draw.number(0.8, 0.999), "epsilon": draw.choice(1e-7, 1e-3)}


def without_epsilon(draw):
    options = betas(draw)
    del options["epsilon"]
    return options


OPTIMIZERS = {
    "SGD": lambda draw: {"momentum": draw.choice(0.0, draw.number(0.1, 0.95)), "nesterov": draw.flag()},
    "Adam": lambda draw: {**betas(draw), "amsgrad": draw.flag()},
    "AdamW": lambda draw: {**betas(draw), "amsgrad": draw.flag()},
    "Adamax": betas,
    "Nadam": betas,
    "RMSprop": lambda draw: {"rho": draw.number(0.5, 0.99), "momentum": draw.choice(0.0, 0.5), "centered": draw.flag(), "epsilon": draw.choice(1e-7, 1e-3)},
    "Adagrad": lambda draw: {"initial_accumulator_value": draw.number(0, 0.5), "epsilon": draw.choice(1e-7, 1e-3)},
    "Adadelta": lambda draw: {"rho": draw.number(0.5, 0.99), "epsilon": draw.choice(1e-7, 1e-3)},
    "Ftrl": lambda draw: {
        "learning_rate_power": draw.choice(-0.5, -draw.number(0.2, 0.8), 0.0),
        "initial_accumulator_value": draw.choice(0.1, draw.number(0, 1)),
        "l1_regularization_strength": draw.choice(0.0, 0.05),
        "l2_regularization_strength": draw.choice(0.0, 0.05),
        "l2_shrinkage_regularization_strength": draw.choice(0.0, 0.05),
        "beta": draw.choice(0.0, 0.3),
    },
    "Lion": without_epsilon,
    "Lamb": betas,
    "Adafactor": lambda draw: {
        "beta_2_decay": -draw.number(0.5, 0.9),
        "relative_step": draw.flag(),
        "clip_threshold": draw.number(0.5, 2),
        "epsilon_1": draw.choice(1e-30, 1e-6),
        "epsilon_2": draw.choice(1e-3, 0.1),
    },
    "Muon": lambda draw: {
        "momentum": draw.number(0.5, 0.95),
        "nesterov": draw.flag(),
        "ns_steps": draw.choice(5, 3, 6),
        "rms_rate": draw.choice(0.2, None, 0.5),
        "adam_beta_1": draw.number(0.5, 0.95),
        "adam_beta_2": draw.number(0.8, 0.999),
        "adam_weight_decay": draw.choice(0.004, None, 0.05),
        "adam_lr_ratio": draw.choice(1, 0.3),
        "epsilon": draw.choice(1e-7, 1e-3),
        "exclude_layers": draw.choice(None, ["layer_0"], ["layer_[12]"]),
        "exclude_embeddings": draw.flag(),
    },
    "ScheduleFreeAdamW": lambda draw: {**betas(draw), "epsilon": draw.choice(1e-8, 1e-3), "warmup_steps": draw.integer(0, 5)},
}

for optimizer_name, optimizer_options in OPTIMIZERS.items():

    def optimizer_part(draw, number, name=optimizer_name, options=optimizer_options):
        kwargs = {**common(draw), **options(draw)}
        tolerance = 5e-4 if name == "Muon" else 5e-5
        if name == "Ftrl":
            # differences of powers are divided by the rate, which loses all digits if both are small
            kwargs.update(learning_rate=draw.choice(0.1, 0.5), loss_scale_factor=None)
            tolerance = 5e-4
        excluded = draw.choice(None, None, ["bias"], ["kernel"])
        make = lambda: getattr(optimizers, name)(**kwargs)  # noqa: E731
        return record_optimizer(name, number, make, draw, tolerance, draw.integer(3, 6), excluded, draw.flag(0.1))

    PARTS[f"optimizers/{optimizer_name}"] = optimizer_part


def inner_optimizer(draw):
    name = draw.choice("SGD", "Adam", "RMSprop", "Nadam", "Lion")
    options = {key: value for key, value in common(draw).items() if key != "loss_scale_factor"}
    return getattr(optimizers, name)(**options, **OPTIMIZERS[name](draw))


def loss_scale_part(draw, number):
    def make():
        inner = inner_optimizer(draw)
        return optimizers.LossScaleOptimizer(inner, initial_scale=draw.choice(32768.0, 2.0, 1024.0), dynamic_growth_steps=draw.integer(1, 4))

    return record_optimizer("LossScaleOptimizer", number, make, draw, 5e-5, draw.integer(4, 7), infinite=draw.flag())


PARTS["optimizers/LossScaleOptimizer"] = loss_scale_part

SCHEDULES = {
    "ExponentialDecay": lambda draw: {"decay_steps": draw.integer(3, 30), "decay_rate": draw.number(0.1, 1.2), "staircase": draw.flag()},
    "InverseTimeDecay": lambda draw: {"decay_steps": draw.integer(3, 30), "decay_rate": draw.number(0.1, 2), "staircase": draw.flag()},
    "PolynomialDecay": lambda draw: {
        "decay_steps": draw.integer(3, 30),
        "end_learning_rate": draw.number(0, 0.05),
        "power": draw.choice(1.0, 2.0, 0.5, draw.number(0.2, 3)),
        "cycle": draw.flag(),
    },
    "CosineDecay": lambda draw: {
        "decay_steps": draw.integer(3, 30),
        "alpha": draw.number(0, 0.5),
        "warmup_steps": draw.choice(0, draw.integer(1, 12)),
        "warmup_target": draw.choice(None, 0.3, draw.number(0.01, 1)),
    },
    "CosineDecayRestarts": lambda draw: {
        "first_decay_steps": draw.integer(3, 20),
        "t_mul": draw.choice(1.0, 2.0, draw.number(1.1, 3)),
        "m_mul": draw.choice(1.0, draw.number(0.4, 1)),
        "alpha": draw.number(0, 0.3),
    },
}


def schedule_of(name, draw):
    """A schedule, and whether rounding decides its value at a step."""
    if name == "PiecewiseConstantDecay":
        boundaries = sorted({draw.integer(1, 50) for _ in range(draw.integer(1, 4))})
        values = [draw.number(0.01, 1) for _ in range(len(boundaries) + 1)]
        return schedules.PiecewiseConstantDecay(boundaries, values), lambda step: False
    options = SCHEDULES[name](draw)
    schedule = getattr(schedules, name)(draw.number(0.01, 0.5), **options)
    return schedule, restarts(options) if name == "CosineDecayRestarts" else lambda step: False


def restarts(options):
    """Whether a step is the first of a period. Its number comes from a logarithm unless all periods have the same length."""
    first, factor = options["first_decay_steps"], options["t_mul"]
    ends, end, length = set(), 0.0, first
    while factor != 1 and end < 1100:
        end += length
        length *= factor
        ends.add(round(end)) if abs(end - round(end)) < 1e-2 else None
    return lambda step: step in ends


for schedule_name in [*SCHEDULES, "PiecewiseConstantDecay"]:

    def schedule_part(draw, number, name=schedule_name):
        return record_schedule(name, number, *schedule_of(name, draw))

    PARTS[f"schedules/{schedule_name}"] = schedule_part

# initializers

FANS = ("GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "VarianceScaling")
# the standard deviation of a standard normal distribution, truncated at 2
TRUNCATED = 0.87962566103423978


def initializer_shape(draw):
    """A shape with 60000 values or more, which are enough for the statistics."""
    return draw.choice((300, 250), (3, 100, 250), (3, 3, 90, 80), (250, 3, 2, 50), (5, 5, 3, 30, 40), (90000,))


def initializer_options(name, draw, shape):
    if name not in FANS:
        return {
            "RandomNormal": lambda: {"mean": draw.choice(0, draw.number(0.2, 1)), "stddev": draw.number(0.01, 1)},
            "RandomUniform": lambda: {"minval": draw.number(-1, 0), "maxval": draw.number(0.1, 1)},
            "TruncatedNormal": lambda: {"mean": draw.choice(0, -draw.number(0.2, 1)), "stddev": draw.number(0.01, 1)},
        }[name]()
    options = {}
    if name == "VarianceScaling":
        options = {
            "scale": draw.number(0.1, 3),
            "mode": draw.choice("fan_in", "fan_out", "fan_avg"),
            "distribution": draw.choice("normal", "truncated_normal", "untruncated_normal", "uniform"),
        }
    if "input_axes" in initializers.GlorotNormal().get_config() and len(shape) > 2 and draw.flag(0.3):
        axes = draw.some(range(len(shape)), draw.integer(2, len(shape)))
        cut = draw.integer(1, len(axes) - 1)
        options.update(input_axes=axes[:cut], output_axes=axes[cut:])
    return options


for initializer_name in ("RandomNormal", "RandomUniform", "TruncatedNormal", *FANS):

    def initializer_part(draw, number, name=initializer_name):
        shape = initializer_shape(draw)
        options = initializer_options(name, draw, shape)
        made = getattr(initializers, name)(seed=draw.integer(0, 10**6), **options)
        return record_initializer(name, number, made, shape)

    PARTS[f"initializers/{initializer_name}"] = initializer_part

EXACT = {
    "Zeros": lambda draw: ({}, draw.integers(draw.integer(1, 4), 1, 5)),
    "Ones": lambda draw: ({}, draw.integers(draw.integer(1, 4), 1, 5)),
    "Constant": lambda draw: ({"value": draw.number(-3, 3)}, draw.integers(draw.integer(1, 4), 1, 5)),
    "Identity": lambda draw: ({"gain": draw.number(-3, 3)}, draw.integers(2, 1, 6)),
    "STFT": lambda draw: (
        {
            "side": draw.choice("real", "imag"),
            "window": draw.choice(None, "hann", "hamming"),
            "scaling": draw.choice(None, "density", "spectrum"),
            "periodic": draw.flag(),
        },
        (lambda frame: [frame, 1, frame // 2 + 1])(draw.choice(8, 12, 16, 32)),
    ),
}

for initializer_name in EXACT:

    def exact_part(draw, number, name=initializer_name):
        options, shape = EXACT[name](draw)
        return record_exact_initializer(name, number, getattr(initializers, name)(**options), shape)

    PARTS[f"initializers/{initializer_name}"] = exact_part


def orthogonal_part(draw, number):
    shape = draw.integers(draw.integer(2, 4), 2, 6)
    return record_orthogonal("Orthogonal", number, initializers.Orthogonal(gain=draw.number(0.2, 3), seed=draw.integer(0, 1000)), shape)


PARTS["initializers/Orthogonal"] = orthogonal_part



def weights_of(draw, low=1):
    return draw.normals(*draw.integers(draw.integer(low, 4), 1, 4))


def constrained_axes(draw):
    return draw.choice(0, -1, 1, [0, 1], [0, 1, 2], [1])


REGULARIZERS = {
    "L1": lambda draw: {"l1": draw.number(0.001, 1)},
    "L2": lambda draw: {"l2": draw.number(0.001, 1)},
    "L1L2": lambda draw: {"l1": draw.number(0, 1), "l2": draw.number(0, 1)},
    "OrthogonalRegularizer": lambda draw: {"factor": draw.number(0.01, 1), "mode": draw.choice("rows", "columns")},
}
CONSTRAINTS = {
    "MaxNorm": lambda draw: {"max_value": draw.number(0.5, 3), "axis": constrained_axes(draw)},
    "MinMaxNorm": lambda draw: {
        "min_value": draw.number(0, 0.5),
        "max_value": draw.number(0.6, 2),
        "rate": draw.choice(1.0, draw.number(0, 1)),
        "axis": constrained_axes(draw),
    },
    "NonNeg": nothing,
    "UnitNorm": lambda draw: {"axis": constrained_axes(draw)},
}

for part_name, part_options in REGULARIZERS.items():

    def regularizer_part(draw, number, name=part_name, options=part_options):
        weights = draw.normals(draw.integer(2, 4), draw.integer(2, 4)) if name == "OrthogonalRegularizer" else weights_of(draw)
        return record_regularizer(name, number, getattr(regularizers, name)(**options(draw)), weights)

    PARTS[f"regularizers/{part_name}"] = regularizer_part

for part_name, part_options in CONSTRAINTS.items():

    def constraint_part(draw, number, name=part_name, options=part_options):
        return record_constraint(name, number, getattr(constraints, name)(**options(draw)), weights_of(draw, 2))

    PARTS[f"constraints/{part_name}"] = constraint_part

ACTIVATIONS = {
    **{
        name: nothing
        for name in (
            "exponential hard_sigmoid hard_silu hard_swish hard_tanh linear log_sigmoid mish relu6 selu sigmoid silu swish "
            "softplus softsign sparse_plus sparse_sigmoid tanh tanh_shrink"
        ).split()
    },
    "relu": lambda draw: {
        "negative_slope": draw.choice(0.0, draw.number(0, 1)),
        "max_value": draw.choice(None, draw.number(0.5, 4)),
        "threshold": draw.choice(0.0, draw.number(-1, 1)),
    },
    **{name: lambda draw: {"axis": draw.choice(-1, -1, 0, -2)} for name in ("softmax", "log_softmax", "sparsemax", "glu")},
    "celu": lambda draw: {"alpha": draw.choice(1.0, draw.number(0.2, 2))},
    "squareplus": lambda draw: {"b": draw.choice(4, draw.integer(1, 9))},
    "elu": lambda draw: {"alpha": draw.number(0.2, 2)},
    "gelu": lambda draw: {"approximate": draw.flag()},
    "leaky_relu": lambda draw: {"negative_slope": draw.number(0, 0.5)},
    "hard_shrink": lambda draw: {"threshold": draw.number(0.1, 1)},
    "soft_shrink": lambda draw: {"threshold": draw.number(0.1, 1)},
    "threshold": lambda draw: {"threshold": draw.number(-1, 1), "default_value": draw.number(-1, 1)},
}

for part_name, part_options in ACTIVATIONS.items():

    def activation_part(draw, number, name=part_name, options=part_options):
        # sizes are even for glu
        x = draw.normals(*[2 * n for n in draw.integers(draw.integer(2, 3), 1, 3)]) * np.float32(draw.choice(2, 4))
        return record_activation(name, number, options(draw), x, draw)

    PARTS[f"activations/{part_name}"] = activation_part

assert all(hasattr(keras.activations, name) for name in ACTIVATIONS)
