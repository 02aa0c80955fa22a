"""Random shapes, tensors and options of functions.

`add` registers a function from `Draw` to arguments: MORE maps names to such functions, whether the results have derivatives, and the
tolerance. Keras computes those of MORE_WITH_JAX with JAX.
"""

import numpy as np

MORE, MORE_WITH_JAX = {}, {}


def add(names, derivative=True, tolerance=2e-5, table=MORE):
    def register(make):
        for name in names.split():
            table[name] = (make, derivative, tolerance)
        return make

    return register


def shape_of(draw, low=0, high=5, empty=False):
    """From `low` to `high` axes, some of size 1. With `empty`, one has rarely the size 0."""
    rank = draw.integer(low, high)
    shape = [1 if draw.flag(0.2) else draw.integer(2, 4 if rank < 4 else 2) for _ in range(rank)]
    if empty and rank and draw.flag(0.05):
        shape[draw.integer(0, rank - 1)] = 0
    return shape


def numbers(draw, shape, kind="f", low=-3.0, high=3.0):
    if kind == "b":
        return np.asarray(draw.bools(*shape, probability=0.5))
    if kind == "i":
        return np.asarray(draw.rng.integers(int(np.floor(low)), int(np.ceil(high)) + 1, tuple(shape))).astype("int32")
    return np.asarray(draw.rng.uniform(low, high, tuple(shape))).astype("float32")


def specials(draw, x):
    """`x` with some values that are infinite, NaN or zero."""
    if x.dtype.kind != "f" or draw.flag(0.8) or x.size == 0:
        return x
    x = x.copy()
    flat = x.reshape(-1)
    for _ in range(draw.integer(1, 3)):
        flat[draw.integer(0, x.size - 1)] = draw.choice(np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0)
    return x


def broadcast_pair(draw):
    """Two shapes that broadcast."""
    a = shape_of(draw, empty=True)
    b = [1 if draw.flag(0.25) else n for n in a]
    if draw.flag(0.4):
        b = b[draw.integer(0, len(b)) :]
    elif draw.flag(0.3):
        a = [1 if draw.flag(0.25) else n for n in a]
    return (a, b) if draw.flag() else (b, a)


def keepdims_options(draw, rank):
    """The axes of a reduction: all, one or several, and whether they stay."""
    options = {}
    if rank and draw.flag(0.75):
        axis = draw.integer(-rank, rank - 1)
        options["axis"] = axis
        if rank > 1 and draw.flag(0.35):
            count = draw.integer(1, rank)
            options["axis"] = tuple(axis - rank if draw.flag(0.3) else axis for axis in draw.some(range(rank), count))
    if draw.flag():
        options["keepdims"] = draw.flag(0.7)
    return options


def any_tensor(draw, least=0, high=5):
    return numbers(draw, shape_of(draw, least, high), draw.choice(*"ffib"))


def axis_of(draw, rank):
    return draw.integer(-rank, rank - 1)
