"""Random calls of functions that slide windows, pool, convolve and attend."""

import keras
import numpy as np

from ops_arguments import MORE_WITH_JAX, add, numbers
from ops_cases import Ours


def image(draw, rank, low, high, channels=None):
    return numbers(draw, [draw.integer(1, 2), *draw.integers(rank, low, high), channels or draw.integer(1, 3)])


def per_axis(draw, rank, low, high):
    return draw.integer(low, high) if draw.flag() else tuple(draw.integers(rank, low, high))


@add("unfold", tolerance=4e-5, table=MORE_WITH_JAX)
def unfold(draw):
    x = numbers(draw, [draw.integer(1, 2), draw.integer(1, 2), *draw.integers(2, 4, 6)])
    options = {"dilation": per_axis(draw, 2, 1, 2), "padding": per_axis(draw, 2, 0, 2), "stride": per_axis(draw, 2, 1, 3)}
    return (x, per_axis(draw, 2, 1, 2)), {key: value for key, value in options.items() if draw.flag()}


def covers(x, kernel, dilation=1, padding=0, stride=1):
    """Whether the windows reach the ends of both axes."""
    each = [value if isinstance(value, tuple) else (value, value) for value in (x.shape[2:], kernel, dilation, padding, stride)]
    return all((size + 2 * p - d * (k - 1) - 1) % s == 0 for size, k, d, p, s in zip(*each))


@add("fold", tolerance=4e-5, table=MORE_WITH_JAX)
def fold(draw):
    (x, kernel), options = unfold(draw)
    while not covers(x, kernel, **options):  # see REASONS
        (x, kernel), options = unfold(draw)
    patches = np.asarray(keras.ops.unfold(x, kernel, **options))
    return (draw.normals(*patches.shape), tuple(x.shape[2:]), kernel), options


@add("max_pool average_pool", table=MORE_WITH_JAX)
def pool(draw):
    rank = draw.integer(1, 3)
    x = image(draw, rank, 3, 6)
    size = per_axis(draw, rank, 1, 3)
    strides = draw.integer(1, 3) if isinstance(size, int) else tuple(draw.integers(rank, 1, 3))
    options = {"strides": draw.maybe(strides), "padding": draw.choice("valid", "same")}
    return (x, size), options, Ours(x, {"poolSize": size, **{key: value for key, value in options.items() if value is not None}})


@add("adaptive_average_pool adaptive_max_pool", table=MORE_WITH_JAX)
def adaptive(draw):
    rank = draw.integer(1, 3)
    x = image(draw, rank, 2, 6)
    return (x, tuple(draw.integer(1, n) for n in x.shape[1:-1])), {}


def convolved(draw, kernel_of):
    rank = draw.integer(1, 2 if kernel_of is not conv_kernel else 3)
    x = image(draw, rank, 5, 6)
    sizes = draw.integers(rank, 1, 3)
    strides, dilation = per_axis(draw, rank, 1, 3), per_axis(draw, rank, 1, 2)
    if draw.flag():
        strides = 1
    else:
        dilation = 1
    options = {"strides": strides, "padding": draw.choice("valid", "same"), "dilation_rate": dilation}
    kernels = kernel_of(draw, sizes, x.shape[-1])
    own = {"strides": strides, "padding": options["padding"], "dilation": dilation}
    return (x, *kernels), options, Ours(x, *kernels, own)


def conv_kernel(draw, sizes, channels):
    return [numbers(draw, [*sizes, channels, draw.integer(1, 3)])]


add("conv", tolerance=5e-5, table=MORE_WITH_JAX)(lambda draw: convolved(draw, conv_kernel))


def transposed_kernel(draw, sizes, channels):
    return [numbers(draw, [*sizes, draw.integer(1, 3), channels])]


add("conv_transpose", tolerance=5e-5, table=MORE_WITH_JAX)(lambda draw: convolved(draw, transposed_kernel))


def depthwise_kernel(draw, sizes, channels):
    return [numbers(draw, [*sizes, channels, draw.integer(1, 2)])]


add("depthwise_conv", tolerance=5e-5, table=MORE_WITH_JAX)(lambda draw: convolved(draw, depthwise_kernel))


def separable_kernels(draw, sizes, channels):
    multiplier = draw.integer(1, 2)
    return [numbers(draw, [*sizes, channels, multiplier]), numbers(draw, [*[1 for _ in sizes], channels * multiplier, draw.integer(1, 3)])]


add("separable_conv", tolerance=5e-5, table=MORE_WITH_JAX)(lambda draw: convolved(draw, separable_kernels))


@add("dot_product_attention", tolerance=5e-5, table=MORE_WITH_JAX)
def attention(draw):
    batch, heads, depth, queries, keys = draw.integer(1, 2), draw.integer(1, 3), draw.integer(1, 4), draw.integer(1, 4), draw.integer(1, 4)
    query = numbers(draw, [batch, queries, heads, depth])
    key, value = numbers(draw, [batch, keys, heads, depth]), numbers(draw, [batch, keys, heads, depth])
    options = {}
    if draw.flag(0.3):
        options["bias"] = numbers(draw, [batch, heads, queries, keys])
    if draw.flag(0.3):
        options["mask"] = draw.bools(batch, heads, queries, keys)
        options["mask"][..., 0] = True
    if draw.flag(0.3):
        options["scale"] = draw.number(0.2, 2)
    if draw.flag(0.3):
        options["is_causal"] = True
    return (query, key, value), options
