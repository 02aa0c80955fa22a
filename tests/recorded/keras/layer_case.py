"""Records calls of layers: outputs, gradients, states, penalties, shapes, and three steps of training."""

import contextlib
from unittest import mock

import jax
import keras
from keras import layers
import numpy as np

from encode import case, keras_object, weight
from encode import tensor as encoded_tensor
from evaluate import evaluate, evaluator

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
    # whether float64 takes the place of float32; not where Keras adds numbers so large that float32 forgets the others
    exact: bool = True
    # the number of calls, for layers that keep states; the last one is recorded
    calls: int = 1
    # whether its kernel is a matrix, and whether it may have parameters of low rank
    matrix: bool = False
    lora: bool = True
    # tolerances of fields, such as that of gradients that are sums of canceling numbers
    tolerances: dict = field(default_factory=dict)


def tensor(value):
    """A tensor; half precision is written as float32."""
    array = np.asarray(value)
    return encoded_tensor(array.astype("float32") if array.dtype.name in ("float16", "bfloat16") else array)


def optional_tensor(value):
    return None if value is None else tensor(value)


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


INITIALIZERS = [
    keras.initializers.GlorotUniform, keras.initializers.Orthogonal, keras.initializers.RandomNormal, keras.initializers.RandomUniform,
    keras.initializers.TruncatedNormal, keras.initializers.VarianceScaling,
]  # fmt: skip


def no_values(self, shape, dtype=None, **options):
    return np.zeros(shape, "float32")


@contextlib.contextmanager
def cheap_initializers():
    """Within it, random initializers give zeros, since JAX would compile them for each shape and `randomize` follows."""
    with contextlib.ExitStack() as stack:
        for kind in INITIALIZERS:
            if "__call__" in vars(kind):
                stack.enter_context(mock.patch.object(kind, "__call__", no_values))
        yield


def build(call):
    """Builds the layer without a call of it, which would compile its operations for these shapes."""
    symbols = [keras.KerasTensor(x.shape, x.dtype.name) for x in call.inputs]
    positional, named = structured(call, symbols)
    with cheap_initializers():
        call.layer(*positional, **named, **call.options)


def record_layer(group, class_name, number, call, draw):
    layer = call.layer
    if call.adapt is not None:
        layer.adapt(call.adapt)
    build(call)
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
        # stateless_call would leave out what a call of the layer adds: penalties on outputs, and casts of inputs
        mapping = [*zip(layer.trainable_variables, weights), *zip(layer.non_trainable_variables, rest)]
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
            outputs = layer(*positional, **keyword, **call.options)
            losses = layer.losses
        after = [scope.get_current_value(variable) for variable in layer.non_trainable_variables]
        return keras.tree.flatten(outputs), (after, losses)

    states = states_of(layer)

    def next_states(before):
        mapping = list(zip([*layer.trainable_variables, *layer.non_trainable_variables, *states], [*trainable, *rest, *before]))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            layer(*structured(call, call.inputs)[0], **call.options)
        return [scope.get_current_value(state) for state in states]

    for _ in range(call.calls - 1):
        for state, value in zip(states, evaluate(next_states, [state.value for state in states])):
            state.assign(value)

    def with_derivatives(weights, float_inputs, cotangents):
        outputs, pullback, (after, losses) = jax.vjp(forward, weights, float_inputs, has_aux=True)
        zeros = [np.zeros(x.shape, jax.dtypes.float0) if c is None else c for x, c in zip(outputs, cotangents)]
        return outputs, after, losses, pullback(zeros)

    fields = {
        "layer": keras_object(layer),
        "input_mode": call.mode,
        "inputs": [
            {**({"name": call.names[index]} if call.mode == "named" else {}), **tensor(x)}
            for index, x in enumerate(call.inputs)
        ],
        "call_kwargs": {key: encoded_option(value) for key, value in call.options.items()},
        "weights": [weight(variable) for variable in layer.weights if "seed" not in variable.path],
        **({"n_calls": call.calls} if call.calls > 1 else {}),
        **shapes_and_masks(call),
    }
    if call.adapt is not None:
        fields["adapt_data"] = tensor(call.adapt)
    if call.differentiable:
        shapes, _ = jax.eval_shape(forward, trainable, given)
        cotangents = [draw.normals(*x.shape).astype(x.dtype) if np.issubdtype(x.dtype, np.inexact) else None for x in shapes]
        outputs, after, losses, (of_weights, of_inputs) = evaluate(with_derivatives, trainable, given, cotangents, exact=call.exact)
        gradients = iter(of_inputs)
        fields["cotangents"] = [optional_tensor(c) for c in cotangents]
        fields["grad_inputs"] = [tensor(next(gradients)) if is_float else None for is_float in floats]
        fields["grad_weights"] = [weight(v, g) for v, g in zip(layer.trainable_variables, of_weights)]
    else:
        outputs, (after, losses) = evaluate(forward, trainable, given)
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


def shapes_and_masks(call):
    """The shapes of the outputs for any batch, and the mask of the output if the layer makes one."""
    fields = {}
    if call.mode != "named" and set(call.options) <= {"training", "mask"}:
        shapes = [(None, *x.shape[1:]) for x in call.inputs]
        try:
            fields["compute_output_shape"] = flat_shapes(call.layer.compute_output_shape(shapes if call.mode == "list" else shapes[0]))
        except Exception:  # layers that know the batch only
            pass
    # recurrent layers pass the mask on in Keras 3.15 and not in 3.16
    masks = (layers.Masking, layers.Embedding)
    if isinstance(call.layer, masks) and call.mode == "single" and not isinstance(call.layer, layers.ReversibleEmbedding):
        mask = call.layer.compute_mask(call.inputs[0], call.options.get("mask"))
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        if mask is not None:
            fields["output_mask"] = tensor(mask)
    return fields


def flat_shapes(shape):
    """One shape, or all shapes in a nested list of them."""
    if not any(isinstance(entry, (list, tuple)) for entry in shape):
        return list(shape)
    flat = []
    for entry in shape:
        found = flat_shapes(entry)
        flat += found if any(isinstance(part, list) for part in found) else [found]
    return flat


def states_of(layer):
    """The states that a recurrent layer keeps from call to call. Keras does not list them among its variables."""
    parts = [layer.forward_layer, layer.backward_layer] if isinstance(layer, layers.Bidirectional) else [layer]
    return keras.tree.flatten([part.states for part in parts if getattr(part, "stateful", False)])


def encoded_option(value):
    if isinstance(value, (list, tuple)):
        return [encoded_option(item) for item in value]
    return tensor(value) if isinstance(value, (np.ndarray, jax.Array)) else value


def record_training(group, class_name, number, call, output, draw):
    """Three steps of SGD on the mean squared error of a model of one layer."""
    x = call.inputs[0]
    y = draw.normals(*output.shape)
    layer = type(call.layer).from_config(call.layer.get_config())
    with cheap_initializers():
        model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    randomize(model, draw)
    optimizer = keras.optimizers.SGD(0.05)
    model.compile(optimizer=optimizer, loss="mse")
    initial = [weight(variable) for variable in model.weights if "seed" not in variable.path]
    fit = {"batch_size": len(x), "epochs": 3, "shuffle": False}
    model._symbolic_build(data_batch=(x, y))
    optimizer.build(model.trainable_variables)
    groups = (model.trainable_variables, model.non_trainable_variables, optimizer.variables, model.metrics_variables)
    state = tuple([variable.value for variable in group] for group in groups)
    step = evaluator(model.train_step, state, (x, y), exact=call.exact)
    history = []
    for _ in range(fit["epochs"]):
        logs, after = step(state, (x, y))
        history.append(float(logs["loss"]))
        state = (*after[:3], state[3])
    for variables, values in zip(groups, state):
        for variable, value in zip(variables, values):
            variable.assign(value)
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
        history={"loss": history},
        final_weights=[weight(variable) for variable in model.weights if "seed" not in variable.path],
    )
