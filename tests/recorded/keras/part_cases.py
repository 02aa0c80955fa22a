"""Records losses, metrics, optimizers, schedules, regularizers, constraints and activations."""

import jax
import keras
import numpy as np

from encode import case, keras_object, optional_tensor, tensor, weight


def record_loss(class_name, number, loss, y_true, y_pred, draw, tolerance=2e-5):
    variants = []
    # a weight for each value: Keras would align one weight per sample with the last axis if the sizes are equal
    values = loss.call(y_true, y_pred).shape
    for reduction in ("sum_over_batch_size", "sum", "mean_with_sample_weight", "none"):
        config = {**loss.get_config(), "reduction": reduction}
        reduced = type(loss).from_config(config)
        for kind in ("none", "per_sample"):
            weights = draw.floats(*values, low=0.1, high=2.0) if kind == "per_sample" else None
            value, pullback = jax.vjp(lambda p: reduced(y_true, p, sample_weight=weights), y_pred)
            variant = {"reduction": reduction, "sample_weight_kind": kind, "value": tensor(value)}
            if weights is not None:
                variant["sample_weight"] = tensor(weights)
            if value.ndim == 0:
                (gradient,) = pullback(np.float32(1))
                variant["grad_y_pred"] = tensor(gradient)
            variants.append(variant)
    fields = {"loss": keras_object(loss), "y_true": tensor(y_true), "y_pred": tensor(y_pred), "variants": variants}
    return [case("losses", class_name, "loss", number, tolerance, **fields)]


def record_metric(class_name, number, metric, batches, draw, weighted=True, tolerance=2e-5):
    """`batches` are pairs of targets and predictions; targets are None for metrics of values."""
    modes = []
    kinds = ("none", "per_sample") if weighted else ("none",)
    for kind in kinds:
        metric.reset_state()
        steps = []
        for y_true, y_pred in batches:
            weights = draw.floats(len(y_pred), low=0.1, high=2.0) if kind == "per_sample" else None
            if y_true is None:
                metric.update_state(y_pred, sample_weight=weights)
            elif weights is None:
                metric.update_state(y_true, y_pred)
            else:
                metric.update_state(y_true, y_pred, sample_weight=weights)
            step = {"result": tensor(metric.result())}
            if weights is not None:
                step["sample_weight"] = tensor(weights)
            steps.append(step)
        mode = {"sample_weight_kind": kind, "steps": steps}
        # Keras 3.15 counts elements, 3.16 samples
        variables = [v for v in metric.variables if v.name != "num_samples"]
        mode["variables_after"] = [{"name": v.name, **tensor(v.value)} for v in variables]
        modes.append(mode)
    encoded = [{"y_true": optional_tensor(t), "y_pred": tensor(p)} for t, p in batches]
    fields = {"metric": keras_object(metric), "batches": encoded, "modes": modes}
    return [case("metrics", class_name, "metric", number, tolerance, **fields)]


def record_optimizer(class_name, number, make, draw, tolerance=2e-5, steps=3):
    """`make` returns the optimizer. Three variables get `steps` updates with random gradients."""
    shapes = {"layer_0/kernel": (3, 4), "layer_1/bias": (4,), "layer_2/conv_kernel": (2, 2, 3)}
    variables = []
    for path, shape in shapes.items():
        scope, name = path.split("/")
        with keras.name_scope(scope):
            variables.append(keras.Variable(draw.normals(*shape), name=name))
    optimizer = make()
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
    for _ in range(steps):
        gradients = [draw.normals(*v.shape) for v in variables]
        fields["learning_rate_per_step"].append(float(optimizer.learning_rate))
        optimizer.apply(gradients)
        fields["gradients"].append([tensor(g) for g in gradients])
        fields["values_after_step"].append([tensor(v.value) for v in variables])
    fields["optimizer_variables_final"] = [weight(v) for v in slots]
    optimizer.finalize_variable_values(variables)
    fields["values_after_finalize"] = [tensor(v.value) for v in variables]
    return [case("optimizers", class_name, "optimizer", number, tolerance, **fields)]


def record_schedule(class_name, number, schedule):
    steps = list(range(0, 60, 1))
    values = [float(schedule(step)) for step in steps]
    fields = {"schedule": keras_object(schedule), "steps": steps, "values": values}
    return [case("schedules", class_name, "schedule", number, 2e-5, **fields)]


def record_regularizer(class_name, number, regularizer, x):
    value, pullback = jax.vjp(lambda w: regularizer(w), x)
    (gradient,) = pullback(np.ones(value.shape, "float32"))
    fields = {"regularizer": keras_object(regularizer), "input": tensor(x), "value": tensor(value)}
    return [case("regularizers", class_name, "regularizer", number, 2e-5, grad_input=tensor(gradient), **fields)]


def record_constraint(class_name, number, constraint, x):
    fields = {"constraint": keras_object(constraint), "input": tensor(x), "output": tensor(constraint(x))}
    return [case("constraints", class_name, "constraint", number, 2e-5, **fields)]


def record_activation(class_name, number, arguments, x, draw):
    function = getattr(keras.activations, class_name)
    output, pullback = jax.vjp(lambda value: function(value, **arguments), x)
    cotangent = draw.normals(*output.shape)
    (gradient,) = pullback(cotangent)
    fields = {"function": class_name, "args": arguments, "input": tensor(x), "output": tensor(output)}
    derivative = {"cotangent": tensor(cotangent), "grad_input": tensor(gradient)}
    return [case("activations", class_name, "activation", number, 2e-5, **fields, **derivative)]
