"""Records losses, metrics, optimizers, schedules, regularizers, constraints and activations."""

import jax
import keras
import numpy as np

from encode import case, keras_object, optional_tensor, tensor, weight
from evaluate import evaluate


REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")


def record_loss(class_name, number, make, options, y_true, y_pred, draw, tolerance=2e-5, mask=None):
    """
    The values and derivatives of the loss `make(**options)` for two reductions, with and without weights. `mask` is the Keras mask of
    the predictions.
    """
    loss = make(**options)
    # a weight for each value: Keras would align one weight per sample with the last axis if the sizes are equal
    shape = jax.eval_shape(loss.call, y_true, y_pred).shape
    weights = {"none": None, "per_value": draw.floats(*shape, low=0.1, high=2.0)}
    if len(shape) > 1:
        weights["per_sample_column"] = draw.floats(shape[0], *[1 for _ in shape[1:]], low=0.1, high=2.0)
    elif len(shape) == 1:
        weights["per_sample_column"] = draw.floats(shape[0], 1, low=0.1, high=2.0)
    first = loss.reduction or "none"
    chosen = [first, *draw.some([name for name in REDUCTIONS if name != first], 1)]
    variants = [(reduction, kind) for reduction in chosen for kind in ("none", draw.choice(*weights))]

    def all_variants(prediction):
        results = []
        for reduction, kind in variants:
            reduced = make(**{**options, "reduction": reduction})

            def value_of(p):
                if mask is not None:
                    p = p + 0
                    keras.src.backend.set_keras_mask(p, mask)
                return reduced(y_true, p, sample_weight=weights[kind])

            value, pullback = jax.vjp(value_of, prediction)
            results.append((value, pullback(np.ones(value.shape, "float32"))[0]))
        return results

    recorded = []
    for (reduction, kind), (value, gradient) in zip(variants, evaluate(all_variants, y_pred)):
        variant = {"reduction": reduction, "sample_weight_kind": kind, "value": tensor(value), "grad_y_pred": tensor(gradient)}
        if weights[kind] is not None:
            variant["sample_weight"] = tensor(weights[kind])
        recorded.append(variant)
    saved = keras_object(loss)
    # Keras 3.15 leaves some options out of the config, such as those of Huber and CosineSimilarity
    saved["config"].update({key: value for key, value in options.items() if key != "reduction"})
    fields = {"loss": saved, "y_true": tensor(y_true), "y_pred": tensor(y_pred), "variants": recorded}
    fields["rtol_by_key"] = {"variants": tolerance}
    if mask is not None:
        fields["y_pred_mask"] = tensor(mask)
    return [case("losses", class_name, "loss", number, tolerance, **fields)]


def weights_of(draw, y_true, y_pred, weighted):
    """Weights per sample or per value, some of which may be 0."""
    target = y_pred if y_true is None else y_true
    values = min(target.shape, y_pred.shape, key=len)
    shape = {"per_value": values, "per_label": values[:-1]}.get(weighted, (len(y_pred),))
    weights = draw.floats(*shape, low=0.1, high=2.0)
    if weighted != "no_zeros" and draw.flag(0.2):
        weights[draw.bools(*weights.shape, probability=0.3)] = 0
    return weights


def metric_mode(metric, kind, batches, draw, weighted):
    metric.reset_state()
    steps = []
    for y_true, y_pred in batches:
        weights = weights_of(draw, y_true, y_pred, weighted) if kind == "per_sample" else None
        values = (y_pred,) if y_true is None else (y_true, y_pred)
        metric.update_state(*values, **({} if weights is None else {"sample_weight": weights}))
        step = {"result": tensor(metric.result())}
        if weights is not None:
            step["sample_weight"] = tensor(weights)
        steps.append(step)
    mode = {"sample_weight_kind": kind, "steps": steps}
    # Keras 3.15 counts elements, 3.16 samples
    variables = [v for v in metric.variables if v.name != "num_samples"]
    mode["variables_after"] = [{"name": v.name, **tensor(v.value)} for v in variables]
    metric.reset_state()
    if type(metric).__name__ not in NO_RESULT_AFTER_RESET:
        mode["result_after_reset"] = tensor(metric.result())
    return mode


def record_metric(class_name, number, metric, batches, draw, weighted=True, tolerance=2e-5, unsaved=None):
    """
    `batches` are pairs of targets and predictions; targets are None for metrics of values. `weighted` is "per_value" if the metric takes
    a weight for each value, "per_label" if it takes one for each vector of the last axis. `unsaved` are options that Keras leaves out of the config.
    """
    modes = [metric_mode(metric, "none", batches, draw, weighted)]
    # the mean over the last axis of a vector is one number, which Keras cannot weigh
    if any(y_pred.ndim > 1 for _, y_pred in batches) or weighted in ("per_value", "per_label") or class_name in ("Mean", "Sum"):
        modes.append(metric_mode(metric, "per_sample", batches, draw, weighted))
    encoded = [{"y_true": optional_tensor(t), "y_pred": tensor(p)} for t, p in batches]
    saved = keras_object(metric)
    saved["config"].update(unsaved or {})
    fields = {"metric": saved, "batches": encoded, "modes": modes, "rtol_by_key": {"modes": tolerance}}
    return [case("metrics", class_name, "metric", number, tolerance, **fields)]


# Keras divides by the number of samples, which is 0 after a reset
NO_RESULT_AFTER_RESET = ("PearsonCorrelation", "ConcordanceCorrelation", "R2Score")


SHAPES = {"layer_0/kernel": (3, 4), "layer_1/bias": (4,), "layer_2/conv_kernel": (2, 2, 3), "layer_3/embeddings": (5, 2), "layer_4/gain": ()}


def record_optimizer(class_name, number, make, draw, tolerance=2e-5, steps=4, excluded=None, missing=False, infinite=False):
    """
    `make` returns the optimizer. Some variables get `steps` updates with random gradients, of which the last is None if `missing`.
    Gradients of a step may be infinite if `infinite`. `excluded` are names of variables without weight decay.
    """
    paths = [*list(SHAPES)[:3], *draw.some(list(SHAPES)[3:], draw.integer(0, 2))]
    variables = []
    for path in paths:
        scope, name = path.split("/")
        with keras.name_scope(scope):
            variables.append(keras.Variable(draw.normals(*SHAPES[path]), name=name))
    optimizer = make()
    if excluded:
        optimizer.exclude_from_weight_decay(var_names=excluded)
    optimizer.build(variables)
    # the running product of Nadam has no stable name
    slots = [v for v in optimizer.variables if not v.path.startswith("variable")]
    fields = {
        "optimizer": keras_object(optimizer),
        "variables": [weight(v) for v in variables],
        "gradients": [],
        "learning_rate_per_step": [],
        "values_after_step": [],
        "optimizer_variables_initial": [weight(v) for v in slots],
    }
    if excluded:
        fields["exclude_from_weight_decay_var_names"] = excluded
    scaled = class_name == "LossScaleOptimizer"
    if scaled:
        fields["dynamic_scale_per_step"] = []
    for _ in range(steps):
        gradients = [draw.normals(*v.shape) for v in variables]
        if infinite and draw.flag(0.4):
            gradients[1][draw.integer(0, 3)] = draw.choice(np.inf, np.nan)
        if missing:
            gradients[-1] = None
        fields["learning_rate_per_step"].append(float(optimizer.learning_rate))
        optimizer.apply([None if g is None else keras.ops.convert_to_tensor(g) for g in gradients])
        fields["gradients"].append([optional_tensor(g) for g in gradients])
        fields["values_after_step"].append([tensor(v.value) for v in variables])
        if scaled:
            fields["dynamic_scale_per_step"].append(float(optimizer.dynamic_scale))
    fields["optimizer_variables_final"] = [weight(v) for v in slots]
    if class_name == "Ftrl":
        fields["rtol_by_key"] = {"values_after_step": tolerance, "optimizer_variables_final": tolerance, "values_after_finalize": tolerance}
    optimizer.finalize_variable_values(variables)
    fields["values_after_finalize"] = [tensor(v.value) for v in variables]
    return [case("optimizers", class_name, "optimizer", number, tolerance, **fields)]


def record_schedule(class_name, number, schedule, ambiguous=lambda step: False):
    """Steps at which rounding decides are `ambiguous` and left out."""
    steps = [step for step in (*range(60), 99, 250, 1000) if not ambiguous(step)]
    values = [float(schedule(step)) for step in steps]
    fields = {"schedule": keras_object(schedule), "steps": steps, "values": values}
    return [case("schedules", class_name, "schedule", number, 2e-5, **fields)]


def record_regularizer(class_name, number, regularizer, x):
    def with_gradient(w):
        value, pullback = jax.vjp(lambda weights: regularizer(weights), w)
        return value, pullback(np.ones(value.shape, "float32"))[0]

    value, gradient = evaluate(with_gradient, x)
    fields = {"regularizer": keras_object(regularizer), "input": tensor(x), "value": tensor(value)}
    return [case("regularizers", class_name, "regularizer", number, 2e-5, grad_input=tensor(gradient), **fields)]


def record_constraint(class_name, number, constraint, x):
    fields = {"constraint": keras_object(constraint), "input": tensor(x), "output": tensor(constraint(x))}
    return [case("constraints", class_name, "constraint", number, 2e-5, **fields)]


def record_activation(class_name, number, arguments, x, draw):
    function = getattr(keras.activations, class_name)
    cotangent = draw.normals(*jax.eval_shape(lambda value: function(value, **arguments), x).shape)

    def with_gradient(value, given):
        output, pullback = jax.vjp(lambda inner: function(inner, **arguments), value)
        return output, pullback(given)[0]

    output, gradient = evaluate(with_gradient, x, cotangent)
    fields = {"function": class_name, "args": arguments, "input": tensor(x), "output": tensor(output)}
    # derivatives of saturated functions are differences of numbers near 1
    derivative = {"cotangent": tensor(cotangent), "grad_input": tensor(gradient), "rtol_by_key": {"grad_input": 1e-4}}
    return [case("activations", class_name, "activation", number, 2e-5, **fields, **derivative)]


def record_initializer(class_name, number, initializer, shape, expected=None):
    """Statistics of the values. `expected` are the exact ones as far as they are known."""
    values = np.asarray(initializer(shape), "float64")
    deviations = values - values.mean()
    kurtosis = float((deviations**4).mean() / (deviations**2).mean() ** 2)
    stats = {"n": values.size, "mean": float(values.mean()), "std": float(values.std()), "min": float(values.min())}
    stats.update(max=float(values.max()), kurtosis=kurtosis)
    fields = {"initializer": keras_object(initializer), "shape": list(shape), "stats": stats, "expected": expected or {}}
    return [case("initializers", class_name, "initializer_stats", number, 1e-5, same_seed_same=True, **fields)]


def record_exact_initializer(class_name, number, initializer, shape):
    fields = {"initializer": keras_object(initializer), "shape": list(shape), "values": tensor(initializer(shape))}
    return [case("initializers", class_name, "initializer_exact", number, 1e-5, **fields)]


def record_orthogonal(class_name, number, initializer, shape):
    fields = {"initializer": keras_object(initializer), "shape": list(shape), "gain": initializer.gain}
    return [case("initializers", class_name, "initializer_orthogonal", number, 1e-5, **fields)]
