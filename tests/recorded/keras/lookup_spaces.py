"""Random configurations of layers that look up, hash, bin and encode. Without TensorFlow, which Keras needs for them, there are none."""

import importlib.util

import numpy as np
from keras import layers, ops

from encode import case, keras_object, tensor

WORDS = ["the", "cat", "Dog", "dog", "a", "bird!", "sat,", "on", "mat", "été", "ΣΑΣ", "x1", "don't", "語", "Big-cat", "z"]


def plain(value):
    return value.tolist() if isinstance(value, np.ndarray) else value


def decoded(value):
    """Strings instead of bytes."""
    array = value.numpy() if hasattr(value, "numpy") else ops.convert_to_numpy(value)
    return np.array([x.decode() for x in array.ravel()], object).reshape(array.shape) if array.dtype.kind in "SO" else array


def given(value):
    """Strings as a tensor of TensorFlow, other values as they are."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        import tensorflow

        return tensorflow.constant(value.tolist(), shape=value.shape, dtype="string")
    return value


def record_lookup(class_name, number, layer, data, adapt=None, vocabulary=True):
    if adapt is not None:
        layer.adapt(given(adapt))
    output = layer(given(data))
    fields = {"layer": keras_object(layer), "output": tensor(decoded(output))}
    fields["input"] = [tensor(x) for x in data] if isinstance(data, tuple) else plain(data)
    if adapt is not None:
        fields["adapt_data"] = plain(adapt)
        # the learned vocabulary is not part of the layer, which learns it again
        fields["layer"]["config"].update(vocabulary=None, idf_weights=None)
    if vocabulary:
        fields["vocabulary"] = [int(x) if isinstance(x, (int, np.integer)) else str(x) for x in layer.get_vocabulary()]
    return [case("lookups", class_name, "lookup_layer", number, 1e-5, **fields)]


def words(draw, *shape, pool=WORDS):
    return np.array([draw.choice(*pool) for _ in range(int(np.prod(shape)))], object).reshape(shape)


def shape_of(draw, mode):
    rank = draw.integer(1, 2) if mode != "int" else draw.integer(1, 3)
    return draw.integers(rank, 1, 5)


def common(draw):
    mode = draw.choice("int", "int", "one_hot", "multi_hot", "count", "tf_idf")
    options = {"output_mode": mode, "num_oov_indices": draw.choice(1, 1, 2, 3)}
    if draw.flag(0.3):
        options["max_tokens"] = draw.integer(6, 12)
        options["pad_to_max_tokens"] = mode != "int" and draw.flag()
    return options


def lookup(draw, number, name, tokens, sample, mask):
    options = common(draw)
    mode = options["output_mode"]
    if draw.flag(0.3):
        options["mask_token"] = mask
    if name == "StringLookup" and draw.flag(0.2):
        options["oov_token"] = "<oov>"
    if name == "StringLookup" and draw.flag(0.2) or name == "IntegerLookup" and options.setdefault("oov_method", draw.choice("floormod", "farmhash")) == "farmhash" and draw.flag():
        options["salt"] = draw.choice(7, [3, 99])
    chosen = draw.some(tokens, draw.integer(2, 5))
    if draw.flag(0.15):
        options.update(output_mode="int", invert=True, vocabulary=chosen)
        options.pop("pad_to_max_tokens", None)
        return record_lookup(name, number, getattr(layers, name)(**options), draw.ints(*shape_of(draw, "int"), below=len(chosen) + 3))
    if draw.flag():
        layer = getattr(layers, name)(**options)
        adapt = sample(draw, draw.integer(4, 8), draw.integer(1, 4)) if draw.flag() or mode == "tf_idf" else sample(draw, draw.integer(5, 20))
        return record_lookup(name, number, layer, sample(draw, *shape_of(draw, mode)), adapt)
    options["vocabulary"] = chosen
    if mode == "tf_idf":
        options["idf_weights"] = [draw.number(0.1, 3) for _ in chosen]
    return record_lookup(name, number, getattr(layers, name)(**options), sample(draw, *shape_of(draw, mode)))


def integers(draw, *shape):
    return draw.rng.integers(-3, 14, shape).astype("int64")


def string_lookup(draw, number):
    return lookup(draw, number, "StringLookup", WORDS, words, draw.choice("", "a"))


def integer_lookup(draw, number):
    return lookup(draw, number, "IntegerLookup", list(range(1, 12)), integers, draw.choice(0, 5))


def sentences(draw, count):
    separators = (" ", "  ", ", ", "\n", "\t")
    return np.array(["".join(word + draw.choice(*separators) for word in words(draw, draw.integer(0, 7))) for _ in range(count)], object)


def text_vectorization(draw, number):
    mode = draw.choice("int", "int", "multi_hot", "count", "tf_idf")
    options = {
        "output_mode": mode,
        "standardize": draw.choice("lower_and_strip_punctuation", "lower", "strip_punctuation", None),
        "split": draw.choice("whitespace", "whitespace", "character", None),
        "ngrams": draw.choice(None, None, 2, (1, 3), (2,)),
    }
    if mode == "int" and draw.flag(0.4):
        options["output_sequence_length"] = draw.integer(1, 8)
    if draw.flag(0.3):
        options["max_tokens"] = draw.integer(4, 12)
        options["pad_to_max_tokens"] = mode != "int" and draw.flag()
    shape = draw.choice((-1,), (-1, 1))
    if draw.flag(0.3):
        options["vocabulary"] = ["the", "cat", "dog", "c", "t"]
        if mode == "tf_idf":
            options["idf_weights"] = [draw.number(0.1, 3) for _ in range(5)]
        return record_lookup("TextVectorization", number, layers.TextVectorization(**options), sentences(draw, draw.integer(1, 4)).reshape(shape))
    layer = layers.TextVectorization(**options)
    return record_lookup("TextVectorization", number, layer, sentences(draw, draw.integer(1, 4)).reshape(shape), sentences(draw, draw.integer(2, 6)))


def hashing(draw, number):
    numbers, mode = draw.flag(), draw.choice("int", "int", "one_hot", "multi_hot", "count")
    options = {"num_bins": draw.integer(1, 12), "output_mode": mode, "salt": draw.choice(None, None, 133, [133, 137])}
    if draw.flag(0.3):
        options["mask_value"] = 0 if numbers else draw.choice("", "a")
    sample = integers if numbers else words
    return record_lookup("Hashing", number, layers.Hashing(**options), sample(draw, *shape_of(draw, mode)), vocabulary=False)


def crossing(draw, number):
    count, mode = draw.integer(1, 5), draw.choice("int", "one_hot")
    shape = draw.choice((count,), (count, 1))
    inputs = tuple(draw.choice(integers, words)(draw, *shape) for _ in range(draw.integer(2, 3)))
    return record_lookup("HashedCrossing", number, layers.HashedCrossing(num_bins=draw.integer(2, 12), output_mode=mode), inputs, vocabulary=False)


def record_simple(class_name, number, layer, data, adapt=None, **kwargs):
    """A layer of numbers with its output and no derivatives."""
    if adapt is not None:
        layer.adapt(adapt)
    output = layer(data, **kwargs)
    fields = {"layer": keras_object(layer), "input_mode": "single", "inputs": [tensor(data)], "weights": [], "outputs": [tensor(output)]}
    fields["call_kwargs"] = {key: tensor(value) for key, value in kwargs.items()}
    if adapt is not None:
        fields["adapt_data"] = tensor(adapt)
        if class_name == "Discretization":
            fields["layer"]["config"]["bin_boundaries"] = None
    return [case("lookups", class_name, "layer", number, 1e-5, **fields)]


def discretization(draw, number):
    mode = draw.choice("int", "int", "one_hot", "multi_hot", "count")
    x = draw.floats(*shape_of(draw, mode))
    if draw.flag(0.4):
        adapt = draw.normals(draw.integer(5, 60), *([1] if draw.flag() else []))
        layer = layers.Discretization(num_bins=draw.integer(2, 6), epsilon=draw.choice(0.01, 0.1), output_mode=mode)
        return record_simple("Discretization", number, layer, x, adapt)
    # numbers of float32: NumPy compares with the boundaries in float64, and JAX in float32
    boundaries = sorted({draw.integer(-32, 32) / 16 for _ in range(draw.integer(1, 5))})
    if draw.flag(0.3):
        x = np.array([draw.choice(*boundaries) for _ in range(x.size)], "float32").reshape(x.shape)
    return record_simple("Discretization", number, layers.Discretization(boundaries, output_mode=mode), x)


def encoding(draw, number):
    mode, size = draw.choice("one_hot", "multi_hot", "count"), draw.integer(2, 6)
    x = draw.ints(*shape_of(draw, mode), below=size)
    weights = {"count_weights": draw.floats(*x.shape, low=0.1, high=2)} if mode == "count" and draw.flag() else {}
    return record_simple("CategoryEncoding", number, layers.CategoryEncoding(num_tokens=size, output_mode=mode), x, **weights)


def normalization(draw, number):
    x = draw.normals(draw.integer(2, 4), *draw.integers(draw.integer(1, 3), 1, 4))
    axes = draw.choice(None, -1, draw.integer(1, x.ndim - 1), tuple(range(1, x.ndim)))
    kept = [] if axes is None else [x.shape[axis] for axis in np.atleast_1d(axes)]
    options = {"axis": axes, "invert": draw.flag(0.3)}
    if draw.flag():
        return record_simple("Normalization", number, layers.Normalization(**options), x, draw.normals(draw.integer(3, 9), *x.shape[1:]) * 3)
    mean, variance = draw.normals(*kept), draw.floats(*kept, low=0.1, high=4)
    options.update(mean=mean.tolist(), variance=variance.tolist())
    return record_simple("Normalization", number, layers.Normalization(**options), x)


LOOKUP_PARTS = {
    "lookups/Discretization": discretization,
    "lookups/CategoryEncoding": encoding,
    "lookups/Normalization": normalization,
}
if importlib.util.find_spec("tensorflow"):
    LOOKUP_PARTS.update(
        {
            "lookups/StringLookup": string_lookup,
            "lookups/IntegerLookup": integer_lookup,
            "lookups/TextVectorization": text_vectorization,
            "lookups/Hashing": hashing,
            "lookups/HashedCrossing": crossing,
        }
    )
