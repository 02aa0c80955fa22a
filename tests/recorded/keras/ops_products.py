"""Random calls of functions that multiply or take matrices."""

import numpy as np

from ops_arguments import add, axis_of, broadcast_pair, numbers, shape_of


# products


@add("matmul", tolerance=4e-5)
def matmul(draw):
    a, b = broadcast_pair(draw)
    a, b, inner = a[-2:], b[-2:], draw.integer(1, 4)
    a, b = [*a, draw.integer(1, 4), inner], [*b, inner, draw.integer(1, 4)]
    if draw.flag(0.2):
        a = [inner]
    if draw.flag(0.2):
        b = [inner]
    kind = draw.choice(*"ffi")
    return (numbers(draw, a, kind), numbers(draw, b, kind)), {}


@add("dot", tolerance=4e-5)
def dot(draw):
    inner = draw.integer(1, 4)
    a, b = shape_of(draw, 0, 2) + [inner], [inner]
    if draw.flag(0.6):
        b = [*shape_of(draw, 0, 1), inner, draw.integer(1, 3)]
    a, b = draw.choice((a, b), (a, b), (a, b), ([], b), (a, []))
    return (numbers(draw, a), numbers(draw, b)), {}


@add("inner", tolerance=4e-5)
def inner(draw):
    size = draw.integer(1, 4)
    a, b = shape_of(draw, 0, 2) + [size], shape_of(draw, 0, 2) + [size]
    return (numbers(draw, a), numbers(draw, b)), {}


@add("outer", tolerance=4e-5)
def outer(draw):
    kind = draw.choice(*"ffi")
    return (numbers(draw, shape_of(draw, 0, 2), kind), numbers(draw, shape_of(draw, 0, 2), kind)), {}


@add("vdot", tolerance=4e-5)
def vdot(draw):
    shape = shape_of(draw)
    return (numbers(draw, shape), numbers(draw, shape)), {}


@add("kron", tolerance=4e-5)
def kron(draw):
    kind = draw.choice(*"ffi")
    return (numbers(draw, shape_of(draw, 0, 3), kind), numbers(draw, shape_of(draw, 0, 3), kind)), {}


@add("tensordot", tolerance=4e-5)
def tensordot(draw):
    shared = draw.integer(0, 2)
    sizes = draw.integers(shared, 1, 3)
    left, right = draw.integers(draw.integer(0, 2), 1, 3), draw.integers(draw.integer(0, 2), 1, 3)
    if draw.flag():
        return (numbers(draw, left + sizes), numbers(draw, sizes + right), shared), {}
    a, b = numbers(draw, left + sizes), numbers(draw, right + sizes)
    axes_a = [len(left) + i if draw.flag() else i - shared for i in range(shared)]
    axes_b = [len(right) + i for i in range(shared)]
    return (a, b, [axes_a, axes_b]), {}


@add("cross")
def cross(draw):
    shape = shape_of(draw, 1, 4)
    axis = axis_of(draw, len(shape))
    shape[axis] = 3
    a, b = list(shape), list(shape)
    return (numbers(draw, a), numbers(draw, b)), {"axis": axis} if draw.flag(0.7) or axis not in (-1, len(shape) - 1) else {}


@add("einsum", tolerance=4e-5)
def einsum(draw):
    spec = draw.choice(
        "ij,jk->ik", "bij,bjk->bik", "i,i->", "i,j->ij", "ij->ji", "ii->i", "ii", "bij,bkj->bik", "...ij,...jk->...ik",
        "ij,ij->", "abc->b", "ij,j", "bqhd,bkhd->bhqk", "ij,jk,kl->il", "...i->...", "i...,i->...", "ba,cb",
    )  # fmt: skip
    sizes = {letter: draw.integer(1, 3) for letter in "abcdhijklq"}
    more = draw.integers(draw.integer(0, 2), 1, 3)
    operands = []
    for part in spec.split("->")[0].split(","):
        shape = []
        for piece in part.replace("...", ".").strip():
            shape += more if piece == "." else [sizes[piece]]
        operands.append(numbers(draw, shape))
    return (spec, *operands), {}


@add("correlate")
def correlate(draw):
    mode = draw.choice("valid", "same", "full")
    return (numbers(draw, [draw.integer(1, 7)]), numbers(draw, [draw.integer(1, 5)])), {"mode": mode} if draw.flag(0.8) else {}


@add("corrcoef", tolerance=2e-4)
def corrcoef(draw):
    return (numbers(draw, [draw.integer(2, 4), draw.integer(3, 6)]),), {}


@add("cdist", tolerance=1e-4)
def cdist(draw):
    size = draw.integer(1, 4)
    a, b = [draw.integer(1, 4), size], [draw.integer(1, 4), size]
    batch = shape_of(draw, 0, 2) if draw.flag(0.4) else []
    return (numbers(draw, batch + a), numbers(draw, batch + b)), {}

# matrices


def square(draw, high=2):
    n = draw.integer(1, 4)
    x = numbers(draw, [*shape_of(draw, 0, high), n, n], "f", -1, 1)
    return (x + 3 * np.eye(n)).astype("float32"), n


@add("det slogdet inv logdet", tolerance=1e-4)
def determinant(draw):
    return (square(draw)[0],), {}


def positive(draw, most=2):
    n = draw.integer(1, 4)
    x = numbers(draw, [*shape_of(draw, 0, most), n, n], "f", -1, 1)
    return (x @ np.swapaxes(x, -1, -2) + np.eye(n)).astype("float32")


@add("cholesky", False, tolerance=1e-4)
def cholesky(draw):
    return (positive(draw),), {"upper": True} if draw.flag() else {}


@add("cholesky_inverse", False, tolerance=2e-4)
def cholesky_inverse(draw):
    upper = draw.flag()
    factor = np.linalg.cholesky(positive(draw, 0).astype("float64"))  # see REASONS
    return ((np.swapaxes(factor, -1, -2) if upper else factor).astype("float32"),), {"upper": upper}


@add("solve", tolerance=1e-4)
def solve(draw):
    a, n = square(draw)
    shape = [*a.shape[:-2], n, draw.integer(1, 3)]
    return (a, numbers(draw, shape)), {}


@add("solve_triangular", False, tolerance=1e-4)
def solve_triangular(draw):
    a, n = square(draw)
    shape = [*a.shape[:-2], n, draw.integer(1, 3)]
    return (a, numbers(draw, shape)), {"lower": True} if draw.flag() else {}


@add("qr", False, tolerance=1e-4)
def qr(draw):
    x = numbers(draw, [*shape_of(draw, 0, 2), draw.integer(1, 4), draw.integer(1, 4)])
    return (x,), {"mode": draw.choice("reduced", "complete")} if draw.flag() else {}


@add("lstsq", False, tolerance=2e-4)
def lstsq(draw):
    columns = draw.integer(1, 3)
    rows = draw.integer(columns, 5)
    b = [rows] if draw.flag() else [rows, draw.integer(1, 3)]
    a = numbers(draw, [rows, columns]) + np.eye(rows, columns, dtype="float32") * 4
    return (a.astype("float32"), numbers(draw, b)), {}
