"""Graphs of layers for files: STRUCTURES maps a name to a function from `Draw` to a model and its inputs, or also targets and options."""

import keras
import numpy as np
from keras import layers, ops
from keras.src.applications.convnext import LayerScale
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

STRUCTURES = {}


def structure(function):
    STRUCTURES[f"structure.{function.__name__}"] = function
    return function


@structure
def stack(draw):
    model = keras.Sequential(
        [
            keras.Input((6, 3)),
            layers.TimeDistributed(layers.Dense(4, activation="relu", kernel_regularizer="l2")),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.RNN([layers.LSTMCell(2), layers.GRUCell(2)], return_sequences=True),
            layers.LayerNormalization(),
            layers.Dropout(0.0),
            layers.Flatten(),
            layers.Dense(2, activation=layers.LeakyReLU(negative_slope=0.1)),
        ]
    )
    return model, draw.normals(4, 6, 3)


@structure
def nested(draw):
    block = keras.Sequential([layers.Dense(4, activation="tanh"), layers.BatchNormalization()], name="block")
    x = keras.Input((4,), name="first")
    z = keras.Input((4,), name="second")
    inner_in = keras.Input((4,))
    inner = keras.Model(inner_in, layers.Dense(4)(layers.Dense(3)(inner_in)), name="inner")
    shared = layers.Dense(4, name="shared")
    y = layers.Add()([block(x), block(z), inner(x)])
    out = layers.Dense(2)(layers.Concatenate()([shared(y), shared(x), inner(y)]))
    return keras.Model([x, z], out), [draw.normals(4, 4), draw.normals(4, 4)]


@structure
def deeper(draw):
    """Models in models in models, with input layers and without."""
    x = keras.Input((3,))
    core = keras.Model(x, [layers.Dense(3, activation="tanh")(x), layers.Dense(2)(x)], name="core")
    y = keras.Input((3,))
    a, b = core(y)
    a, c = core(a)
    middle = keras.Model(y, [a, layers.Add()([b, c])], name="middle")
    stack = keras.Sequential([keras.Input((3,)), layers.Dense(3), keras.Sequential([layers.Dense(3), layers.PReLU()]), layers.Dense(3)])
    z = keras.Input((3,))
    d, e = middle(stack(z))
    return keras.Model(z, layers.Concatenate()([d, e, stack(d)])), draw.normals(4, 3)


@structure
def functional_in_sequential(draw):
    x = keras.Input((4,))
    inner = keras.Model(x, layers.Dense(3)(layers.Dense(5, activation="relu")(x)))
    return keras.Sequential([keras.Input((4,)), inner, layers.Dense(3), keras.Sequential([layers.Dense(2), layers.BatchNormalization()])]), draw.normals(4, 4)


@structure
def model_first(draw):
    x = keras.Input((4,))
    inner = keras.Model(x, layers.Dense(3)(x))
    return keras.Sequential([inner, layers.Dense(3)]), draw.normals(4, 4)


@structure
def frozen(draw):
    base = keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(3)], name="base")
    base.trainable = False
    x = keras.Input((5,))
    y = layers.Dense(4, trainable=False)(base(x))
    return keras.Model(x, layers.Dense(2)(layers.BatchNormalization(trainable=False)(y))), draw.normals(4, 5)


@structure
def partly_frozen(draw):
    inner = keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(3)], name="base")
    inner.layers[0].trainable = False
    return keras.Sequential([keras.Input((5,)), layers.Dense(5), inner, layers.Dense(2, trainable=False), layers.Dense(2)]), draw.normals(4, 5)


@structure
def operations(draw):
    x = keras.Input((4, 3))
    y = ops.relu(x * 2.0 + 1.0) - ops.mean(x, axis=1, keepdims=True)
    y = ops.concatenate([y, ops.tanh(x)], axis=-1)
    y = ops.reshape(y, (-1, 24)) / 3.0
    return keras.Model(x, layers.Dense(2)(ops.maximum(y, 0.1))), draw.normals(4, 4, 3)


@structure
def more_operations(draw):
    x = keras.Input((4, 3))
    y = ops.transpose(x, (0, 2, 1))
    y = ops.matmul(x, y) + x[:, :, :1] - ops.expand_dims(x[:, 0, :2], 1)[..., ::-1][:, :, 1:]
    y = ops.softmax(y, axis=-1) ** 2 + ops.sqrt(ops.abs(y)) * -1.5
    y = ops.stack([y, ops.exp(-ops.square(y))], axis=1)
    y = ops.sum(y, axis=(1, 2)) + ops.max(x, axis=(1, 2), keepdims=False)[:, None]
    y = ops.where(y > 0.5, y, ops.clip(y, -1, 1)) / (1 + ops.mean(x) ** 2)
    return keras.Model(x, layers.Dense(2)(ops.squeeze(ops.expand_dims(y, -1), -1))), draw.normals(4, 4, 3)


@structure
def attention(draw):
    x = keras.Input((7,), dtype="int32")
    y = layers.Embedding(11, 6, mask_zero=True)(x)
    y = layers.MultiHeadAttention(2, 3)(y, y, use_causal_mask=True)
    y = layers.GroupQueryAttention(4, 4, 2)(y, y)
    return keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling1D()(y))), draw.ints(4, 7, below=11)


@structure
def attention_arguments(draw):
    q, v, m = keras.Input((3, 4), name="q"), keras.Input((5, 4), name="v"), keras.Input((3, 5), dtype="bool", name="m")
    y, scores = layers.MultiHeadAttention(2, 3, output_shape=4)(query=q, value=v, key=v, attention_mask=m, return_attention_scores=True)
    z = layers.GroupQueryAttention(3, 4, 2)(q, v, attention_mask=m)
    a, weights = layers.Attention(use_scale=True)([y, v], mask=[None, None], return_attention_scores=True)
    b = layers.AdditiveAttention()([z, v])
    joined = layers.Concatenate()([layers.Flatten()(part) for part in (y, scores, z, a, weights, b)])
    mask = draw.bools(4, 3, 5) | (np.arange(5) == 0)
    return keras.Model([q, v, m], layers.Dense(2)(joined)), [draw.normals(4, 3, 4), draw.normals(4, 5, 4), mask]


@structure
def encoder_decoder(draw):
    source, target = keras.Input((None,), dtype="int32", name="source"), keras.Input((None,), dtype="int32", name="target")
    embed = layers.Embedding(9, 4, mask_zero=True)
    # what comes after depends on the version: from 3.16 on recurrent layers pass no mask on
    _, h, c = layers.LSTM(3, return_sequences=True, return_state=True)(embed(source))
    decoded = layers.LSTM(3)(embed(target), initial_state=[h, c])
    return keras.Model([source, target], layers.Dense(2)(decoded)), [draw.ints(4, 5, below=9), draw.ints(4, 3, below=9)]


@structure
def recurrent(draw):
    x = keras.Input((5, 3))
    y = layers.Bidirectional(layers.GRU(2, return_sequences=True, name="forth"), backward_layer=layers.GRU(2, return_sequences=True, go_backwards=True, name="back"))(x)
    y = layers.Bidirectional(layers.RNN(layers.SimpleRNNCell(3), return_sequences=True), merge_mode="sum")(y)
    y = layers.RNN(layers.StackedRNNCells([layers.GRUCell(3, reset_after=False), layers.LSTMCell(2)]), return_sequences=True)(y)
    y = layers.TimeDistributed(keras.Sequential([keras.Input((2,)), layers.Dense(3), layers.BatchNormalization()]))(y)
    y, state = layers.SimpleRNN(2, return_state=True, return_sequences=True)(y)
    y = layers.TimeDistributed(layers.Bidirectional(layers.LSTM(2)))(layers.Reshape((5, 2, 1))(y))
    return keras.Model(x, layers.Dense(2)(layers.Concatenate()([layers.Flatten()(y), state]))), draw.normals(4, 5, 3)


@structure
def stateful(draw):
    model = keras.Sequential([keras.Input(batch_shape=(2, 3, 2)), layers.LSTM(3, stateful=True, return_sequences=True), layers.GRU(2, stateful=True), layers.Dense(2)])
    return model, draw.normals(2, 3, 2), None, None


@structure
def wrapped(draw):
    x = keras.Input((6, 6, 2))
    y = layers.SpectralNormalization(layers.Conv2D(3, 2, activation="relu"), power_iterations=2)(x)
    y = layers.TimeDistributed(layers.SpectralNormalization(layers.Dense(3)))(y)
    y = layers.SpectralNormalization(layers.Dense(3, use_bias=False))(layers.Flatten()(y))
    return keras.Model(x, layers.Dense(2)(y)), draw.normals(4, 6, 6, 2)


@structure
def wrapped_embedding(draw):
    # Keras casts the result to the dtype of the inputs
    x = keras.Input((3,))
    y = layers.SpectralNormalization(layers.Embedding(5, 4))(x)
    return keras.Model(x, layers.Dense(2)(layers.Flatten()(y))), draw.ints(4, 3, below=5).astype("float32")


@structure
def tied(draw):
    x = keras.Input((3,), dtype="int32")
    embed = layers.ReversibleEmbedding(6, 4, tie_weights=draw.flag())
    y = embed(layers.Dense(4)(embed(x)), reverse=True)
    return keras.Model(x, layers.Dense(2)(layers.Flatten()(y))), draw.ints(4, 3, below=6)


@structure
def outputs_by_name(draw):
    x = keras.Input((4,))
    y = layers.Dense(5, activation="tanh")(x)
    model = keras.Model(x, {"value": layers.Dense(2, name="value")(y), "kind": layers.Dense(3, activation="softmax", name="kind")(y)})
    targets = {"value": draw.normals(4, 2), "kind": draw.ints(4, below=3)}
    options = {
        "loss": {"value": "mse", "kind": keras.losses.SparseCategoricalCrossentropy()},
        "loss_weights": {"value": 0.5, "kind": 2.0},
        "metrics": {"value": ["mae", keras.metrics.RootMeanSquaredError()], "kind": "accuracy"},
    }
    return model, draw.normals(4, 4), targets, options


@structure
def outputs_in_list(draw):
    x = keras.Input((4,))
    y = layers.Dense(5, activation="tanh")(x)
    model = keras.Model(x, [layers.Dense(2, name="left")(y), layers.Dense(1, activation="sigmoid", name="right")(y), y])
    targets = [draw.normals(4, 2), draw.ints(4, 1, below=2).astype("float32"), draw.normals(4, 5)]
    options = {"loss": ["mse", "binary_crossentropy", "mae"], "loss_weights": [1.0, 0.3, 0.1], "metrics": [["mae"], ["accuracy", "AUC"], []]}
    return model, draw.normals(4, 4), targets, options


@structure
def weighted_metrics(draw):
    x = keras.Input((4,))
    model = keras.Model(x, [layers.Dense(2, name="left")(x), layers.Dense(2, name="right")(x)])
    targets = [draw.normals(4, 2), draw.normals(4, 2)]
    options = {"loss": "mse", "weighted_metrics": [["mae"], [keras.metrics.MeanSquaredError(name="squares")]]}
    return model, draw.normals(4, 4), targets, options


@structure
def inputs_by_name(draw):
    inputs = {"b": keras.Input((3,), name="b"), "a": keras.Input((2,), name="a")}
    y = layers.Concatenate()([layers.Dense(2)(inputs["a"]), layers.Dense(3)(inputs["b"])])
    return keras.Model(inputs, layers.Dense(2)(y)), {"a": draw.normals(4, 2), "b": draw.normals(4, 3)}


@structure
def call_options(draw):
    x, m = keras.Input((4, 3)), keras.Input((4,), dtype="bool")
    y = layers.BatchNormalization()(x, training=True, mask=m)
    y = layers.Dropout(0.0)(y, training=True)
    y = layers.GRU(3, return_sequences=True)(y, mask=m)
    y = layers.BatchNormalization()(y, training=False)
    y = layers.Softmax(axis=1)(y, mask=ops.expand_dims(m, -1))
    return keras.Model([x, m], layers.Dense(2)(layers.GlobalAveragePooling1D()(y, mask=m))), [draw.normals(4, 4, 3), draw.bools(4, 4) | (np.arange(4) == 0)]


@structure
def masks(draw):
    x = keras.Input((5, 3))
    y = layers.Masking(mask_value=0.5)(x)
    y = layers.LSTM(3, return_sequences=True)(y)
    y = layers.TimeDistributed(layers.Dense(2))(y)
    y = layers.Concatenate()([y, layers.Activation("tanh")(y)])
    data = draw.normals(4, 5, 3)
    data[:2, 3:] = 0.5
    return keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling1D()(y))), data


@structure
def names(draw):
    """Names with dots and spaces, names that other classes have by default, and upper case."""
    x = keras.Input((4,), name="the.input")
    y = layers.Dense(3, name="block1.conv.0")(x)
    y = layers.Dense(3, name="batch_normalization")(y)
    y = layers.BatchNormalization(name="dense")(y)
    y = layers.Dense(3, name="Upper Case-1")(y)
    y = layers.Dense(3, name="été")(y)
    inner = keras.Sequential([layers.Dense(3, name="dense"), layers.Dense(2, name="block1.conv.0")], name="inner.model")
    return keras.Model(x, inner(y), name="a.model"), draw.normals(4, 4)


@structure
def many(draw):
    """Numbers of more than one digit among layers and variables."""
    parts = [part for _ in range(6) for part in (layers.Dense(3, activation="tanh"), layers.BatchNormalization())]
    return keras.Sequential([keras.Input((3,)), *parts, layers.Dense(2)]), draw.normals(4, 3)


@structure
def scales(draw):
    x = keras.Input((3, 3, 4))
    y = LayerScale(1e-1, 4)(x)
    y = CustomScaleLayer(0.5)([y, layers.Conv2D(4, 1)(y)])
    return keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling2D()(y))), draw.normals(4, 3, 3, 4)


INITIALIZERS = [
    "zeros", "ones", "glorot_uniform", "he_normal", "lecun_normal", "he_uniform", "glorot_normal", "lecun_uniform",
    keras.initializers.Constant(0.3), keras.initializers.RandomNormal(0.1, 0.2, seed=3), keras.initializers.RandomUniform(-0.1, 0.2),
    keras.initializers.TruncatedNormal(stddev=0.3), keras.initializers.VarianceScaling(2.0, "fan_avg", "untruncated_normal"),
    keras.initializers.Orthogonal(0.5), keras.initializers.Identity(0.5),
]  # fmt: skip
REGULARIZERS = [
    "l1", "l2", keras.regularizers.L1(0.02), keras.regularizers.L2(0.03), keras.regularizers.L1L2(0.01, 0.02),
    keras.regularizers.OrthogonalRegularizer(0.01, mode="columns"),
]  # fmt: skip
CONSTRAINTS = ["max_norm", "non_neg", "unit_norm", keras.constraints.MaxNorm(0.8, axis=1), keras.constraints.MinMaxNorm(0.2, 0.9, 0.5, axis=0), keras.constraints.UnitNorm(axis=1)]
ACTIVATIONS = (
    "relu relu6 elu selu celu gelu silu swish softplus softsign tanh sigmoid hard_sigmoid hard_silu hard_swish hard_tanh hard_shrink soft_shrink "
    "tanh_shrink squareplus sparse_plus threshold leaky_relu linear exponential log_sigmoid log_softmax softmax sparsemax sparse_sigmoid mish glu"
).split()


@structure
def parts(draw):
    """Initializers, regularizers, constraints and activations."""
    chosen = []
    for _ in range(6):
        options = {"kernel_initializer": draw.choice(*INITIALIZERS), "activation": draw.choice(*ACTIVATIONS[:-1])}
        options[draw.choice("kernel", "bias", "activity") + "_regularizer"] = draw.choice(*REGULARIZERS[:5])
        if "kernel_regularizer" not in options:
            options["kernel_constraint"] = draw.choice(*CONSTRAINTS)
        chosen.append(layers.Dense(4, **options))
    return keras.Sequential([keras.Input((4,)), *chosen, layers.Dense(4, activation="glu", kernel_regularizer=REGULARIZERS[-1])]), draw.normals(4, 4)


@structure
def activation_layers(draw):
    x = keras.Input((3, 4))
    y = layers.Dense(4, activation=layers.LeakyReLU(0.2))(x)
    y = layers.Dense(4, activation=layers.ReLU(max_value=2.0, negative_slope=0.1))(y)
    y = layers.PReLU(shared_axes=[1])(layers.ELU(0.5)(y))
    y = layers.Activation(keras.activations.gelu)(y)
    y = layers.Activation(layers.Softmax(axis=1))(y)
    return keras.Model(x, layers.Dense(2)(layers.Flatten()(layers.Softmax(axis=[1, 2])(y)))), draw.normals(4, 3, 4)


def with_policy(policy):
    def make(draw):
        x = keras.Input((6,))
        y = layers.Dense(4, activation="relu", dtype=policy)(x)
        y = layers.BatchNormalization(dtype=policy)(y)
        y = layers.Reshape((2, 2), dtype=policy)(y)
        y = layers.LSTM(2, dtype=policy)(y)
        model = keras.Model(x, layers.Dense(2, dtype="float32")(y))
        # half precision differs between processors after steps of training
        return (model, draw.normals(4, 6), None, None) if policy != "float32" else (model, draw.normals(4, 6))

    return make


for policy in ("float32", "mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"):
    STRUCTURES[f"dtype.{policy}"] = with_policy(policy)


@structure
def lora(draw):
    x = keras.Input((3,), dtype="int32")
    embed, dense = layers.Embedding(6, 4), layers.Dense(4)
    y = layers.Flatten()(dense(embed(x)))
    model = keras.Model(x, layers.Dense(2)(y))
    embed.enable_lora(2)
    dense.enable_lora(2, lora_alpha=4)
    return model, draw.ints(4, 3, below=6)


@structure
def never_built(draw):
    model = keras.Sequential([layers.Dense(3, activation="tanh"), layers.Dense(2)])
    return model, draw.normals(4, 3), draw.normals(4, 2), {"loss": "mse"}


@structure
def preprocessing(draw):
    x, k = keras.Input((3,)), keras.Input((2,), dtype="int32")
    norm = layers.Normalization(axis=-1)
    norm.adapt(draw.normals(20, 3) * 3 + 1)
    given = layers.Normalization(mean=[0.5, 1.0, 2.0], variance=[1.0, 2.0, 0.5])
    bins = layers.Discretization(num_bins=4, output_mode="one_hot")
    bins.adapt(draw.normals(50, 1))
    kinds = layers.CategoryEncoding(5, output_mode="multi_hot")(k)
    y = layers.Concatenate()([norm(x), given(x), bins(x[:, :1]), kinds, layers.Rescaling(0.5, 1)(x)])
    return keras.Model([x, k], layers.Dense(2)(y)), [draw.normals(4, 3), draw.ints(4, 2, below=5)]
