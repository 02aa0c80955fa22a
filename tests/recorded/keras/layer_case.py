"""Records calls of layers: outputs, gradients, states, penalties, shapes, and three steps of training."""

import jax
import keras
import numpy as np

from encode import case, keras_object, optional_tensor, tensor, weight

from dataclasses import dataclass, field


@dataclass
class Call:
    """A layer and one call of it. `inputs` are arrays; `mode` is single, list or named."""

    layer: object
    inputs: list
    mode: str = "single"
    names: list = field(default_factory=list)
    options: dict = field(default_factory=dict)
    differentiable: bool = True
    trained: bool = True
    tolerance: float = 2e-5
    adapt: object = None
    # tolerances of fields, such as that of gradients that are sums of canceling numbers
    tolerances: dict = field(default_factory=dict)


def structured(call, inputs):
    if call.mode == "list":
        return (list(inputs),), {}
    if call.mode == "named":
        return (), dict(zip(call.names, inputs))
    return tuple(inputs), {}


def randomize(layer, draw):
    """Gives all weights random values, so that biases and scales matter; variances stay positive."""
    for variable in layer.weights:
        if "seed" in variable.path or not np.issubdtype(np.dtype(variable.dtype), np.floating):
            continue
        positive = "variance" in variable.name or "std" in variable.name
        variable.assign(draw.floats(*variable.shape, low=0.3 if positive else -0.8, high=0.9))


def record_layer(group, class_name, number, call, draw):
    layer = call.layer
    arguments, named = structured(call, call.inputs)
    if call.adapt is not None:
        layer.adapt(call.adapt)
    layer(*arguments, **named, **call.options)
    if call.adapt is None:
        randomize(layer, draw)
    trainable = [variable.value for variable in layer.trainable_variables]
    rest = [variable.value for variable in layer.non_trainable_variables]
    floats = [np.issubdtype(np.asarray(x).dtype, np.floating) for x in call.inputs]
    given = [x for x, is_float in zip(call.inputs, floats) if is_float]

    def forward(weights, float_inputs):
        replaced = iter(float_inputs)
        inputs = [next(replaced) if is_float else x for x, is_float in zip(call.inputs, floats)]
        positional, keyword = structured(call, inputs)
        outputs, after, losses = layer.stateless_call(weights, rest, *positional, **keyword, **call.options, return_losses=True)
        return keras.tree.flatten(outputs), (after, losses)

    fields = {
        "layer": keras_object(layer),
        "input_mode": call.mode,
        "inputs": [
            {**({"name": call.names[index]} if call.mode == "named" else {}), **tensor(x)}
            for index, x in enumerate(call.inputs)
        ],
        "call_kwargs": {key: encoded_option(value) for key, value in call.options.items()},
        "weights": [weight(variable) for variable in layer.weights if "seed" not in variable.path],
    }
    if call.adapt is not None:
        fields["adapt_data"] = tensor(call.adapt)
    if call.differentiable:
        outputs, pullback, (after, losses) = jax.vjp(forward, trainable, given, has_aux=True)
        cotangents = [draw.normals(*x.shape) if np.issubdtype(x.dtype, np.floating) else None for x in outputs]
        zeros = [np.zeros(x.shape, jax.dtypes.float0) if c is None else c for x, c in zip(outputs, cotangents)]
        of_weights, of_inputs = pullback(zeros)
        gradients = iter(of_inputs)
        fields["cotangents"] = [optional_tensor(c) for c in cotangents]
        fields["grad_inputs"] = [tensor(next(gradients)) if is_float else None for is_float in floats]
        fields["grad_weights"] = [weight(v, g) for v, g in zip(layer.trainable_variables, of_weights)]
    else:
        outputs, (after, losses) = forward(trainable, given)
    fields["outputs"] = [tensor(x) for x in outputs]
    if losses:
        fields["losses"] = [float(loss) for loss in losses]
    changed = [(v, value) for v, value in zip(layer.non_trainable_variables, after) if "seed" not in v.path]
    fields["updated_weights"] = [weight(v, value) for v, value in changed]
    if call.tolerances:
        fields["rtol_by_key"] = call.tolerances
    cases = [case(group, class_name, "layer", number, call.tolerance, **fields)]
    single = call.mode == "single" and len(call.inputs) == 1 and len(outputs) == 1 and not call.options
    if single and call.trained and call.differentiable and trainable and floats[0]:
        cases.append(record_training(group, class_name, number, call, outputs[0], draw))
    return cases


def encoded_option(value):
    if isinstance(value, (list, tuple)):
        return [encoded_option(item) for item in value]
    return tensor(value) if isinstance(value, (np.ndarray, jax.Array)) else value


def record_training(group, class_name, number, call, output, draw):
    """Three steps of SGD on the mean squared error of a model of one layer."""
    x = call.inputs[0]
    y = draw.normals(*output.shape)
    layer = type(call.layer).from_config(call.layer.get_config())
    model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    randomize(model, draw)
    optimizer = keras.optimizers.SGD(0.05)
    model.compile(optimizer=optimizer, loss="mse", run_eagerly=True)
    initial = [weight(variable) for variable in model.weights if "seed" not in variable.path]
    fit = {"batch_size": len(x), "epochs": 3, "shuffle": False}
    history = model.fit(x, y, verbose=0, **fit).history
    return case(
        group,
        class_name,
        "training",
        number + 1000,
        5 * call.tolerance,
        model=keras_object(model),
        compile={"optimizer": keras_object(keras.optimizers.SGD(0.05)), "loss": "mse"},
        fit=fit,
        x=tensor(x),
        y=tensor(y),
        initial_weights=initial,
        history={key: [float(value) for value in values] for key, values in history.items()},
        final_weights=[weight(variable) for variable in model.weights if "seed" not in variable.path],
    )
