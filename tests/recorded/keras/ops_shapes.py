"""Random calls of functions that move, join and cut tensors."""

import numpy as np

from ops_arguments import add, any_tensor, axis_of, broadcast_pair, numbers, shape_of
from ops_cases import Ours


@add("broadcast_to")
def broadcast_to(draw):
    a, b = broadcast_pair(draw)
    shape = list(np.broadcast_shapes(tuple(a), tuple(b)))
    x = numbers(draw, a, draw.choice(*"fib"))
    return (x, tuple(shape)), {}, Ours(x, shape)


@add("reshape")
def reshape(draw):
    x = any_tensor(draw)
    shape = list(x.shape)
    draw.rng.shuffle(shape)
    if len(shape) > 1 and draw.flag():
        shape = [shape[0] * shape[1], *shape[2:]]
    if draw.flag(0.2):
        shape.insert(0, 1)
    known = [int(n) for n in shape]
    if known and x.size and draw.flag(0.3):
        known[draw.integer(0, len(known) - 1)] = -1
    return (x, tuple(known)), {}, Ours(x, known)


@add("expand_dims")
def expand_dims(draw):
    x = any_tensor(draw)
    axis = draw.integer(-x.ndim - 1, x.ndim)
    return (x, axis), {}


@add("squeeze")
def squeeze(draw):
    x = any_tensor(draw)
    ones = [axis for axis, size in enumerate(x.shape) if size == 1]
    if not ones or draw.flag(0.3):
        return (x,), {}
    axis = draw.choice(*ones)
    axis = axis - x.ndim if draw.flag() else axis
    axis = tuple(ones) if draw.flag(0.2) else axis
    return (x, axis), {}


@add("transpose")
def transpose(draw):
    x = any_tensor(draw)
    axes = [int(a) for a in draw.rng.permutation(x.ndim)]
    return ((x,), {}) if draw.flag(0.3) or x.ndim == 0 else ((x, axes), {})


@add("moveaxis")
def moveaxis(draw):
    x = any_tensor(draw, 1)
    if draw.flag():
        return (x, axis_of(draw, x.ndim), axis_of(draw, x.ndim)), {}
    count = draw.integer(1, x.ndim)
    sources, targets = ([int(a) for a in draw.rng.permutation(x.ndim)[:count]] for _ in range(2))
    return (x, sources, targets), {}


@add("swapaxes")
def swapaxes(draw):
    x = any_tensor(draw, 1)
    return (x, axis_of(draw, x.ndim), axis_of(draw, x.ndim)), {}


@add("flip")
def flip(draw):
    x = any_tensor(draw, 1)
    options = [axis_of(draw, x.ndim)]
    if draw.flag(0.3):
        options = [tuple(draw.some(range(x.ndim), draw.integer(1, x.ndim)))]
    return ((x,), {}) if draw.flag(0.2) else ((x, *options), {})


@add("fliplr")
def fliplr(draw):
    return (any_tensor(draw, 2),), {}


@add("flipud")
def flipud(draw):
    return (any_tensor(draw, 1),), {}


@add("rot90")
def rot90(draw):
    x = any_tensor(draw, 2)
    k, axes = draw.integer(-3, 5), draw.some(range(x.ndim), 2)
    axes = axes[::-1] if draw.flag(0.3) else axes
    return (x,), {"k": k, "axes": tuple(axes)}, Ours(x, k, axes)


@add("roll")
def roll(draw):
    x = any_tensor(draw, 1)
    shift, axis = draw.integer(-5, 5), axis_of(draw, x.ndim)
    return ((x, shift), {}) if draw.flag(0.3) else ((x, shift), {"axis": axis}, Ours(x, shift, axis))


@add("repeat")
def repeat(draw):
    x = any_tensor(draw)
    count = draw.integer(1, 3)
    if x.ndim == 0 or draw.flag(0.3):
        return (x, count), {}
    axis = axis_of(draw, x.ndim)
    return (x, count), {"axis": axis}, Ours(x, count, axis)


@add("tile")
def tile(draw):
    x = any_tensor(draw, 0, 3)
    counts = [draw.integer(1, 3) for _ in range(x.ndim if draw.flag(0.6) else draw.integer(1, 4))]
    return (x, counts), {}


@add("pad")
def pad(draw):
    x = any_tensor(draw, 1, 4)
    mode = draw.choice("constant", "constant", "reflect", "symmetric")
    most = {"constant": lambda n: 3, "reflect": lambda n: n - 1, "symmetric": lambda n: n}[mode]
    widths = [(draw.integer(0, min(3, most(n))), draw.integer(0, min(3, most(n)))) for n in x.shape]
    options, own = {"mode": mode}, {"mode": mode}
    if mode == "constant" and x.dtype.kind == "f" and draw.flag():
        options["constant_values"] = own["value"] = draw.number(-2, 2)
    return (x, widths), options, Ours(x, widths, own)


def tensors_of(draw, count, axis=None, least=1, high=4, alike=False):
    """Tensors of one shape, except for the size of `axis`."""
    shape, kind = shape_of(draw, least, high), draw.choice(*"fib")
    axis = axis_of(draw, len(shape)) if axis is None and shape else axis
    result = []
    for _ in range(count):
        if not alike:
            shape = list(shape)
            shape[axis] = draw.integer(1, 3)
        result.append(numbers(draw, shape, kind))
    return result, axis


@add("concatenate")
def concatenate(draw):
    xs, axis = tensors_of(draw, draw.integer(1, 4))
    return ((xs,), {}) if axis == 0 and draw.flag() else ((xs, axis), {})


@add("append")
def append(draw):
    (a, b), axis = tensors_of(draw, 2)
    return ((a, b), {}) if draw.flag(0.3) else ((a, b), {"axis": axis}, Ours(a, b, axis))


@add("stack")
def stack(draw):
    xs, _ = tensors_of(draw, draw.integer(1, 4), least=0, alike=True)
    return (xs, draw.integer(-xs[0].ndim - 1, xs[0].ndim)), {}


@add("hstack vstack dstack")
def stacks(draw):
    xs, _ = tensors_of(draw, draw.integer(1, 3), least=0, alike=True)
    return (xs,), {}


def cut_of(draw, size):
    """A number of equal parts, or sizes of parts; and the positions of the cuts."""
    if draw.flag():
        count = draw.choice(*[n for n in range(1, size + 1) if size % n == 0])
        return count, count
    sizes, left = [], size
    while left:
        sizes.append(draw.integer(1, left))
        left -= sizes[-1]
    return sizes, [int(n) for n in np.cumsum(sizes)[:-1]]


@add("split")
def split(draw):
    x = any_tensor(draw, 1)
    axis = axis_of(draw, x.ndim)
    sizes, cuts = cut_of(draw, x.shape[axis])
    return (x, cuts), {"axis": axis}, Ours(x, sizes, axis)


@add("array_split")
def array_split(draw):
    x = any_tensor(draw, 1)
    axis = axis_of(draw, x.ndim)
    count = draw.integer(1, x.shape[axis])
    return (x, count), {"axis": axis}, Ours(x, count, axis)


def split_along(least, axis_of_rank):
    def make(draw):
        x = any_tensor(draw, least)
        sizes, cuts = cut_of(draw, x.shape[axis_of_rank(x.ndim)])
        return (x, cuts), {}, Ours(x, sizes)

    return make


add("hsplit")(split_along(1, lambda rank: 0 if rank == 1 else 1))
add("vsplit")(split_along(2, lambda rank: 0))
add("dsplit")(split_along(3, lambda rank: 2))


@add("unstack")
def unstack(draw):
    x = any_tensor(draw, 1)
    axis = axis_of(draw, x.ndim)
    return (x,), {"axis": axis}, Ours(x, axis)


@add("slice")
def slices(draw):
    x = any_tensor(draw, 1)
    start = [draw.integer(0, n - 1) for n in x.shape]
    size = [draw.integer(1, n - s) for n, s in zip(x.shape, start)]
    return (x, start, size), {}


@add("slice_update")
def slice_update(draw):
    x = any_tensor(draw, 1)
    start = [draw.integer(0, n - 1) for n in x.shape]
    size = [draw.integer(1, n - s) for n, s in zip(x.shape, start)]
    updates = numbers(draw, size, {"f": "f", "i": "i", "b": "b"}[x.dtype.kind])
    return (x, start, updates), {}


@add("take")
def take(draw):
    x = any_tensor(draw, 1, 4)
    axis = axis_of(draw, x.ndim)
    whole = draw.flag(0.3)
    size = x.size if whole else x.shape[axis]
    indices = draw.rng.integers(-size if draw.flag() else 0, size, tuple(shape_of(draw, 0, 2))).astype("int32")
    indices = np.asarray(indices)
    return ((x, indices), {}) if whole else ((x, indices), {"axis": axis}, Ours(x, indices, axis))


@add("take_along_axis")
def take_along_axis(draw):
    x = any_tensor(draw, 1, 4)
    axis = axis_of(draw, x.ndim)
    shape = list(x.shape)
    shape[axis] = draw.integer(1, 4)
    indices = draw.rng.integers(-x.shape[axis] if draw.flag(0.3) else 0, x.shape[axis], shape).astype("int32")
    return (x, indices), {"axis": axis}, Ours(x, indices, axis)


@add("where")
def where(draw):
    a, b = broadcast_pair(draw)
    kind = draw.choice(*"fib")
    x, y = numbers(draw, a, kind), numbers(draw, b, kind)
    condition = np.asarray(draw.bools(*draw.choice(a, b, [1] * len(a))))
    return (condition, x, y), {}


@add("select")
def select(draw):
    shape, count = shape_of(draw), draw.integer(1, 3)
    conditions = [np.asarray(draw.bools(*shape, probability=0.4)) for _ in range(count)]
    values = [numbers(draw, shape, "f") for _ in range(count)]
    return (conditions, values, draw.choice(0, draw.number(-1, 1))), {}


@add("diag")
def diag(draw):
    return (numbers(draw, shape_of(draw, 1, 2), draw.choice(*"fi")), draw.integer(-2, 2)), {}


@add("diagflat")
def diagflat(draw):
    return (numbers(draw, shape_of(draw, 1, 2), draw.choice(*"fi")), draw.integer(-2, 2)), {}


@add("diagonal")
def diagonal(draw):
    return diagonals(draw, any_tensor(draw, 2))


@add("trace")
def trace(draw):
    return diagonals(draw, numbers(draw, shape_of(draw, 2), draw.choice(*"ffi")))


def diagonals(draw, x):
    first, second = draw.some(range(x.ndim), 2)
    if draw.flag(0.3):
        first, second = second - x.ndim, first
    limit = min(x.shape[first], x.shape[second]) - 1
    return (x,), {"offset": draw.integer(-limit, limit), "axis1": first, "axis2": second} if draw.flag(0.8) else {}


@add("triu tril")
def triangle(draw):
    x = any_tensor(draw, 2)
    k = draw.integer(-3, 3)
    return (x,), {"k": k}, Ours(x, k)


@add("depth_to_space")
def depth_to_space(draw):
    block = draw.integer(1, 3)
    x = numbers(draw, [draw.integer(1, 2), draw.integer(1, 3), draw.integer(1, 3), block * block * draw.integer(1, 2)])
    return (x, block), {}


@add("space_to_depth")
def space_to_depth(draw):
    block = draw.integer(1, 3)
    x = numbers(draw, [draw.integer(1, 2), block * draw.integer(1, 3), block * draw.integer(1, 2), draw.integer(1, 3)])
    return (x, block), {}


@add("rearrange")
def rearrange(draw):
    sizes = {name: draw.integer(1, 3) for name in "abcd"}
    left, right = draw.choice(
        ("a b c d", "d c b a"), ("a b c d", "(a b) c d"), ("(a b) c d", "a b c d"), ("a (b c) d", "(a c) (b d)"), ("a b c d", "b (a c d)")
    )
    groups = left.replace("(", " ( ").replace(")", " ) ").split()
    shape, inside = [], None
    for part in groups:
        if part == "(":
            inside = 1
        elif part == ")":
            shape.append(inside)
            inside = None
        elif inside is not None:
            inside *= sizes[part]
        else:
            shape.append(sizes[part])
    x = numbers(draw, shape)
    known = {"a": sizes["a"]} if "(a" in left else {"b": sizes["b"]} if "(b" in left else {}
    return (x, f"{left} -> {right}"), known, Ours(x, f"{left} -> {right}", known)
