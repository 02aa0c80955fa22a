"""Random configurations of every layer class: SPACES maps a name to a function from `Draw` to `Call`."""

import inspect

import keras
import numpy as np
from keras import layers, regularizers

from layer_case import Call

SPACES = {}
SMOOTH = ["linear", "tanh", "sigmoid", "softplus", "gelu", "silu", "relu", "elu", "softsign"]


def space(*names):
    """Registers a function for several classes of a family; it gets the class's name and the dimensions in that name."""

    def register(function):
        for name in names:
            rank = int(name[-2]) if name.endswith("D") else name[-11:-10].isdigit() and int(name[-11])
            if "DTranspose" in name:
                rank = int(name[name.index("DTranspose") - 1])
            SPACES[name] = lambda draw, name=name, rank=rank: varied(draw, function(draw, name, rank))
        return function

    return register


def ranks(*families, to=3):
    return [family.replace("?", f"{rank}D") for family in families for rank in range(1, to + 1)]


def regularized(draw, *parts):
    """Options such as `kernel_regularizer` for some of the parts."""
    options = {}
    for part in parts:
        if draw.flag(0.2):
            options[f"{part}_regularizer"] = draw.choice("l1", "l2", regularizers.L1L2(draw.number(0, 0.1), draw.number(0, 0.1)))
        # not both: for weights of exactly 0 frameworks choose other derivatives of |w|
        elif draw.flag(0.2):
            options[f"{part}_constraint"] = draw.choice("max_norm", "unit_norm", "non_neg")
    return options


INITIALIZERS = ["zeros", "ones", "he_normal", "glorot_uniform", "lecun_uniform", "random_normal", "truncated_normal", "variance_scaling"]


def options_of(kind):
    """The names of all options in the signatures of a class and its bases."""
    bases = [base for base in kind.__mro__ if base.__module__.startswith("keras.src.layers") and base is not layers.Layer]
    return {name for base in bases for name in inspect.signature(base.__init__).parameters}


def varied(draw, call):
    """The call with more options: initializers, penalties, constraints, LoRA, the dtype policy, and whether it trains."""
    layer = call.layer
    # layers of layers, and classes that refuse options of their bases
    if isinstance(layer, (layers.Wrapper, layers.RNN, layers.StackedRNNCells, layers.Pipeline)) or call.adapt is not None:
        return call
    options, config = options_of(type(layer)), {}
    settled = layer.get_config()
    for name in sorted(options):
        part = name.rsplit("_", 1)[0]
        if name not in settled or settled[name] is not None and not name.endswith("initializer"):
            continue
        if name.endswith("_initializer"):
            positive = "variance" in name or "mean" in name
            if draw.flag(0.2):
                config[name] = draw.choice("zeros", "ones") if positive else draw.choice(*INITIALIZERS)
        elif name.endswith("_regularizer") and draw.flag(0.12) and settled.get(f"{part}_constraint") is None:
            config[name] = draw.choice("l1", "l2", "l1_l2_object", "orthogonal_object") if name == "kernel_regularizer" else draw.choice("l1", "l2")
        elif name.endswith("_constraint") and draw.flag(0.12) and settled.get(f"{part}_regularizer") is None:
            config[name] = draw.choice("max_norm", "unit_norm", "non_neg")
    for part in {name.rsplit("_", 1)[0] for name in config if name.endswith("_constraint")}:
        config.pop(f"{part}_regularizer", None)
    if any(name.endswith("_initializer") for name in options) and draw.flag(0.1):
        config["trainable"] = False
    constrained = any({**settled, **config}.get(f"{part}_constraint") for part in ("kernel", "embeddings"))
    if "lora_rank" in options and call.lora and config.get("trainable", True) and not constrained and draw.flag(0.15):
        config["lora_rank"] = draw.integer(1, 2)
        if draw.flag():
            config["lora_alpha"] = draw.integer(1, 4)
        call.trained = False
    # half precision rounds to 3 digits, and sums of rounded numbers to less
    if "lora_rank" not in config and call.differentiable and draw.flag(0.06):
        config["dtype"] = "mixed_float16"
        call.trained = False
        call.tolerances = {field: 0.1 for field in ("outputs", "grad_inputs", "grad_weights", "losses", "updated_weights")}
    objects = {"l1_l2_object": regularizers.L1L2(0.02, 0.03), "orthogonal_object": regularizers.OrthogonalRegularizer(0.05)}
    config = {name: objects.get(value, value) if isinstance(value, str) else value for name, value in config.items()}
    if "kernel_regularizer" in config and config["kernel_regularizer"] is objects["orthogonal_object"] and not call.matrix:
        config["kernel_regularizer"] = "l2"
    return replace_layer(call, config)


def replace_layer(call, config):
    settled = call.layer.get_config()
    for name, value in settled.items():
        if isinstance(value, dict) and "class_name" in value and name not in config and name != "dtype":
            settled[name] = keras.saving.deserialize_keras_object(value)
    call.layer = type(call.layer)(**{**settled, **config})
    return call


def image(draw, rank, channels, data_format, low=5, high=8):
    """A batch of `rank` spatial axes."""
    spatial = draw.integers(rank, low, high - rank + 1)
    batch = draw.integer(1, 3)
    shape = [batch, *spatial, channels] if data_format != "channels_first" else [batch, channels, *spatial]
    return draw.normals(*shape)


def per_axis(draw, rank, low, high):
    return draw.choice(draw.integer(low, high), tuple(draw.integers(rank, low, high)))


@space(*ranks("Conv?"))
def conv(draw, name, rank):
    groups = draw.choice(1, 1, 2, 3)
    data_format = draw.choice("channels_last", "channels_last", "channels_first")
    paddings = ["valid", "same"] + (["causal"] if rank == 1 else [])
    dilated = draw.flag(0.3)
    layer = getattr(layers, name)(
        filters=groups * draw.integer(1, 3),
        kernel_size=per_axis(draw, rank, 1, 3),
        strides=1 if dilated else per_axis(draw, rank, 1, 3),
        dilation_rate=per_axis(draw, rank, 1, 2) if dilated else 1,
        padding=draw.choice(*paddings),
        data_format=data_format,
        groups=groups,
        activation=draw.choice(*SMOOTH, None),
        use_bias=draw.flag(0.7),
        **regularized(draw, "kernel", "bias"),
    )
    return Call(layer, [image(draw, rank, groups * draw.integer(1, 2), data_format)])


@space(*[f"Conv{rank}DTranspose" for rank in (1, 2, 3)])
def conv_transpose(draw, name, rank):
    strides = draw.integer(1, 3)
    data_format = draw.choice("channels_last", "channels_last", "channels_first")
    layer = getattr(layers, name)(
        filters=draw.integer(1, 3),
        kernel_size=per_axis(draw, rank, 1, 4),
        strides=strides,
        padding=draw.choice("valid", "same"),
        output_padding=draw.choice(draw.integer(0, strides - 1), tuple(draw.integers(rank, 0, strides - 1))) if strides > 1 and draw.flag(0.4) else None,
        dilation_rate=draw.integer(1, 2) if strides == 1 else 1,
        data_format=data_format,
        activation=draw.choice(*SMOOTH),
        use_bias=draw.flag(0.7),
    )
    return Call(layer, [image(draw, rank, draw.integer(1, 3), data_format, low=3, high=6)])


@space(*ranks("DepthwiseConv?", "SeparableConv?", to=2))
def depthwise(draw, name, rank):
    dilated = draw.flag(0.3)
    data_format = draw.choice("channels_last", "channels_last", "channels_first")
    options = {
        "kernel_size": per_axis(draw, rank, 1, 3),
        "strides": 1 if dilated else draw.integer(1, 3),
        "dilation_rate": draw.integer(1, 2) if dilated else 1,
        "padding": draw.choice("valid", "same"),
        "depth_multiplier": draw.integer(1, 3),
        "data_format": data_format,
        "activation": draw.choice(*SMOOTH),
        "use_bias": draw.flag(0.7),
    }
    if name.startswith("Separable"):
        options["filters"] = draw.integer(1, 4)
    return Call(getattr(layers, name)(**options), [image(draw, rank, draw.integer(1, 3), data_format)])


@space(*ranks("MaxPooling?", "AveragePooling?"))
def pooling(draw, name, rank):
    data_format = draw.choice("channels_last", "channels_last", "channels_first")
    layer = getattr(layers, name)(
        pool_size=per_axis(draw, rank, 1, 3),
        strides=draw.choice(None, per_axis(draw, rank, 1, 3)),
        padding=draw.choice("valid", "same"),
        data_format=data_format,
    )
    return Call(layer, [image(draw, rank, draw.integer(1, 3), data_format, low=draw.choice(3, 5))])


@space(*ranks("GlobalMaxPooling?", "GlobalAveragePooling?"))
def global_pooling(draw, name, rank):
    data_format = draw.choice("channels_last", "channels_first")
    layer = getattr(layers, name)(data_format=data_format, keepdims=draw.flag())
    call = Call(layer, [image(draw, rank, draw.integer(1, 3), data_format)])
    if name == "GlobalAveragePooling1D" and data_format == "channels_last" and draw.flag(0.4):
        mask = draw.bools(*call.inputs[0].shape[:2])
        mask[:, 0] = True
        call.options["mask"] = mask
    return call


@space(*ranks("AdaptiveMaxPooling?", "AdaptiveAveragePooling?"))
def adaptive_pooling(draw, name, rank):
    data_format = draw.choice("channels_last", "channels_first")
    size = draw.integer(1, 4) if rank == 1 else draw.choice(draw.integer(1, 4), tuple(draw.integers(rank, 1, 4)))
    return Call(getattr(layers, name)(size, data_format=data_format), [image(draw, rank, 2, data_format)])


@space(*ranks("Cropping?", "ZeroPadding?"))
def borders(draw, name, rank):
    pairs = tuple((draw.integer(0, 2), draw.integer(0, 2)) for _ in range(rank))
    amount = draw.choice(1, tuple(draw.integers(rank, 0, 2)), pairs) if rank > 1 else draw.choice(1, pairs[0])
    data_format = draw.choice("channels_last", "channels_first") if rank > 1 or name.startswith("Zero") else None
    options = {"data_format": data_format} if data_format else {}
    return Call(getattr(layers, name)(amount, **options), [image(draw, rank, 2, data_format)])


@space("UpSampling1D", "UpSampling2D", "UpSampling3D")
def up_sampling(draw, name, rank):
    options = {}
    if rank > 1:
        options["data_format"] = draw.choice("channels_last", "channels_first")
    if rank == 2:
        options["interpolation"] = draw.choice("nearest", "nearest", "bilinear", "bicubic")
    size = draw.integer(1, 3) if rank == 1 else per_axis(draw, rank, 1, 3)
    return Call(getattr(layers, name)(size, **options), [image(draw, rank, 2, options.get("data_format"), 3, 6)])


@space("Dense")
def dense(draw, name, rank):
    layer = layers.Dense(
        draw.integer(1, 6),
        activation=draw.choice(*SMOOTH, "softmax", None),
        use_bias=draw.flag(0.7),
        **regularized(draw, "kernel", "bias"),
    )
    x = draw.normals(*draw.integers(draw.integer(1, 4), 1, 4), draw.integer(1, 6))
    return Call(layer, [x], matrix=True)


@space("EinsumDense")
def einsum_dense(draw, name, rank):
    a, b, c, d, e = draw.integers(5, 2, 4)
    equation, shape, output, bias = draw.choice(
        ("ab,bc->ac", (a, b), c, "c"),
        ("abc,cd->abd", (a, b, c), (None, d), "d"),
        ("abc,cde->abde", (a, b, c), (None, d, e), "de"),
        ("...x,xy->...y", (a, b, c), d, "y"),
        ("abc,bce->ae", (a, b, c), e, "e"),
        ("abcd,cde->abe", (a, b, c, d), (None, e), "e"),
        ("abc,cd->abd", (a, b, c), (b, d), "bd"),
        ("ab...,bc->ac...", (a, b, c), d, "c"),
        ("BTD,NDH->BTNH", (a, b, c), (None, d, e), "NH"),
        ("BTNH,NHD->BTD", (a, b, c, d), (None, e), "D"),
    )
    layer = layers.EinsumDense(equation, output, activation=draw.choice(*SMOOTH, None), bias_axes=draw.maybe(bias))
    return Call(layer, [draw.normals(*shape)])


@space("Embedding")
def embedding(draw, name, rank):
    vocabulary = draw.integer(2, 8)
    layer = layers.Embedding(vocabulary, draw.integer(1, 5), mask_zero=draw.flag(0.3))
    x = draw.ints(*draw.integers(draw.integer(1, 3), 1, 4), below=vocabulary)
    return Call(layer, [x.astype(draw.choice("int32", "int32", "float32"))], trained=False, differentiable=x.dtype == np.int32)


@space("ReversibleEmbedding")
def reversible_embedding(draw, name, rank):
    vocabulary, width = draw.integer(2, 8), draw.integer(1, 5)
    layer = layers.ReversibleEmbedding(
        vocabulary, width, tie_weights=draw.flag(), logit_soft_cap=draw.maybe(draw.number(1, 9)), mask_zero=draw.flag(0.3)
    )
    if draw.flag():
        return Call(layer, [draw.ints(2, 3, below=vocabulary)])
    return Call(layer, [draw.normals(2, 3, width)], options={"reverse": True})


@space("Identity", "Flatten", "ActivityRegularization", "Activation")
def simple(draw, name, rank):
    x = draw.normals(*draw.integers(draw.integer(1 if name == "Identity" else 2, 5), 1, 4))
    options = {
        "Identity": {},
        "Flatten": {"data_format": draw.choice("channels_last", "channels_first")},
        "ActivityRegularization": {"l1": draw.number(0, 0.2), "l2": draw.number(0, 0.2)},
        "Activation": {"activation": draw.choice(*SMOOTH, "softmax", "log_softmax", "mish", "selu", "hard_silu", "celu", "glu" if x.shape[-1] % 2 == 0 else "tanh", "relu6", "sparsemax", "hard_tanh", "soft_shrink", "hard_shrink", "tanh_shrink", "squareplus", "log_sigmoid", "exponential", "leaky_relu", "sparse_plus", "sparse_sigmoid")},
    }[name]
    return Call(getattr(layers, name)(**options), [x])


@space("Reshape")
def reshape(draw, name, rank):
    a, b, c = draw.integers(3, 1, 4)
    target = draw.choice((a * b * c,), (b, a * c), (-1, b), (c, -1, a), (-1,), (a, b, c), (a, 1, -1, c), (1, -1))
    return Call(layers.Reshape(target), [draw.normals(2, a, b, c)])


@space("Permute")
def permute(draw, name, rank):
    count = draw.integer(1, 4)
    order = [int(axis) + 1 for axis in draw.rng.permutation(count)]
    return Call(layers.Permute(order), [draw.normals(2, *draw.integers(count, 1, 4))])


@space("RepeatVector")
def repeat_vector(draw, name, rank):
    return Call(layers.RepeatVector(draw.integer(1, 5)), [draw.normals(draw.integer(1, 3), draw.integer(1, 4))])


@space("Masking")
def masking(draw, name, rank):
    value = draw.choice(0.0, -1.0, 2.5)
    x = draw.normals(3, 4, 2)
    x[draw.bools(3, 4, probability=0.3)] = value
    return Call(layers.Masking(value), [x if draw.flag(0.7) else draw.choice(x[:1], x[:, None])])


@space("ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax")
def activation_layers(draw, name, rank):
    x = draw.normals(2, *draw.integers(draw.integer(1, 3), 1, 4))
    axes = [axis for axis in range(1, x.ndim) if draw.flag(0.4)]
    options = {
        "ELU": {"alpha": draw.number(0.1, 2)},
        "LeakyReLU": {"negative_slope": draw.number(0, 0.9)},
        "PReLU": {"shared_axes": axes or None, "alpha_regularizer": draw.maybe("l2", 0.2)},
        "ReLU": {
            "max_value": draw.maybe(draw.number(0.5, 2)),
            "negative_slope": draw.choice(0.0, draw.number(0, 0.5)),
            "threshold": draw.choice(0.0, draw.number(0, 0.4)),
        },
        "Softmax": {"axis": draw.choice(-1, draw.integer(1, x.ndim - 1), axes or -1)},
    }[name]
    call = Call(getattr(layers, name)(**options), [x])
    if name == "Softmax" and draw.flag(0.4):
        call.options["mask"] = draw.bools(*x.shape)
        call.exact = False
    return call


@space("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")
def merging(draw, name, rank):
    shape = [2, *draw.integers(draw.integer(1, 3), 1, 4)]
    count = 2 if name == "Subtract" else draw.integer(2, 4)
    inputs = [draw.normals(*shape)]
    for _ in range(count - 1):
        other = [1 if index > 0 and draw.flag(0.2) else size for index, size in enumerate(shape)]
        inputs.append(draw.normals(*other))
    # inputs of fewer dimensions get axes of size 1 after the first axis
    if len(shape) > 2 and draw.flag(0.2):
        inputs[draw.integer(0, count - 1)] = draw.normals(2, *shape[2:])
    if draw.flag(0.15):
        inputs = [np.floor(4 * x).astype("int32") for x in inputs]
    return Call(getattr(layers, name)(), inputs, mode="list", differentiable=inputs[0].dtype != np.int32)


@space("Concatenate")
def concatenate(draw, name, rank):
    shape = [2, *draw.integers(draw.integer(1, 3), 1, 4)]
    axis = draw.integer(0 if draw.flag(0.2) else 1, len(shape) - 1)
    inputs = []
    for _ in range(draw.integer(2, 4)):
        own = [draw.integer(1, 4) if index == axis else size for index, size in enumerate(shape)]
        inputs.append(draw.normals(*own))
    return Call(layers.Concatenate(axis=draw.choice(axis, axis - len(shape))), inputs, mode="list")


@space("Dot")
def dot(draw, name, rank):
    batch, a, b, c = 2, *draw.integers(3, 1, 4)
    axes, left, right = draw.choice(
        (1, (batch, a), (batch, a)),
        (-1, (batch, a), (batch, a)),
        (1, (batch, a, b), (batch, a, c)),
        (2, (batch, a, b), (batch, c, b)),
        ((1, 2), (batch, a, b), (batch, c, a)),
        ((2, 1), (batch, a, b), (batch, b, c)),
        ((-1, -2), (batch, a, b), (batch, b, c)),
        ((3, 1), (batch, a, b, c), (batch, c, b)),
        ((2, 3), (batch, a, b), (batch, c, a, b)),
        ((1, 1), (batch, a, b), (batch, a)),
        ((1, 2), (batch, a, b, c), (batch, b, a)),
    )
    return Call(layers.Dot(axes, normalize=draw.flag(0.3)), [draw.normals(*left), draw.normals(*right)], mode="list")


@space("BatchNormalization")
def batch_normalization(draw, name, rank):
    x = draw.normals(draw.integer(3, 6), *draw.integers(draw.integer(1, 4), 2, 4))
    options = {}
    if draw.flag(0.2):
        options["renorm"] = True
        options["renorm_clipping"] = draw.choice(None, {"rmin": 0.5, "rmax": 2.0, "dmax": 1.0}, {"rmax": 1.5}, {"dmax": 0.5})
        options["renorm_momentum"] = draw.number(0, 0.99)
    layer = layers.BatchNormalization(
        axis=draw.choice(-1, draw.integer(1, x.ndim - 1)),
        momentum=draw.number(0, 0.99),
        epsilon=draw.choice(1e-3, 1e-2),
        center=draw.flag(0.7),
        scale=draw.flag(0.7),
        **options,
    )
    call = Call(layer, [x], options={"training": draw.choice(True, True, False)} if draw.flag(0.7) else {}, tolerance=1e-4)
    if x.ndim > 2 and draw.flag(0.2):
        call.options["mask"] = draw.bools(*x.shape[: draw.choice(2, x.ndim - 1)])
        call.options["mask"][0] = True
    return call


@space("LayerNormalization", "RMSNormalization", "UnitNormalization", "GroupNormalization")
def normalization(draw, name, rank):
    channels = draw.choice(2, 4, 6)
    x = draw.normals(draw.integer(1, 3), *draw.integers(draw.integer(0, 3), 2, 4), channels)
    last = draw.choice(-1, -1, draw.integer(1, x.ndim - 1))
    options = {
        "LayerNormalization": lambda: {
            "axis": draw.choice(last, tuple(range(1, x.ndim))),
            "center": draw.flag(0.7),
            "scale": draw.flag(0.7),
            "epsilon": draw.choice(1e-3, 1e-2),
        },
        "RMSNormalization": lambda: {"axis": draw.choice(-1, x.ndim - 1, [-1]), "epsilon": draw.choice(1e-6, 1e-3)},
        "UnitNormalization": lambda: {"axis": draw.choice(last, tuple(range(1, x.ndim)))},
        "GroupNormalization": lambda: {
            "groups": draw.choice(1, 2, channels, -1),
            "axis": draw.choice(-1, -1, x.ndim - 1, 1, -2),
            "epsilon": draw.choice(1e-3, 1e-5),
            "center": draw.flag(0.7),
            "scale": draw.flag(0.7),
        },
    }[name]()
    # derivatives of a few normalized values nearly cancel: of two values, both are 1 or -1
    axes = options["axis"] if isinstance(options["axis"], (list, tuple)) else [options["axis"]]
    groups = options.get("groups", 1) if options.get("groups", 1) > 0 else x.shape[axes[0]]
    together = (x[0].size if name == "GroupNormalization" else np.prod([x.shape[axis] for axis in axes])) / groups
    return Call(getattr(layers, name)(**options), [x], tolerance=1e-4, tolerances={"grad_inputs": 1e-3} if together < 4 else {})


@space("SpectralNormalization")
def spectral_normalization(draw, name, rank):
    kind = draw.integer(0, 3)
    bias = draw.flag(0.7)
    if kind < 2:
        inner, x = layers.Dense(draw.integer(2, 4), use_bias=bias, name="inner"), draw.normals(3, draw.integer(2, 5))
    elif kind == 2:
        inner, x = layers.Conv2D(draw.integer(1, 3), draw.integer(1, 3), use_bias=bias, name="inner"), draw.normals(2, 4, 5, draw.integer(1, 3))
    else:
        inner, x = layers.Conv1D(draw.integer(1, 3), draw.integer(1, 3), use_bias=bias, name="inner"), draw.normals(2, 4, draw.integer(1, 3))
    layer = layers.SpectralNormalization(inner, power_iterations=draw.integer(1, 3))
    return Call(layer, [x], options={"training": draw.flag()}, differentiable=False, tolerance=1e-4)


@space("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
def noise_in_inference(draw, name, rank):
    shape = {"1D": (2, 3, 2), "2D": (2, 3, 3, 2), "3D": (2, 2, 3, 2, 2)}.get(name[-2:], (2, 3))
    options = {"data_format": draw.choice(None, "channels_first", "channels_last")} if name[-2:] in ("2D", "3D") else {}
    if name in ("Dropout", "AlphaDropout"):
        options["noise_shape"] = draw.choice(None, (None, 1), (2, 1))
    rate = draw.choice(0.0, draw.number(0, 0.9))
    # without a rate, training changes nothing either
    return Call(getattr(layers, name)(rate, **options), [draw.normals(*shape)], options={"training": rate == 0 and draw.flag()})
