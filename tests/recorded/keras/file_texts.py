"""Models of layers that look up and hash. Keras has them with TensorFlow only: TEXTS is empty without it."""

import importlib.util

import keras
import numpy as np
from keras import layers

WORDS = ["the", "cat", "Dog", "dog", "a", "bird!", "sat,", "on", "mat", "été", "x1", "z"]
TEXTS = {}


def words(draw, *shape):
    return np.array([draw.choice(*WORDS) for _ in range(int(np.prod(shape)))], object).reshape(shape)


def sentences(draw, count):
    return np.array([" ".join(draw.choice(*WORDS) for _ in range(draw.integer(2, 6))) for _ in range(count)], object)[:, None]


def tensor(value):
    import tensorflow

    return tensorflow.constant(value.tolist(), shape=value.shape, dtype="string") if value.dtype == object else value


def headed(x, y, data):
    """A model that ends with a Dense layer."""
    if "int" in str(y.dtype):
        y = layers.Embedding(150, 3)(y)
    return keras.Model(x, layers.Dense(2)(layers.Flatten()(y))), data


def looked_up(name, mode, learned):
    def make(draw):
        strings = name == "StringLookup"
        sample = words(draw, 30) if strings else draw.ints(30, below=9)
        options = {"output_mode": mode, "num_oov_indices": draw.choice(1, 2)}
        if mode == "int" and draw.flag():
            options["mask_token"] = "the" if strings else 3
        if learned:
            layer = getattr(layers, name)(**options, max_tokens=draw.choice(None, 12))
            layer.adapt(tensor(sample[:, None]))
        else:
            vocabulary = sorted(set(sample.tolist()) - {"the", 3})[:5]
            if mode == "tf_idf":
                options["idf_weights"] = [draw.number(0.1, 2) for _ in vocabulary]
            layer = getattr(layers, name)(vocabulary=vocabulary, **options)
        data = words(draw, 4, 1 if mode == "one_hot" else 3) if strings else draw.ints(4, 1 if mode == "one_hot" else 3, below=12)
        x = keras.Input(data.shape[1:], dtype="string" if strings else "int32")
        return headed(x, layer(x), data)

    return make


def vectorized(mode, learned):
    def make(draw):
        options = {"output_mode": mode, "standardize": draw.choice("lower_and_strip_punctuation", "lower", "strip_punctuation", None)}
        options["split"] = draw.choice("whitespace", "whitespace", "character")
        options["ngrams"] = draw.choice(None, 2, (1, 3))
        if mode == "int":
            options["output_sequence_length"] = draw.integer(3, 7)
        else:
            options["max_tokens"] = 30
            options["pad_to_max_tokens"] = draw.flag()
        if learned:
            layer = layers.TextVectorization(**options)
            layer.adapt(tensor(sentences(draw, 10)))
        else:
            if mode == "tf_idf":
                options.update(idf_weights=[draw.number(0.1, 2) for _ in range(4)], pad_to_max_tokens=False)
            layer = layers.TextVectorization(vocabulary=["cat", "dog", "a", "on"], **options)
        x = keras.Input((1,), dtype="string")
        return headed(x, layer(x), sentences(draw, 4))

    return make


def hashed(draw):
    strings = draw.flag()
    data = words(draw, 4, 3) if strings else draw.ints(4, 3, below=50)
    x = keras.Input((3,), dtype="string" if strings else "int32")
    return headed(x, layers.Hashing(draw.integer(2, 9), salt=draw.choice(None, 7, [3, 5]), output_mode=draw.choice("int", "multi_hot", "count"))(x), data)


def crossed(draw):
    a, b = words(draw, 4, 1), draw.ints(4, 1, below=5)
    x = [keras.Input((1,), dtype="string"), keras.Input((1,), dtype="int32")]
    y = layers.HashedCrossing(draw.integer(3, 9), output_mode=draw.choice("int", "one_hot"))(tuple(x))
    return headed(x, y, [a, b])


def inner_text(draw):
    """Vocabularies in a model within a model, two of a class."""
    x = keras.Input((2,), dtype="string")
    first, second = layers.StringLookup(), layers.StringLookup(num_oov_indices=2)
    first.adapt(tensor(words(draw, 20)))
    second.adapt(tensor(words(draw, 5)))
    inner = keras.Model(x, layers.Concatenate()([layers.Embedding(20, 2)(first(x)), layers.Embedding(20, 2)(second(x))]), name="inner")
    z = keras.Input((2,), dtype="string")
    return keras.Model(z, layers.Dense(2)(layers.Flatten()(inner(z)))), words(draw, 4, 2)


if importlib.util.find_spec("tensorflow"):
    for mode in ("int", "one_hot", "multi_hot", "count", "tf_idf"):
        for learned in (False, True):
            kind = f"{mode}_learned" if learned else mode
            for name in ("StringLookup", "IntegerLookup"):
                TEXTS[f"text.{name}_{kind}"] = looked_up(name, mode, learned)
            if mode != "one_hot":
                TEXTS[f"text.TextVectorization_{kind}"] = vectorized(mode, learned)
    TEXTS.update({"text.Hashing": hashed, "text.HashedCrossing": crossed, "text.inner": inner_text})
