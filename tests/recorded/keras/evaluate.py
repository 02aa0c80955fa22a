"""Evaluates functions of JAX without compiling them.

JAX compiles each operation for each shape, which takes far longer than the arithmetic of small random configurations.
`evaluate` traces a function and evaluates the operations with NumPy; those that `NUMPY` lacks run in JAX.
"""

import math

import jax
import numpy as np
from jax.extend.core import Literal
from scipy import special


class Precision:
    """The dtype in which values of float32 are computed."""

    float32 = np.float32


def evaluate(function, *arguments, exact=False):
    """Like `function(*arguments)`. The leaves of the result are arrays. With `exact`, float64 takes the place of float32."""
    return evaluator(function, *arguments, exact=exact)(*arguments)


def evaluator(function, *arguments, exact=False):
    """The traced function, for arguments of the same shapes."""
    closed, shapes = jax.make_jaxpr(function, return_shape=True)(*arguments)

    def evaluated(*given):
        Precision.float32 = np.float64 if exact else np.float32
        try:
            results = run(closed.jaxpr, closed.consts, jax.tree.leaves(given))
        finally:
            Precision.float32 = np.float32
        leaves = [np.asarray(x, shape.dtype) for x, shape in zip(results, jax.tree.leaves(shapes))]
        return jax.tree.unflatten(jax.tree.structure(shapes), leaves)

    return evaluated


def own_dtype(dtype):
    return Precision.float32 if dtype == np.float32 else dtype


def run(jaxpr, consts, arguments):
    values = {}
    values.update(zip(jaxpr.constvars, map(host, consts)))
    values.update(zip(jaxpr.invars, map(host, arguments)))

    def read(atom):
        return np.asarray(atom.val, own_dtype(atom.aval.dtype)) if isinstance(atom, Literal) else values[atom]

    for equation in jaxpr.eqns:
        results = apply(equation, [read(atom) for atom in equation.invars])
        values.update(zip(equation.outvars, results))
    return [read(atom) for atom in jaxpr.outvars]


def host(value):
    """An array of NumPy, except for keys of random numbers."""
    if isinstance(value, jax.Array) and jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key):
        return value
    array = np.asarray(value)
    return array.astype(own_dtype(array.dtype), copy=False)


def apply(equation, inputs):
    name, params = equation.primitive.name, equation.params
    if name in CALLS:
        body = params[CALLS[name]]
        return run(body.jaxpr, body.consts, inputs) if hasattr(body, "jaxpr") else run(body, (), inputs)
    if name in CONTROL:
        return CONTROL[name](params, inputs)
    function = NUMPY.get(name)
    if function is not None and (name == "random_bits" or not any(isinstance(x, jax.Array) for x in inputs)):
        with np.errstate(all="ignore"):
            result = function(*inputs, **params)
        if result is not NotImplemented:
            results = result if equation.primitive.multiple_results else [result]
            return [np.asarray(x, own_dtype(atom.aval.dtype)) for x, atom in zip(results, equation.outvars)]
    inputs = [x.astype("float32") if x.dtype == np.float64 else x for x in inputs]
    results = equation.primitive.bind(*inputs, **params)
    return [host(x) for x in (results if equation.primitive.multiple_results else [results])]


# Calls of other programs, by the parameter that holds the program.
CALLS = {
    "jit": "jaxpr", "pjit": "jaxpr", "closed_call": "call_jaxpr", "core_call": "call_jaxpr", "remat2": "jaxpr", "checkpoint": "jaxpr",
    "custom_jvp_call": "call_jaxpr", "custom_vjp_call": "call_jaxpr", "custom_vjp_call_jaxpr": "fun_jaxpr",
}  # fmt: skip


def scan(params, inputs):
    fixed, carried = params["num_consts"], params["num_carry"]
    constants, carry, sequences = inputs[:fixed], inputs[fixed : fixed + carried], inputs[fixed + carried :]
    body, length = params["jaxpr"], params["length"]
    collected = []
    for index in range(length - 1, -1, -1) if params["reverse"] else range(length):
        results = run(body.jaxpr, body.consts, [*constants, *carry, *[x[index] for x in sequences]])
        carry = results[:carried]
        collected.append(results[carried:])
    if params["reverse"]:
        collected.reverse()
    stacked = [np.stack(each) for each in zip(*collected)]
    if length == 0:
        stacked = [np.zeros(v.aval.shape, own_dtype(v.aval.dtype))[None][:0] for v in body.jaxpr.outvars[carried:]]
    return [*carry, *stacked]


def while_loop(params, inputs):
    first, second = params["cond_nconsts"], params["cond_nconsts"] + params["body_nconsts"]
    of_condition, of_body, carry = inputs[:first], inputs[first:second], inputs[second:]
    condition, body = params["cond_jaxpr"], params["body_jaxpr"]
    while run(condition.jaxpr, condition.consts, [*of_condition, *carry])[0]:
        carry = run(body.jaxpr, body.consts, [*of_body, *carry])
    return carry


def branch(params, inputs):
    branches = params["branches"]
    chosen = branches[min(max(int(inputs[0]), 0), len(branches) - 1)]
    return run(chosen.jaxpr, chosen.consts, inputs[1:])


CONTROL = {"scan": scan, "while": while_loop, "cond": branch}


def elementwise(function):
    return lambda *inputs, **_: function(*inputs)


def wide(function):
    """A function in float64, rounded afterwards."""
    return lambda x, **_: function(x.astype("float64")) if x.dtype.kind == "f" else NotImplemented


def divide(a, b, **_):
    if a.dtype.kind == "f":
        return a / b
    return np.trunc(a / np.where(b == 0, 1, b)) if a.dtype.itemsize <= 4 and np.all(b != 0) else NotImplemented


def remainder(a, b, **_):
    return np.fmod(a, b) if a.dtype.kind == "f" or np.all(b != 0) else NotImplemented


def power(a, b, **_):
    return np.power(a, b.astype(a.dtype)) if a.dtype.kind == "f" else NotImplemented


def integer_power(x, y, **_):
    if x.dtype.kind != "f":
        return NotImplemented
    wide_x = x.astype("float64")
    return wide_x**y if y >= 0 else 1 / wide_x**-y


def broadcast(x, shape, broadcast_dimensions, **_):
    own = [1] * len(shape)
    for size, axis in zip(x.shape, broadcast_dimensions):
        own[axis] = size
    return np.broadcast_to(x.reshape(own), shape)


def sliced(x, start_indices, limit_indices, strides, **_):
    return x[tuple(slice(a, b, c) for a, b, c in zip(start_indices, limit_indices, strides or [1] * x.ndim))]


def starts_of(x, indices, sizes):
    return [min(max(int(i), 0), d - s) for i, d, s in zip(indices, x.shape, sizes)]


def dynamic_slice(x, *indices, slice_sizes, **_):
    return x[tuple(slice(i, i + s) for i, s in zip(starts_of(x, indices, slice_sizes), slice_sizes))]


def dynamic_update_slice(x, update, *indices, **_):
    result = x.copy()
    result[tuple(slice(i, i + s) for i, s in zip(starts_of(x, indices, update.shape), update.shape))] = update
    return result


def pad(x, value, padding_config, **_):
    for axis, (low, high, interior) in enumerate(padding_config):
        size = x.shape[axis]
        inner = size + max(size - 1, 0) * interior
        shape = list(x.shape)
        shape[axis] = max(low, 0) + inner + max(high, 0)
        result = np.full(shape, value, x.dtype)
        place = [slice(None)] * x.ndim
        place[axis] = slice(max(low, 0), max(low, 0) + inner, interior + 1)
        result[tuple(place)] = x
        place[axis] = slice(max(-low, 0), shape[axis] - max(-high, 0))
        x = result[tuple(place)]
    return x


def convert(x, new_dtype, **_):
    new_dtype = own_dtype(new_dtype)
    if x.dtype.kind in "fc" and np.dtype(new_dtype).kind in "iu":
        return NotImplemented if not np.isfinite(x).all() else np.trunc(x).astype(new_dtype)
    return x.astype(new_dtype)


def reduction(function, exact=True):
    def reduce(x, axes, **_):
        if x.dtype.kind == "f" and exact:
            x = x.astype("float64")
        return function(x, axis=tuple(axes)) if axes else x

    return reduce


def extreme(function):
    def index(x, axes, **_):
        return function(x, axis=axes[0])

    return index


def cumulative(function):
    def accumulate(x, axis, reverse, **_):
        dtype = np.float64 if x.dtype.kind == "f" and function in (np.cumsum, np.cumprod) else x.dtype
        run_of = np.flip(x, axis) if reverse else x
        result = function(run_of.astype(dtype), axis=axis)
        return np.flip(result, axis) if reverse else result

    return accumulate


def dot_general(a, b, dimension_numbers, **_):
    if a.dtype.kind not in "fiu" or b.dtype.kind not in "fiu":
        return NotImplemented
    ((left, right), (left_batch, right_batch)) = dimension_numbers
    free_left = [axis for axis in range(a.ndim) if axis not in (*left, *left_batch)]
    free_right = [axis for axis in range(b.ndim) if axis not in (*right, *right_batch)]
    batch = [a.shape[axis] for axis in left_batch]
    inner = math.prod(a.shape[axis] for axis in left)
    x = a.transpose([*left_batch, *free_left, *left]).reshape([*batch, -1 if a.size else math.prod(a.shape[i] for i in free_left), inner])
    y = b.transpose([*right_batch, *right, *free_right]).reshape([*batch, inner, math.prod(b.shape[i] for i in free_right)])
    shape = [*batch, *[a.shape[i] for i in free_left], *[b.shape[i] for i in free_right]]
    return np.matmul(x.astype("float64"), y.astype("float64")).reshape(shape)


def convolution(
    x, kernel, window_strides, padding, lhs_dilation, rhs_dilation, dimension_numbers, feature_group_count, batch_group_count, **_
):  # fmt: skip
    numbers = dimension_numbers
    x = x.transpose(numbers.lhs_spec).astype("float64")
    kernel = kernel.transpose(numbers.rhs_spec).astype("float64")
    rank = x.ndim - 2
    x = pad(x, 0.0, [(0, 0, 0)] * 2 + [(low, high, d - 1) for (low, high), d in zip(padding, lhs_dilation)])
    spans = [(k - 1) * d + 1 for k, d in zip(kernel.shape[2:], rhs_dilation)]
    outputs = [max((size - span) // stride + 1, 0) for size, span, stride in zip(x.shape[2:], spans, window_strides)]
    axes = tuple(range(2, 2 + rank))
    if min(outputs, default=1) == 0:
        return NotImplemented
    windows = np.lib.stride_tricks.sliding_window_view(x, spans, axes)
    windows = windows[(slice(None), slice(None), *[slice(None, None, s) for s in window_strides], *[slice(None, None, d) for d in rhs_dilation])]
    groups = max(feature_group_count, batch_group_count)
    along = 1 if feature_group_count > 1 else 0
    parts = np.split(windows, groups, along) if groups > 1 else [windows]
    kernels = np.split(kernel, groups, 0)
    contracted = ([1, *range(2 + rank, 2 + 2 * rank)], [1, *range(2, 2 + rank)])
    results = [np.moveaxis(np.tensordot(part, own, contracted), -1, 1) for part, own in zip(parts, kernels)]
    result = np.concatenate(results, 1)
    return result.transpose(np.argsort(numbers.out_spec))


def window_reduction(function, initial):
    def reduce(x, window_dimensions, window_strides, padding, base_dilation, window_dilation, **_):
        if x.dtype.kind != "f":
            return NotImplemented
        x = pad(x.astype("float64"), initial, [(low, high, d - 1) for (low, high), d in zip(padding, base_dilation)])
        spans = [(k - 1) * d + 1 for k, d in zip(window_dimensions, window_dilation)]
        if any(span > size for span, size in zip(spans, x.shape)):
            return NotImplemented
        windows = np.lib.stride_tricks.sliding_window_view(x, spans)
        windows = windows[(*[slice(None, None, s) for s in window_strides], *[slice(None, None, d) for d in window_dilation])]
        return function(windows, axis=tuple(range(x.ndim, 2 * x.ndim)))

    return reduce


def indices_of(indices, numbers, sizes, shape, names):
    """For each dimension of the operand, the indices of the elements of all slices; and which slices lie within the operand."""
    index_map, batching, batching_of_indices = (getattr(numbers, name) for name in names)
    batch = indices.shape[:-1]
    result, within = [], np.ones(batch, bool)
    for axis, (size, whole) in enumerate(zip(sizes, shape)):
        if axis in batching:
            own = batching_of_indices[batching.index(axis)]
            start = np.arange(whole).reshape([-1 if i == own else 1 for i in range(len(batch))])
            start = np.broadcast_to(start, batch)
        elif axis in index_map:
            start = indices[..., index_map.index(axis)].astype("int64")
        else:
            start = np.zeros(batch, "int64")
        within &= (start >= 0) & (start <= whole - size)
        start = np.clip(start, 0, whole - size)
        offsets = np.arange(size).reshape([-1 if i == axis else 1 for i in range(len(sizes))])
        result.append(start.reshape([*batch, *[1] * len(sizes)]) + offsets)
    return tuple(result), within


def gather(x, indices, dimension_numbers, slice_sizes, mode, fill_value, **_):
    numbers = dimension_numbers
    names = ("start_index_map", "operand_batching_dims", "start_indices_batching_dims")
    places, within = indices_of(indices, numbers, slice_sizes, x.shape, names)
    result = np.broadcast_to(x[places], [*indices.shape[:-1], *slice_sizes]).copy()
    if "FILL" in str(mode) and not within.all():
        result[~within] = fill_value if fill_value is not None else (np.nan if x.dtype.kind == "f" else np.iinfo(x.dtype).min)
    batch = indices.ndim - 1
    removed = tuple(batch + axis for axis in (*numbers.collapsed_slice_dims, *numbers.operand_batching_dims))
    result = np.squeeze(result, removed)
    others = [axis for axis in range(result.ndim) if axis not in numbers.offset_dims]
    return result.transpose(np.argsort([*others, *numbers.offset_dims]))


def scatter(combine):
    def scattered(x, indices, updates, dimension_numbers, mode, **_):
        numbers = dimension_numbers
        removed = {*numbers.inserted_window_dims, *numbers.operand_batching_dims}
        windows = iter(numbers.update_window_dims)
        sizes = [1 if axis in removed else updates.shape[next(windows)] for axis in range(x.ndim)]
        names = ("scatter_dims_to_operand_dims", "operand_batching_dims", "scatter_indices_batching_dims")
        places, within = indices_of(indices, numbers, sizes, x.shape, names)
        others = [axis for axis in range(updates.ndim) if axis not in numbers.update_window_dims]
        given = updates.transpose([*others, *numbers.update_window_dims]).reshape([*indices.shape[:-1], *sizes])
        kept = np.broadcast_to(within.reshape([*within.shape, *[1] * x.ndim]) | ("CLIP" in str(mode)), given.shape)
        result = x.copy()
        combine(result, tuple(np.broadcast_to(place, given.shape)[kept] for place in places), given[kept])
        return result

    return scattered


def put(x, places, values):
    x[places] = values


def select_and_scatter_add(source, operand, select_prim, window_dimensions, window_strides, padding, **_):
    if select_prim.name not in ("ge", "le"):
        return NotImplemented
    sign = 1 if select_prim.name == "ge" else -1
    x = pad(sign * operand.astype("float64"), -np.inf, [(low, high, 0) for low, high in padding])
    if any(window > size for window, size in zip(window_dimensions, x.shape)):
        return NotImplemented
    windows = np.lib.stride_tricks.sliding_window_view(x, window_dimensions)[tuple(slice(None, None, s) for s in window_strides)]
    best = np.unravel_index(windows.reshape([*source.shape, -1]).argmax(-1), window_dimensions)
    result = np.zeros(x.shape)
    at = [
        offset + np.arange(size).reshape([-1 if i == axis else 1 for i in range(x.ndim)]) * stride
        for axis, (offset, size, stride) in enumerate(zip(best, source.shape, window_strides))
    ]
    np.add.at(result, tuple(at), source)
    return result[tuple(slice(low, low + size) for (low, _), size in zip(padding, operand.shape))]


BITS = np.random.default_rng(1)


def random_bits(key, bit_width, shape, **_):
    """Other bits than in JAX: no recorded value may depend on them."""
    return BITS.integers(0, 2**bit_width, shape, f"uint{bit_width}")


def clamp(low, x, high, **_):
    return np.minimum(np.maximum(x, low), high)


def select(which, *cases, **_):
    if len(cases) != 2 or which.dtype != bool:
        return NotImplemented
    return np.where(which, cases[1], cases[0])


def rounded(x, rounding_method, **_):
    if int(rounding_method) == 1:
        return np.rint(x)
    return np.trunc(x.astype("float64") + np.copysign(0.5, x))


def logical(on_bits, on_bools):
    return lambda *inputs, **_: (on_bools if inputs[0].dtype == bool else on_bits)(*inputs)


NUMPY = {
    "add": elementwise(np.add), "add_any": elementwise(np.add), "sub": elementwise(np.subtract), "mul": elementwise(np.multiply),
    "div": divide, "pow": power, "integer_pow": integer_power, "neg": elementwise(np.negative), "abs": elementwise(np.abs),
    "sign": elementwise(np.sign), "floor": elementwise(np.floor), "ceil": elementwise(np.ceil), "round": rounded,
    "max": elementwise(np.maximum), "min": elementwise(np.minimum), "square": elementwise(np.square),
    "exp": wide(np.exp), "exp2": wide(np.exp2), "log": wide(np.log), "expm1": wide(np.expm1), "log1p": wide(np.log1p),
    "tanh": wide(np.tanh), "sin": wide(np.sin), "cos": wide(np.cos), "tan": wide(np.tan), "sqrt": wide(np.sqrt), "cbrt": wide(np.cbrt),
    "rsqrt": wide(lambda x: 1 / np.sqrt(x)), "logistic": wide(special.expit), "erf": wide(special.erf), "erfc": wide(special.erfc),
    "is_finite": elementwise(np.isfinite), "clamp": clamp, "select_n": select,
    "eq": elementwise(np.equal), "ne": elementwise(np.not_equal), "lt": elementwise(np.less), "le": elementwise(np.less_equal),
    "gt": elementwise(np.greater), "ge": elementwise(np.greater_equal),
    "and": logical(np.bitwise_and, np.logical_and), "or": logical(np.bitwise_or, np.logical_or), "not": logical(np.invert, np.logical_not),
    "xor": logical(np.bitwise_xor, np.logical_xor),
    "copy": elementwise(lambda x: x), "copy_p": elementwise(lambda x: x), "stop_gradient": elementwise(lambda x: x),
    "reshape": lambda x, new_sizes, dimensions=None, **_: (x if dimensions is None else x.transpose(dimensions)).reshape(new_sizes),
    "squeeze": lambda x, dimensions, **_: np.squeeze(x, tuple(dimensions)),
    "expand_dims": lambda x, dimensions, **_: np.expand_dims(x, tuple(dimensions)),
    "transpose": lambda x, permutation, **_: x.transpose(permutation),
    "rev": lambda x, dimensions, **_: np.flip(x, tuple(dimensions)),
    "concatenate": lambda *inputs, dimension, **_: np.concatenate(inputs, dimension),
    "split": lambda x, sizes, axis, **_: np.split(x, np.cumsum(sizes)[:-1], axis),
    "iota": lambda dtype, shape, dimension, **_: np.broadcast_to(
        np.arange(shape[dimension]).reshape([-1 if i == dimension else 1 for i in range(len(shape))]), shape
    ),
    "broadcast_in_dim": broadcast, "slice": sliced, "dynamic_slice": dynamic_slice, "dynamic_update_slice": dynamic_update_slice,
    "rem": remainder, "gather": gather, "scatter-add": scatter(np.add.at), "scatter": scatter(put), "random_bits": random_bits,
    "stack": lambda *inputs, axis, **_: np.stack(inputs, axis), "select_and_scatter_add": select_and_scatter_add,
    "unstack": lambda x, axis, **_: [np.take(x, i, axis) for i in range(x.shape[axis])], "tile": lambda x, reps, **_: np.tile(x, reps),
    "shift_left": elementwise(np.left_shift), "shift_right_logical": elementwise(lambda x, n: np.right_shift(x, n) if x.dtype.kind == "u" else NotImplemented),
    "bitcast_convert_type": lambda x, new_dtype, **_: x.view(new_dtype) if x.dtype.itemsize == np.dtype(new_dtype).itemsize else NotImplemented,
    "pad": pad, "convert_element_type": convert,
    "reduce_sum": reduction(np.sum), "reduce_prod": reduction(np.prod), "reduce_max": reduction(np.max, exact=False),
    "reduce_min": reduction(np.min, exact=False), "reduce_and": reduction(np.all, exact=False), "reduce_or": reduction(np.any, exact=False),
    "argmax": extreme(np.argmax), "argmin": extreme(np.argmin),
    "cumsum": cumulative(np.cumsum), "cumprod": cumulative(np.cumprod), "cummax": cumulative(np.maximum.accumulate),
    "dot_general": dot_general, "conv_general_dilated": convolution,
    "reduce_window_sum": window_reduction(np.sum, 0.0), "reduce_window_max": window_reduction(np.max, -np.inf),
}  # fmt: skip
