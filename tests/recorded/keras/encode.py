"""Values as JSON: tensors, Keras objects, random arrays."""

import keras
import numpy as np


def tensor(value):
    """A tensor as shape, dtype and flat data. Numbers that are not finite become strings."""
    array = np.asarray(value)
    if array.dtype.kind in "OUS":
        return {"shape": list(array.shape), "dtype": "string", "data": [str(item) for item in array.ravel()]}
    data = array.ravel().tolist()
    if array.dtype.kind == "f":
        data = [item if np.isfinite(item) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(item)] for item in data]
    return {"shape": list(array.shape), "dtype": str(array.dtype), "data": data}


def optional_tensor(value):
    return None if value is None else tensor(value)


def weight(variable, value=None):
    """A variable with its path, and another value if that is given."""
    encoded = tensor(variable.value if value is None else value)
    return {"path": variable.path, "name": variable.name, "trainable": bool(variable.trainable), **encoded}


def keras_object(instance):
    return keras.saving.serialize_keras_object(instance)


def case(group, class_name, kind, number, tolerance, **fields):
    name = f"{group}/{class_name}/{number:03d}"
    return {"name": name, "class": class_name, "kind": kind, "backend": "jax", "suggested_rtol": tolerance, **fields}


class Draw:
    """Random choices from one seed."""

    def __init__(self, *seed):
        self.rng = np.random.default_rng([int(part) for part in seed])

    def choice(self, *options):
        return options[int(self.rng.integers(len(options)))]

    def some(self, options, count):
        """`count` different options, in their order."""
        chosen = sorted(self.rng.choice(len(options), count, replace=False).tolist()) if count else []
        return [options[index] for index in chosen]

    def integer(self, low, high):
        """An integer from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def integers(self, count, low, high):
        return [self.integer(low, high) for _ in range(count)]

    def number(self, low, high):
        return round(float(self.rng.uniform(low, high)), 3)

    def flag(self, probability=0.5):
        return bool(self.rng.random() < probability)

    def maybe(self, value, probability=0.5):
        return value if self.flag(probability) else None

    def floats(self, *shape, low=-2.0, high=2.0):
        return self.rng.uniform(low, high, shape).astype("float32")

    def normals(self, *shape):
        return self.rng.standard_normal(shape).astype("float32")

    def ints(self, *shape, below):
        return self.rng.integers(0, below, shape).astype("int32")

    def bools(self, *shape, probability=0.7):
        return self.rng.random(shape) < probability
