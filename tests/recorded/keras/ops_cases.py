"""Records calls of functions of keras.ops."""

import keras
import numpy as np

from encode import case, tensor
from evaluate import evaluate


class Ours:
    """The arguments of Gradus, where they differ from those of Keras."""

    def __init__(self, *args, name=None):
        self.args, self.name = args, name


class Program:
    """A function that is an argument, by its name in programs.ts."""

    def __init__(self, name, function):
        self.name, self.function = name, function


def camel(name):
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def with_whole_arrays(value, known):
    """`value` with arrays in place of the scalars that NumPy makes of arrays without axes."""
    if isinstance(value, np.generic):
        return known.setdefault(id(value), (np.asarray(value), value))[0]
    if isinstance(value, (list, tuple)):
        return type(value)(with_whole_arrays(item, known) for item in value)
    if isinstance(value, dict):
        return {key: with_whole_arrays(item, known) for key, item in value.items()}
    return value


RENAMED = {"keepdims": "keepDims", "equal_nan": "equalNan", "minlength": "minLength", "posinf": "posInf", "neginf": "negInf"}


def options_of(options):
    return {RENAMED.get(key, camel(key)): value for key, value in options.items() if value is not None}


def encoded(value, inputs):
    """An argument as JSON. Arrays become places in `inputs`."""
    if isinstance(value, np.ndarray):
        found = [index for index, other in enumerate(inputs) if other is value]
        if not found:
            inputs.append(value)
        return {"input": found[0] if found else len(inputs) - 1}
    if isinstance(value, Program):
        return {"program": value.name}
    if isinstance(value, (list, tuple)):
        return [encoded(item, inputs) for item in value]
    if isinstance(value, dict):
        return {key: encoded(item, inputs) for key, item in value.items()}
    if isinstance(value, float) and not np.isfinite(value):
        return {"number": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]}
    return value


def with_arrays(value, inputs, arrays):
    """`value` with `arrays` in place of `inputs`."""
    if isinstance(value, np.ndarray):
        return next((array for other, array in zip(inputs, arrays) if other is value), value)
    if isinstance(value, Program):
        return value.function
    if isinstance(value, (list, tuple)):
        return type(value)(with_arrays(item, inputs, arrays) for item in value)
    if isinstance(value, dict):
        return {key: with_arrays(item, inputs, arrays) for key, item in value.items()}
    return value


def leaves(result):
    return [leaf for item in result for leaf in leaves(item)] if isinstance(result, (list, tuple)) else [result]


def is_float(array):
    return np.asarray(array).dtype.kind == "f"


STEP = 1e-6


def differences(call, inputs, cotangents):
    """Gradients by central differences, or None where the function is not smooth."""

    def objective():
        return sum(float(np.sum(ct * out)) for ct, out in zip(cotangents, call(inputs)) if ct is not None)

    gradients = []
    here = objective()
    for position, x in enumerate(inputs):
        if not is_float(x):
            gradients.append(None)
            continue
        gradient, flat = np.zeros(x.shape), x.reshape(-1)
        for index, value in enumerate(flat.copy()):
            flat[index] = value + STEP
            above = objective()
            flat[index] = value - STEP
            below = objective()
            flat[index] = value
            slopes = [(above - here) / STEP, (here - below) / STEP]
            if not np.isfinite(slopes).all() or abs(slopes[0] - slopes[1]) > 1e-3 * max(1, abs(slopes[0])) or abs(slopes[0]) > 1e4:
                return None
            gradient.reshape(-1)[index] = (above - below) / (2 * STEP)
        gradients.append(gradient)
    return gradients


def record_op(name, number, make, draw, tolerance, derivative, any_dtype=False):
    """`make` gives the arguments of Keras by position, those by name, and perhaps an `Ours`."""
    known = {}
    args, options, *ours = make(draw)
    args, options = with_whole_arrays(args, known), with_whole_arrays(options, known)
    given = with_whole_arrays(ours[0].args, known) if ours else (*args, options_of(options)) if options_of(options) else args
    inputs = []
    json_args = [encoded(arg, inputs) for arg in given]
    function = getattr(keras.ops, name)

    def call(arrays):
        results = leaves(function(*with_arrays(args, inputs, arrays), **with_arrays(options, inputs, arrays)))
        return [np.asarray(x) if isinstance(x, (bool, int, float)) else x for x in results]

    fields = {"function": (ours[0].name if ours else None) or camel(name), "args": json_args}
    fields["inputs"] = [tensor(x) for x in inputs]
    differentiable = derivative and all(x.size > 0 for x in inputs)
    if keras.backend.backend() == "jax":
        values, gradients, cotangents = with_jax(call, inputs, draw, differentiable and draw.flag(0.5))
    else:
        values, gradients, cotangents = with_numpy(call, inputs, draw, differentiable and draw.flag(0.3))
    fields["outputs"] = [tensor(x) for x in values]
    if any_dtype:
        fields["any_dtype"] = True
    if gradients is not None:
        fields["cotangents"] = [None if x is None else tensor(x) for x in cotangents]
        fields["gradients"] = [None if x is None else tensor(x.astype("float32")) for x in gradients]
    fields["rtol_by_key"] = {"outputs": tolerance, "gradients": 5 * tolerance}
    return [case("ops", name, "op", number, tolerance, **fields)]


def cotangents_of(values, draw):
    return [draw.normals(*x.shape) if is_float(x) else None for x in values]


def with_numpy(call, inputs, draw, derivative):
    """Values and gradients in float64, with the dtypes of the values in float32."""
    with np.errstate(all="ignore"):
        values = [np.asarray(x) for x in call(inputs)]
        wide = [x.astype("float64") if x.dtype == np.float32 else x for x in inputs]
        if not any(is_float(x) for x in inputs):
            return values, None, None
        exact = [np.asarray(x) for x in call(wide)]
        assert [x.shape for x in exact] == [x.shape for x in values]
        if all(x.dtype == np.float64 for x in exact if is_float(x)):
            values = [x.astype(v.dtype) for x, v in zip(exact, values)]
        else:
            derivative = False
        if not derivative or sum(x.size for x in wide) > 60 or not any(is_float(x) for x in values):
            return values, None, None
        # functions that round to float32 within have no differences
        moved = call([x * (1 + 1e-10) + 1e-10 if is_float(x) else x for x in wide])
        moved = [np.asarray(x) for x in moved]
        if all(np.array_equal(x, x.astype("float32"), True) or np.array_equal(x, y, True) for x, y in zip(moved, exact) if is_float(x)):
            return values, None, None
        cotangents = cotangents_of(values, draw)
        gradients = differences(call, wide, cotangents)
    return values, gradients, cotangents


def with_jax(call, inputs, draw, derivative):
    import jax

    shapes = jax.eval_shape(call, inputs)
    values = evaluate(call, inputs, exact=True)
    if not derivative or not any(is_float(x) for x in values):
        return values, None, None
    cotangents = cotangents_of(shapes, draw)
    followed = [index for index, x in enumerate(inputs) if is_float(x)]

    def pulled(some):
        def chosen(some):
            arrays = list(inputs)
            for index, x in zip(followed, some):
                arrays[index] = x
            return [x for x, ct in zip(call(arrays), cotangents) if ct is not None]

        return jax.vjp(chosen, some)[1]([ct for ct in cotangents if ct is not None])[0]

    found = evaluate(pulled, [inputs[index] for index in followed], exact=True)
    gradients = [None] * len(inputs)
    for index, gradient in zip(followed, found):
        gradients[index] = gradient
    return values, gradients, cotangents
