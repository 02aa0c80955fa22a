"""Random calls of functions that sort, search, count and normalize."""

import numpy as np

from ops_arguments import add, any_tensor, axis_of, keepdims_options, numbers, shape_of, specials
from ops_cases import Ours


# sorting and search


def distinct(draw, shape, kind="f"):
    size = int(np.prod(shape))
    values = draw.rng.permutation(size) - size // 2
    return np.asarray((values.reshape(shape) * (0.37 if kind == "f" else 1))).astype("float32" if kind == "f" else "int32")


@add("sort")
def sort(draw):
    x = numbers(draw, shape_of(draw, 1), draw.choice(*"ffi"))
    return (x,), {"axis": axis_of(draw, x.ndim)} if draw.flag(0.8) else {}


@add("argsort", False)
def argsort(draw):
    shape = shape_of(draw, 1)
    x = distinct(draw, shape, draw.choice(*"fi"))
    return (x,), {"axis": axis_of(draw, x.ndim)} if draw.flag(0.8) else {}


@add("top_k", False)
def top_k(draw):
    x = distinct(draw, shape_of(draw, 1), draw.choice(*"fi"))
    return (x, draw.integer(1, x.shape[-1])), {}


@add("searchsorted", False)
def searchsorted(draw):
    kind = draw.choice(*"fi")
    x = np.sort(numbers(draw, [draw.integer(1, 6)], kind))
    return (x, numbers(draw, shape_of(draw, 0, 2), kind)), {"side": draw.choice("left", "right")} if draw.flag() else {}


@add("digitize", False)
def digitize(draw):
    kind = draw.choice(*"fi")
    return (numbers(draw, shape_of(draw), kind), np.sort(numbers(draw, [draw.integer(1, 5)], kind))), {}


@add("bincount", False)
def bincount(draw):
    shape = [draw.integer(1, 6)] if draw.flag() else [draw.integer(1, 3), draw.integer(1, 5)]
    x = draw.ints(*shape, below=5)
    options = {}
    if draw.flag():
        options["weights"] = numbers(draw, shape)
    if draw.flag():
        options["minlength"] = draw.integer(0, 8)
    return (x,), options


@add("histogram", False)
def histogram(draw):
    x = numbers(draw, shape_of(draw, 1, 3))
    options = {"bins": draw.integer(1, 6)} if draw.flag(0.7) else {}
    if draw.flag():
        options["range"] = (-draw.number(0.5, 3), draw.number(0.5, 3))
    return (x,), options


@add("isin", False)
def isin(draw):
    x, y = numbers(draw, shape_of(draw), "i"), numbers(draw, shape_of(draw, 1, 2), "i")
    return (x, y), {"invert": draw.flag()} if draw.flag() else {}


@add("in_top_k", False)
def in_top_k(draw):
    batch, classes = draw.integer(1, 5), draw.integer(1, 5)
    x = distinct(draw, [batch, classes])
    return (draw.ints(batch, below=classes), x, draw.integer(1, classes)), {}


@add("unravel_index", False)
def unravel_index(draw):
    shape = shape_of(draw, 1, 4)
    return (draw.ints(*shape_of(draw, 1, 2), below=int(np.prod(shape))), tuple(shape)), {}


def segments(draw, kinds="ffi"):
    rows = draw.integer(1, 6)
    data = numbers(draw, [rows, *shape_of(draw, 0, 2)], draw.choice(*kinds))
    count = draw.integer(1, 5)
    ids = draw.ints(rows, below=count)
    if draw.flag():
        return (data, ids), {"num_segments": count}
    ids = np.sort(ids)
    return (data, ids), {"num_segments": int(ids.max()) + 1 if draw.flag() else None}


add("segment_sum segment_prod")(segments)
add("segment_max segment_min")(lambda draw: segments(draw, "f"))  # see REASONS


@add("scatter", False)
def scatter(draw):
    shape = shape_of(draw, 1, 3)
    depth = draw.integer(1, len(shape))
    count = draw.integer(1, 4)
    indices = np.stack([draw.ints(count, below=n) for n in shape[:depth]], -1)
    return (indices, numbers(draw, [count, *shape[depth:]]), tuple(shape)), {}


@add("scatter_update")
def scatter_update(draw):
    x = numbers(draw, shape_of(draw, 1, 3), draw.choice(*"ffi"))
    depth = draw.integer(1, x.ndim)
    places = [place for place in np.ndindex(*x.shape[:depth])]
    chosen = draw.rng.permutation(len(places))[: draw.integer(1, len(places))]
    indices = np.array([places[i] for i in chosen]).astype("int32").reshape(-1, depth)
    return (x, indices, numbers(draw, [len(indices), *x.shape[depth:]], x.dtype.kind)), {}

# numbers


@add("cast", False)
def cast(draw):
    x = any_tensor(draw)
    return (x, draw.choice("float32", "int32", "bool", "float16")), {}


@add("saturate_cast", False)
def saturate_cast(draw):
    x = numbers(draw, shape_of(draw), draw.choice(*"fi")) * draw.choice(1, 100)
    x = x.astype("int32" if x.dtype.kind == "i" else "float32")
    return (x, "int32" if x.dtype.kind == "i" else draw.choice("float32", "float16", "int32")), {}  # see REASONS


@add("clip")
def clip(draw):
    kind = draw.choice(*"ffi")
    x = numbers(draw, shape_of(draw), kind)
    low, high = (draw.number(-2, 0), draw.number(0.1, 2)) if kind == "f" else (draw.integer(-2, 0), draw.integer(1, 2))
    return (specials(draw, x), low, high), {}


@add("nan_to_num")
def nan_to_num(draw):
    x = numbers(draw, shape_of(draw), draw.choice(*"ffi"))
    if x.dtype.kind == "f":
        x = np.where(draw.bools(*x.shape, probability=0.3), np.float32(draw.choice(np.nan, np.inf, -np.inf)), x).astype("float32")
    options = {"nan": draw.number(-2, 2), "posinf": draw.number(-9, 9), "neginf": draw.number(-9, 9)}
    if draw.flag(0.7):  # the largest number of the dtype takes the place of infinity by default
        return (x,), options
    x = np.where(np.isinf(x), x.dtype.type(1), x) if x.dtype.kind == "f" else x
    return (x,), {}


@add("diff")
def diff(draw):
    x = numbers(draw, shape_of(draw, 1), draw.choice(*"ffi"))
    axis = axis_of(draw, x.ndim)
    return (x,), {"n": draw.integer(0, x.shape[axis]), "axis": axis} if draw.flag(0.8) else {}


@add("trapezoid")
def trapezoid(draw):
    y = numbers(draw, shape_of(draw, 1))
    axis = axis_of(draw, y.ndim)
    options = {"axis": axis}
    if draw.flag(0.4):
        options["dx"] = draw.number(0.1, 3)
    elif draw.flag():
        options["x"] = numbers(draw, [y.shape[axis]] if draw.flag() else y.shape)
    return (y,), options


@add("vander")
def vander(draw):
    x = numbers(draw, [draw.integer(1, 4)], draw.choice(*"fi"))
    columns, increasing = draw.maybe(draw.integer(1, 5)), draw.flag()
    own = {"increasing": increasing, **({} if columns is None else {"columns": columns})}
    return (x,), {"N": columns, "increasing": increasing}, Ours(x, own)


@add("average")
def average(draw):
    x = numbers(draw, shape_of(draw), draw.choice(*"ffi"))
    options = {key: value for key, value in keepdims_options(draw, x.ndim).items() if key == "axis" and not isinstance(value, tuple)}
    if draw.flag():
        shape = [x.shape[options["axis"]]] if "axis" in options and draw.flag() else x.shape
        options["weights"] = numbers(draw, shape, "f", 0.2, 2)
    return (x,), options


@add("moments", tolerance=5e-5)
def moments(draw):
    x = numbers(draw, shape_of(draw, 1))
    options = keepdims_options(draw, x.ndim)
    axes = options.pop("axis", tuple(range(x.ndim)))
    axes = [axes] if isinstance(axes, int) else list(axes)
    own = {"axis": axes, **({"keepDims": options["keepdims"]} if options else {})}
    return (x, axes), options, Ours(x, own)


@add("normalize", tolerance=4e-5)
def normalize(draw):
    x = numbers(draw, shape_of(draw, 1))
    options = {"axis": axis_of(draw, x.ndim), "order": draw.choice(1, 2, 2, 3), "epsilon": draw.choice(None, 1e-3)}
    return (x,), {key: value for key, value in options.items() if draw.flag(0.7)}


@add("rms_normalization", tolerance=4e-5)
def rms_normalization(draw):
    x = numbers(draw, shape_of(draw, 1, 4))
    options = {"axis": axis_of(draw, x.ndim), "epsilon": draw.choice(1e-3, 1e-5)}
    options = {key: value for key, value in options.items() if draw.flag(0.7)}
    if draw.flag() and "axis" not in options:
        options["scale"] = numbers(draw, [x.shape[-1]])
    return (x,), options


@add("layer_normalization", tolerance=5e-4)  # Keras computes in float32
def layer_normalization(draw):
    x = numbers(draw, [*shape_of(draw, 0, 3), draw.integer(3, 6)])
    epsilon = draw.choice(1e-3, 1e-2)
    return (x,), {"epsilon": epsilon, "axis": -1}


@add("batch_normalization", tolerance=4e-5)
def batch_normalization(draw):
    x = numbers(draw, [*shape_of(draw, 1, 3), draw.integer(1, 4)])
    size = x.shape[-1]
    mean, variance = numbers(draw, [size]), numbers(draw, [size], "f", 0.2, 3)
    offset, scale = draw.maybe(numbers(draw, [size])), draw.maybe(numbers(draw, [size]))
    return (x, mean, variance, -1), {"offset": offset, "scale": scale}, Ours(x, mean, variance, scale, offset, 1e-3)


@add("binary_crossentropy")
def binary_crossentropy(draw):
    shape, logits = shape_of(draw, 1, 4), draw.flag()
    target = numbers(draw, shape, "f", 0, 1)
    return (target, numbers(draw, shape, "f", *((-4, 4) if logits else (0.02, 0.98)))), {"from_logits": logits}


@add("categorical_crossentropy", tolerance=4e-5)
def categorical_crossentropy(draw):
    shape, logits = shape_of(draw, 1, 4), draw.flag()
    axis = axis_of(draw, len(shape))
    target = numbers(draw, shape, "f", 0.05, 1)
    return (target, numbers(draw, shape, "f", *((-4, 4) if logits else (0.1, 1)))), {"from_logits": logits, "axis": axis}


@add("sparse_categorical_crossentropy", tolerance=4e-5)
def sparse_categorical_crossentropy(draw):
    shape, logits = shape_of(draw, 1, 4), draw.flag()
    target = np.asarray(draw.ints(*shape[:-1], below=shape[-1]))
    return (target, numbers(draw, shape, "f", *((-4, 4) if logits else (0.1, 1)))), {"from_logits": logits}


@add("psnr")
def psnr(draw):
    shape = shape_of(draw, 1, 4)
    return (numbers(draw, shape), numbers(draw, shape), draw.choice(1.0, 255.0)), {}


@add("one_hot", False)
def one_hot(draw):
    x = np.asarray(draw.ints(*shape_of(draw, 0, 3), below=6) - 1).astype("int32")
    options = {"axis": draw.integer(-1, x.ndim), "dtype": draw.choice("float32", "int32", "bool")}
    return (x, draw.integer(1, 6)), {key: value for key, value in options.items() if draw.flag()}


@add("multi_hot", False)
def multi_hot(draw):
    x = np.asarray(draw.ints(*shape_of(draw, 1, 2), below=5)).astype("int32")
    return (x, 5), {}
