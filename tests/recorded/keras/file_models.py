"""Writes models as Keras saves them, and checks models that were written elsewhere.

    KERAS_BACKEND=jax python file_models.py write FOLDER [--configs 3] [--seed 1] [--only TEXT] [--quick]
    KERAS_BACKEND=jax python file_models.py check FOLDER

`write` saves every model to FOLDER as NAME.keras, NAME.weights.h5 and NAME.h5 after a step of training, and to NAME.json its inputs,
targets, predictions and the losses of two more steps. `check` loads NAME.out.keras, NAME.out.weights.h5 and NAME.out.h5, which must
predict and train in the same way.
"""

import argparse
import json
import os
import pathlib
import zlib

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, ops, optimizers  # noqa: E402

from encode import Draw, tensor  # noqa: E402
from layer_case import randomize  # noqa: E402
from layer_spaces import SPACES  # noqa: E402
import sequence_spaces  # noqa: E402, F401

RATE = 0.01
STEPS = dict(batch_size=2, epochs=2, shuffle=False, verbose=0)


def optimizer(draw):
    schedule = optimizers.schedules.ExponentialDecay(RATE, 3, 0.9)
    common = draw.choice({}, {}, {"clipnorm": 1.0}, {"use_ema": True}, {"gradient_accumulation_steps": 2}, {"weight_decay": 0.01})
    rate = draw.choice(RATE, RATE, schedule)
    names = "SGD Adam AdamW Adamax Adadelta Adagrad Adafactor Ftrl Lamb Lion Nadam RMSprop Muon".split()
    name = draw.choice(*names)
    own = {
        "SGD": draw.choice({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}),
        "Adam": draw.choice({}, {"amsgrad": True}),
        "RMSprop": draw.choice({}, {"momentum": 0.5}, {"centered": True}, {"momentum": 0.5, "centered": True}),
    }.get(name, {})
    if name == "AdamW":
        common = {}
    return getattr(optimizers, name)(learning_rate=rate, **own, **common)


def of_layer(name, draw):
    """A model around a random layer."""
    call = SPACES[name](draw)
    if call.options or call.adapt is not None:
        raise NotImplementedError("options of the call")
    inputs = [keras.Input(x.shape[1:], dtype=str(x.dtype), name=f"in_{i}") for i, x in enumerate(call.inputs)]
    given = {"list": (list(inputs),), "named": ()}.get(call.mode, tuple(inputs))
    named = dict(zip(call.names, inputs)) if call.mode == "named" else {}
    outputs = keras.tree.flatten(call.layer(*given, **named))
    parts = [layers.Flatten()(x) for x in outputs if str(x.dtype).startswith("float") and len(x.shape) > 1 and None not in x.shape[1:]]
    if not parts:
        raise NotImplementedError("no floats")
    out = layers.Dense(2, name="out")(parts[0] if len(parts) == 1 else layers.Concatenate()(parts))
    model = keras.Model(inputs if len(inputs) > 1 else inputs[0], out)
    x = [np.asarray(x) for x in call.inputs]
    return model, x


def stack(draw):
    model = keras.Sequential(
        [
            keras.Input((6, 3)),
            layers.TimeDistributed(layers.Dense(4, activation="relu", kernel_regularizer="l2")),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.RNN([layers.LSTMCell(2), layers.GRUCell(2)], return_sequences=True),
            layers.LayerNormalization(),
            layers.Dropout(0.0),
            layers.Flatten(),
            layers.Dense(2, activation=layers.LeakyReLU(negative_slope=0.1)),
        ]
    )
    return model, [draw.normals(4, 6, 3)]


def nested(draw):
    block = keras.Sequential([layers.Dense(4, activation="tanh"), layers.BatchNormalization()], name="block")
    x = keras.Input((4,), name="first")
    z = keras.Input((4,), name="second")
    inner_in = keras.Input((4,))
    inner = keras.Model(inner_in, layers.Dense(4)(layers.Dense(3)(inner_in)), name="inner")
    shared = layers.Dense(4, name="shared")
    y = layers.Add()([block(x), block(z), inner(x)])
    out = layers.Dense(2)(layers.Concatenate()([shared(y), shared(x), inner(y)]))
    return keras.Model([x, z], out), [draw.normals(4, 4), draw.normals(4, 4)]


def frozen(draw):
    base = keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(3)], name="base")
    base.trainable = False
    x = keras.Input((5,))
    return keras.Model(x, layers.Dense(2)(base(x))), [draw.normals(4, 5)]


def operations(draw):
    x = keras.Input((4, 3))
    y = ops.relu(x * 2.0 + 1.0) - ops.mean(x, axis=1, keepdims=True)
    y = ops.concatenate([y, ops.tanh(x)], axis=-1)
    y = ops.reshape(y, (-1, 24)) / 3.0
    return keras.Model(x, layers.Dense(2)(ops.maximum(y, 0.1))), [draw.normals(4, 4, 3)]


def attention(draw):
    x = keras.Input((7,), dtype="int32")
    y = layers.Embedding(11, 6, mask_zero=True)(x)
    y = layers.MultiHeadAttention(2, 3)(y, y, use_causal_mask=True)
    y = layers.GroupQueryAttention(4, 4, 2)(y, y)
    return keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling1D()(y))), [draw.ints(4, 7, below=11)]


MODELS = {f.__name__: f for f in (stack, nested, frozen, operations, attention)}


def compile_model(model, draw):
    chosen = optimizer(draw)
    # Keras does not save the product of momentums of a Nadam in another optimizer
    if draw.flag(0.1) and not chosen.gradient_accumulation_steps and chosen.name != "nadam":
        chosen = optimizers.LossScaleOptimizer(chosen)
    model.compile(chosen, loss="mean_squared_error", metrics=["mae"])


def write(folder, configs, seed, only, quick):
    makers = {**{f"layer.{name}": name for name in SPACES}, **MODELS}
    for name, make in makers.items():
        if only not in name:
            continue
        for number in range(configs if callable(make) else max(1, configs // 3)):
            draw = Draw(seed, zlib.crc32(name.encode()), number)
            keras.utils.set_random_seed(number + 1)
            try:
                model, x = make(draw) if callable(make) else of_layer(make, draw)
                randomize(model, draw)
                y = draw.normals(len(x[0]), 2)
                given = x if len(x) > 1 else x[0]
                if quick:
                    write_untrained(model, given, x, y, folder / f"{name}.{number}")
                    keras.backend.clear_session()
                    continue
                compile_model(model, draw)
                model.fit(given, y, batch_size=len(y), epochs=1, shuffle=False, verbose=0)
            except Exception as error:
                print(f"skipped {name} {number}: {type(error).__name__}: {str(error)[:80]!r}")
                continue
            path = folder / f"{name}.{number}"
            model.save(f"{path}.keras")
            try:
                model.save(f"{path}.h5")
            except ValueError:
                os.remove(f"{path}.h5")  # Keras gives two weights the same name
            model.save_weights(f"{path}.weights.h5")
            predictions = model.predict(given, verbose=0)
            # the seeds of random layers are not in files
            drops = any(getattr(part, rate, 0) for part in model._flatten_layers() for rate in ("rate", "dropout", "recurrent_dropout", "stddev"))
            # on JAX Keras cannot train a model with averages twice
            once = drops or getattr(model.optimizer, "use_ema", False)
            history = [] if once else model.fit(given, y, **STEPS).history["loss"]
            record = {
                "x": [tensor(value) for value in x],
                "y": tensor(y),
                "predictions": tensor(predictions),
                "losses": [float(value) for value in history],
                "after": tensor(model.predict(given, verbose=0) if history else predictions),
            }
            pathlib.Path(f"{path}.json").write_text(json.dumps(record))
            keras.backend.clear_session()


def write_untrained(model, given, x, y, path):
    model.save(f"{path}.keras")
    predictions = tensor(model(given))
    record = {"x": [tensor(value) for value in x], "y": tensor(y), "predictions": predictions, "losses": [], "after": predictions}
    pathlib.Path(f"{path}.json").write_text(json.dumps(record))


def array(encoded):
    data = [float(value) if isinstance(value, str) else value for value in encoded["data"]]
    return np.array(data, dtype=encoded["dtype"]).reshape(encoded["shape"])


def distance(a, b):
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.shape != b.shape:
        return float("inf")
    return float(np.max(np.abs(a - b)) / max(1e-3, np.max(np.abs(b)))) if a.size else 0.0


def check(folder):
    failed, worst = 0, {}
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text())
        x = [array(value) for value in record["x"]]
        given, y = (x if len(x) > 1 else x[0]), array(record["y"])
        name = str(path)[: -len(".json")]
        for kind in ("keras", "h5", "weights.h5"):
            file = f"{name}.out.{kind}"
            if not os.path.exists(file):
                continue
            try:
                if kind == "weights.h5":
                    model = keras.models.load_model(f"{name}.keras")
                    for variable in [*model.variables, *model.optimizer.variables]:
                        if "seed" not in variable.path:
                            variable.assign(np.zeros(variable.shape, variable.dtype))
                    model.load_weights(file)
                else:
                    model = keras.models.load_model(file)
                predictions = model.predict(given, verbose=0) if record["losses"] else model(given)
                far = distance(predictions, array(record["predictions"]))
                # Keras 3.15 builds the optimizer of a model in an .h5 file for no weights, so that one cannot be trained further
                trained = record["losses"] and kind != "h5"
                losses = model.fit(given, y, **STEPS).history["loss"] if trained else []
                after = distance(model.predict(given, verbose=0), array(record["after"])) if trained else 0
                far_after = max(distance(losses, record["losses"]), after) if trained else 0
                worst[kind] = max(worst.get(kind, (0, 0)), (far, far_after))
                problem = f"predictions differ by {far:.1e}, after two steps by {far_after:.1e}" if far > 1e-4 or far_after > 1e-3 else ""
            except Exception as error:
                problem = f"{type(error).__name__}: {str(error)[:300]!r}"
            if problem:
                failed += 1
                print(f"FAILED {os.path.basename(file)}: {problem}")
            else:
                worst["checked"] = worst.get("checked", 0) + 1
        keras.backend.clear_session()
    print(f"Keras read {worst.pop('checked', 0)} files that were written here; {failed} failed. Greatest differences: {worst}")
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=["write", "check"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--configs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--quick", action="store_true", help="no training: the .keras files of models that were not compiled")
    arguments = parser.parse_args()
    if arguments.action == "write":
        write(arguments.folder, arguments.configs, arguments.seed, arguments.only, arguments.quick)
    elif check(arguments.folder):
        raise SystemExit(1)


main()
