"""Random calls of the functions of keras.ops.

OPS maps a name such as `ops/add` to a function from `Draw` and a number to recorded cases.
"""

import keras
import numpy as np
import ops_creation  # noqa: F401
import ops_networks  # noqa: F401
import ops_numbers  # noqa: F401
import ops_products  # noqa: F401
import ops_programs  # noqa: F401
import ops_shapes  # noqa: F401

from ops_cases import record_op
from ops_arguments import MORE, MORE_WITH_JAX, broadcast_pair, keepdims_options, numbers, shape_of, specials

SPACES = {}
# Names by property
WITHOUT_DERIVATIVE, TOLERANCES = set(), {}
# Functions with other dtypes on each backend of Keras
ANY_DTYPE = ("histogram", "sparsemax")


def space(names, make, derivative=True, tolerance=2e-5):
    for name in names.split():
        SPACES[name] = make
        TOLERANCES[name] = tolerance
        if not derivative:
            WITHOUT_DERIVATIVE.add(name)


def elementwise(low=-3.0, high=3.0, kinds="f", edges=True):
    def make(draw):
        x = numbers(draw, shape_of(draw, empty=True), draw.choice(*kinds), low, high)
        return (specials(draw, x) if edges else x,), {}

    return make


# functions of one tensor
space("absolute abs negative square", elementwise(kinds="ffi"))
space("sign", elementwise(kinds="ffi"), derivative=False)
space("fabs", elementwise())
space("exp exp2 expm1 sin cos tanh sigmoid erf erfc cbrt deg2rad rad2deg sinc arctan arcsinh", elementwise())
space("sinh cosh tan", elementwise(-1.4, 1.4))
space("log log2 log10 sqrt rsqrt", elementwise(0.01, 5), tolerance=4e-5)
space("log1p", elementwise(-0.9, 5), tolerance=4e-5)
space("reciprocal", elementwise(0.1, 5), tolerance=4e-5)
space("arcsin arccos arctanh erfinv", elementwise(-0.95, 0.95), tolerance=1e-4)
space("arccosh", elementwise(1.1, 5), tolerance=1e-4)
space("i0", elementwise(-9, 9))
space("floor ceil", elementwise(), derivative=False)
space("trunc", elementwise(kinds="ffi"), derivative=False)
space("isfinite isinf isnan isneginf isposinf signbit", elementwise(), derivative=False)
space("logical_not", elementwise(kinds="b"), derivative=False)
space("bitwise_not bitwise_invert", elementwise(kinds="i"), derivative=False)
space("ones_like zeros_like", elementwise(kinds="fib"), derivative=False)
space("ravel", elementwise(kinds="fib"))
space("stop_gradient", elementwise(kinds="fib"), derivative=False)
space("shape ndim size", elementwise(kinds="fib"), derivative=False)
space("round", lambda draw: ((numbers(draw, shape_of(draw), "f", -30, 30) * np.float32(draw.choice(1, 0.5)).round(2),), {}), derivative=False)

# activations
space(
    "relu relu6 hard_sigmoid hard_silu hard_swish hard_tanh log_sigmoid selu silu swish softplus softsign sparse_plus sparse_sigmoid tanh_shrink",
    elementwise(-8, 8, edges=False),
)


def activation(**options):
    return lambda draw: ((numbers(draw, shape_of(draw), "f", -4, 4),), {key: draw.choice(*value(draw)) for key, value in options.items() if draw.flag(0.8)})


space("celu elu", activation(alpha=lambda draw: (1.0, draw.number(0.2, 2))))
space("leaky_relu", activation(negative_slope=lambda draw: (draw.number(0, 0.6),)))
space("hard_shrink soft_shrink", activation(threshold=lambda draw: (draw.number(0.1, 1),)))
space("squareplus", activation(b=lambda draw: (4, draw.integer(1, 9))))


def gelu(draw):
    x, approximate = numbers(draw, shape_of(draw), "f", -4, 4), draw.flag()
    return (x,), {"approximate": approximate}


space("gelu", gelu, tolerance=2e-4)


def threshold(draw):
    return (numbers(draw, shape_of(draw), "f"), draw.number(-1, 1), draw.number(-1, 1)), {}


space("threshold", threshold)


def along(kinds="f", least=1, even=False, default=True):
    """One tensor and an axis."""

    def make(draw):
        shape = shape_of(draw, least)
        x = numbers(draw, [2 * n for n in shape] if even else shape, draw.choice(*kinds))
        axis = draw.integer(-len(shape), len(shape) - 1)
        return (x,), {"axis": axis} if draw.flag(0.8) or not default else {}

    return make


space("glu", along(even=True))
space("softmax log_softmax", along())
space("sparsemax", along(), derivative=False)


# functions of two tensors
def binary(kinds="f", low=-3.0, high=3.0, second=None, edges=True, literal=True):
    def make(draw):
        kind = draw.choice(*kinds)
        a, b = (numbers(draw, shape, kind, low, high) for shape in broadcast_pair(draw))
        if second is not None:
            b = second(draw, b)
        elif edges:
            a, b = specials(draw, a), specials(draw, b)
        if literal and kind == "f" and draw.flag(0.15):
            b = float(np.round(b.ravel()[0], 3)) if b.size else 1.0
        return (a, b), {}

    return make


def not_zero(draw, b):
    return np.where(np.abs(b) < 0.3, b.dtype.type(1), b) if b.dtype.kind == "f" else np.where(b == 0, b.dtype.type(2), b)


space("add subtract multiply", binary("ffi"))
space("divide true_divide", binary("ffi", second=not_zero))
space("divide_no_nan", binary(second=lambda draw, b: np.where(draw.bools(*b.shape, probability=0.2), np.float32(0), not_zero(draw, b))))
space("floor_divide mod fmod", binary("ffi", second=not_zero), derivative=False)
space("maximum minimum fmax fmin", binary("ffi"))
space("equal not_equal greater greater_equal less less_equal", binary("ffi"), derivative=False)
space("logical_and logical_or logical_xor", binary("b", literal=False), derivative=False)
space("bitwise_and bitwise_or bitwise_xor", binary("i"), derivative=False)
space("bitwise_left_shift bitwise_right_shift left_shift right_shift", binary("i", second=lambda draw, b: np.abs(b)), derivative=False)
space("arctan2 logaddexp logaddexp2", binary(), tolerance=4e-5)
space("hypot", binary(edges=False), tolerance=4e-5)
space("heaviside", binary(edges=False), derivative=False)
space("power", binary("f", 0.1, 3, second=lambda draw, b: np.abs(b)), tolerance=4e-5)
space("gcd lcm", binary("i", -30, 30), derivative=False)


def ldexp(draw):
    a, b = broadcast_pair(draw)
    return (numbers(draw, a, "f"), numbers(draw, b, "i", -6, 6)), {}


space("ldexp", ldexp)


def close(draw):
    a, b = (numbers(draw, shape, "f") for shape in broadcast_pair(draw))
    if draw.flag(0.7):
        b = (a * np.float32(1 + draw.choice(0, 1e-7, 1e-4, 1e-2))).astype("float32")
    options = {"rtol": draw.choice(1e-5, 1e-3), "atol": draw.choice(1e-8, 1e-3), "equal_nan": draw.flag()}
    return (specials(draw, a), specials(draw, b)), {key: value for key, value in options.items() if draw.flag()}


space("isclose allclose", close, derivative=False)


# reductions
def reduction(kinds="ffi", low=-2.0, high=2.0, nan=0.0, edges=False, least=0, empty=True):
    def make(draw):
        x = numbers(draw, shape_of(draw, least, empty=empty), draw.choice(*kinds), low, high)
        if nan and x.dtype.kind == "f":
            x[draw.bools(*x.shape, probability=draw.choice(0, nan))] = np.nan
        return (specials(draw, x) if edges else x,), keepdims_options(draw, x.ndim)

    return make


def one_axis(kinds="ffi", nan=0.0):
    def make(draw):
        x = numbers(draw, shape_of(draw, 1), draw.choice(*kinds))
        if nan and x.dtype.kind == "f":
            x[draw.bools(*x.shape, probability=draw.choice(0, nan))] = np.nan
        return (x,), {key: value for key, value in keepdims_options(draw, x.ndim).items() if not isinstance(value, tuple)}

    return make


space("sum mean", reduction("ffib", edges=True))
space("prod", reduction("ffib"))
space("max min amax amin", reduction("ffi", edges=True))
space("var std", reduction("ffib"), tolerance=1e-4)
space("all any", reduction("b"), derivative=False)
space("logsumexp", reduction("f", least=1))
space("ptp", reduction("ffi"))
space("median nanmedian", reduction("ffi", nan=0.3, empty=False))
space("nansum nanprod nanmax nanmin nanmean nanvar nanstd", reduction("ffi", nan=0.3), tolerance=1e-4)
space("argmax argmin", one_axis(), derivative=False)
space("nanargmax nanargmin", one_axis(nan=0.2), derivative=False)


def count_nonzero(draw):
    x = numbers(draw, shape_of(draw), draw.choice(*"fib"))
    x[draw.bools(*x.shape, probability=0.3)] = 0
    return (x,), {key: value for key, value in keepdims_options(draw, x.ndim).items() if key == "axis"}


space("count_nonzero", count_nonzero, derivative=False)


def quantile(scale, nan=False):
    def make(draw):
        x = numbers(draw, shape_of(draw, 1), "f")
        if nan:
            x[draw.bools(*x.shape, probability=0.2)] = np.nan
        q = draw.choice(draw.number(0, 1) * scale, draw.number(0, 1) * scale, [draw.number(0, 1) * scale for _ in range(draw.integer(1, 3))])
        method = {"method": draw.choice("linear", "lower", "higher", "midpoint", "nearest")} if draw.flag() else {}
        if not method and draw.flag(0.3):
            q = 0.5 * scale
        return (x, q), {**keepdims_options(draw, x.ndim), **method}

    return make


space("quantile", quantile(1))
space("percentile", quantile(100))
space("nanquantile", quantile(1, True))
space("nanpercentile", quantile(100, True))


def norm(draw):
    x = numbers(draw, shape_of(draw, 1), "f")
    options = keepdims_options(draw, x.ndim)
    if draw.flag() and not isinstance(options.get("axis"), tuple) and (x.ndim == 1 or options.get("axis") is not None):
        options["ord"] = draw.choice(1, 2, np.inf)
    return (x,), options


space("norm", norm)


def cumulative(kinds, nan=0.0):
    def make(draw):
        x = numbers(draw, shape_of(draw, 1), draw.choice(*kinds))
        if nan and x.dtype.kind == "f":
            x[draw.bools(*x.shape, probability=nan)] = np.nan
        return (x,), {"axis": draw.integer(-x.ndim, x.ndim - 1)}

    return make


space("cumsum cumprod", cumulative("ffib"))
space("nancumsum nancumprod", cumulative("ffi", 0.2))

for table in (MORE, MORE_WITH_JAX):
    for more_name, (more_make, more_derivative, more_tolerance) in table.items():
        space(more_name, more_make, more_derivative, more_tolerance)

# Keras computes these with JAX in any case
OPS_WITH_JAX = {f"ops/{name}" for name in MORE_WITH_JAX}
OPS = {}
for op_name, op_make in SPACES.items():

    def op_part(draw, number, name=op_name, make=op_make):
        return record_op(name, number, make, draw, TOLERANCES[name], name not in WITHOUT_DERIVATIVE, name in ANY_DTYPE)

    OPS[f"ops/{op_name}"] = op_part

assert all(hasattr(keras.ops, name) for name in SPACES)
