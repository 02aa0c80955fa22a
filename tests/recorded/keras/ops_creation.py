"""Random calls of functions that create tensors."""

from ops_arguments import add, numbers, shape_of
from ops_cases import Ours


def ours(*args):
    """Arguments without the optional ones that are None at the end."""
    args = list(args)
    while args and args[-1] is None:
        args.pop()
    return Ours(*args)


def dtype_options(draw, *dtypes):
    return draw.maybe(draw.choice(*dtypes))


@add("zeros ones", False)
def filled(draw):
    shape, dtype = shape_of(draw), dtype_options(draw, "float32", "int32", "bool")
    return (tuple(shape),), {"dtype": dtype}, ours(shape, dtype)


@add("full", False)
def full(draw):
    shape, value = shape_of(draw), draw.number(-3, 3)
    return (tuple(shape), value), {}, Ours(shape, value)


@add("full_like", False)
def full_like(draw):
    x = numbers(draw, shape_of(draw), draw.choice(*"fi"))
    return (x, draw.integer(-3, 3)), {}


@add("eye tri", False)
def eye(draw):
    rows, columns, k = draw.integer(1, 5), draw.integer(1, 5), draw.integer(-3, 3)
    return (rows, columns, k), {}


@add("identity", False)
def identity(draw):
    n, dtype = draw.integer(1, 5), dtype_options(draw, "float32", "int32")
    return (n,), {"dtype": dtype}, ours(n, dtype)


@add("arange", False)
def arange(draw):
    if draw.flag():
        start, stop, step = draw.integer(-5, 5), draw.integer(-5, 9), draw.choice(1, 2, 3, -1, -2)
    else:
        start, stop, step = draw.number(-5, 5), draw.number(-5, 9), draw.choice(0.5, 0.3, -0.7)
    return (start, stop, step), {"dtype": "float32"}, Ours(start, stop, step, "float32")


@add("linspace", False)
def linspace(draw):
    return (draw.number(-5, 5), draw.number(-5, 5), draw.integer(1, 9)), {}


@add("logspace", False)
def logspace(draw):
    start, stop, count, base = draw.number(-2, 2), draw.number(-2, 2), draw.integer(1, 9), draw.choice(10, 2, 3)
    return (start, stop, count), {"base": base}, Ours(start, stop, count, base)


@add("geomspace", False)
def geomspace(draw):
    return (draw.number(0.1, 5), draw.number(0.1, 50), draw.integer(1, 9)), {}


@add("bartlett blackman hamming hanning", False)
def window(draw):
    return (draw.integer(1, 20),), {}


@add("kaiser", False)
def kaiser(draw):
    return (draw.integer(1, 20), draw.number(0, 14)), {}


@add("meshgrid")
def meshgrid(draw):
    vectors = [numbers(draw, [draw.integer(1, 4)]) for _ in range(draw.integer(1, 3))]
    indexing = draw.choice("xy", "ij")
    return tuple(vectors), {"indexing": indexing}, Ours(vectors, {"indexing": indexing})
