"""Writes models as Keras saves them, and checks models that were written elsewhere.

    KERAS_BACKEND=jax python file_models.py write FOLDER [--configs 3] [--seed 1] [--only TEXT] [--quick]
    KERAS_BACKEND=jax python file_models.py check FOLDER

`write` saves every model to FOLDER as NAME.keras, NAME.weights.h5 and NAME.h5 after a step of training, and to NAME.json its inputs,
targets, predictions and the values of two more epochs. `check` loads NAME.out.keras, NAME.out.weights.h5 and NAME.out.h5, which must
predict and train in the same way. Both print what failed and add a line for each file to FOLDER/results.jsonl.
"""

import argparse
import json
import os
import pathlib
import zipfile
import zlib

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import absl.logging  # noqa: E402
import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras.src.legacy.saving import legacy_h5_format  # noqa: E402

from encode import Draw, tensor  # noqa: E402
from file_spaces import MODELS  # noqa: E402
from layer_case import cheap_initializers, randomize  # noqa: E402

STEPS = dict(batch_size=2, epochs=2, shuffle=False, verbose=0)
RATES = ("rate", "dropout", "recurrent_dropout", "stddev")
AUGMENTATIONS = (keras.layers.AugMix, keras.layers.CutMix, keras.layers.MixUp, keras.layers.RandAugment, keras.layers.RandomFlip, keras.layers.RandomHue)
KINDS = ("keras", "h5", "weights.h5")
# models that are written with the options of a program only, not compiled
CHECKED = (*KINDS, "own.keras")


def encoded(values):
    if isinstance(values, dict):
        return {key: encoded(value) for key, value in values.items()}
    return [tensor(value) for value in values] if isinstance(values, (list, tuple)) else tensor(values)


def decoded(values):
    if isinstance(values, list):
        return [decoded(value) for value in values]
    if "data" not in values:
        return {key: decoded(value) for key, value in values.items()}
    if values["dtype"] == "string":
        return np.array(values["data"], object).reshape(values["shape"])
    data = [float(value) if isinstance(value, str) else value for value in values["data"]]
    return np.array(data, dtype=values["dtype"]).reshape(values["shape"])


def given(values):
    """Tensors of TensorFlow where some are strings."""
    if not any(value.dtype == object for value in keras.tree.flatten(values)):
        return values
    import tensorflow

    return keras.tree.map_structure(lambda value: tensorflow.constant(value.tolist(), shape=value.shape, dtype="string" if value.dtype == object else str(value.dtype)), values)


def predicted(model, x):
    """The predictions without the step of `predict`, which is compiled."""
    return [as_floats(value) for value in keras.tree.flatten(model(given(x), training=False))]


def as_floats(value):
    array = keras.ops.convert_to_numpy(value)
    return array.astype("float32") if array.dtype.name in ("float16", "bfloat16") else array


def is_random(model):
    """Whether training draws random numbers, the seeds of which are not in files."""
    parts = model._flatten_layers()
    return any(isinstance(part, AUGMENTATIONS) or any(getattr(part, rate, 0) for rate in RATES) for part in parts)


def tolerance_of(model):
    """Half precision rounds to 3 digits."""
    return 3e-2 if any(part.compute_dtype in ("float16", "bfloat16") for part in model._flatten_layers()) else 1e-3


def finite(value):
    """Numbers that JSON does not have are texts."""
    return float(value) if np.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(float(value))]


def write(folder, configs, seed, only, quick):
    for name, make in MODELS.items():
        if not any(part in name for part in only.split(",")):
            continue
        for number in range(configs):
            path = folder / f"{name}.{number}"
            keras.utils.set_random_seed(number + 1)
            draw = Draw(seed, zlib.crc32(name.encode()), number)
            try:
                with cheap_initializers():
                    built = make(draw)
                model = built.model
                randomize(model, draw)
                if built.compile and not quick:
                    model.compile(**built.compile)
                    model.fit(given(built.x), built.y, **{**STEPS, "epochs": 1})
                unreadable = save(model, path, quick, built.x)
                # from the file, as with files that are written elsewhere
                again = keras.models.load_model(f"{path}.keras")
                predictions = predicted(again, built.x)
                if farthest(predictions, predicted(model, built.x)) > 1e-4:
                    print(f"Keras predicts other values after it has read {path.name}.keras", flush=True)
                record = {"x": encoded(built.x), "predictions": encoded(predictions), "history": {}, "unreadable": unreadable, "tolerance": tolerance_of(model)}
                if built.compile and not quick and not is_random(model):
                    history = again.fit(given(built.x), built.y, **STEPS).history
                    history = {key: [finite(value) for value in values] for key, values in history.items()}
                    record.update(y=encoded(built.y), history=history, after=encoded(predicted(again, built.x)))
                pathlib.Path(f"{path}.json").write_text(json.dumps(record))
            except Exception as error:
                print(f"skipped {name} {number}: {type(error).__name__}: {str(error)[:160]!r}", flush=True)
                for kind in KINDS:
                    pathlib.Path(f"{path}.{kind}").unlink(missing_ok=True)
            keras.backend.clear_session()


def save(model, path, quick, x):
    """Saves in all formats; returns those that Keras itself cannot read again."""
    model.save(f"{path}.keras")
    if quick:
        return []
    with_torch_names(path)
    model.save_weights(f"{path}.weights.h5")
    file = pathlib.Path(f"{path}.h5")
    try:
        model.save(file)
    except Exception as error:  # such as two weights with the same name
        print(f"Keras cannot write {file.name}: {str(error)[:160]!r}", flush=True)
        file.unlink(missing_ok=True)
        return []
    try:
        far = farthest(predicted(keras.models.load_model(file), x), predicted(model, x))
        problem = f"predicts other values, by {far:.1e}," if far > tolerance_of(model) else None
    except Exception as error:
        problem = f"fails ({str(error)[:160]!r})"
    if problem:
        print(f"Keras {problem} after it has read {file.name}", flush=True)
    # in these files matrices of low rank are apart, in the others their product is added, so that training goes on differently
    apart = any(getattr(part, "lora_enabled", False) for part in model._flatten_layers())
    return ["h5"] if problem or apart else []


TORCH = {"Adadelta", "Adagrad", "Adam", "Adamax", "AdamW", "Lion", "Nadam", "RMSprop", "SGD"}


def with_torch_names(path):
    """The file with the modules of optimizers that Keras writes on torch."""
    with zipfile.ZipFile(f"{path}.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def renamed(value):
        if isinstance(value, list):
            return [renamed(item) for item in value]
        if not isinstance(value, dict):
            return value
        name = value.get("class_name")
        if value.get("module") == "keras.optimizers" and name in TORCH:
            value = {**value, "module": f"keras.src.backend.torch.optimizers.torch_{name.lower()}", "registered_name": name}
        return {key: renamed(item) for key, item in value.items()}

    config = json.loads(parts["config.json"])
    if "optimizer" not in (config.get("compile_config") or {}):
        return
    parts["config.json"] = json.dumps(renamed(config)).encode()
    with zipfile.ZipFile(f"{path}.torch.keras", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def distance(a, b):
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.shape != b.shape:
        return float("inf")
    both = (np.isnan(a) & np.isnan(b)) | (a == b)
    a, b = np.where(both, 0, a), np.where(both, 0, b)
    return float(np.max(np.abs(a - b)) / max(1e-3, np.max(np.abs(b)))) if a.size else 0.0


def farthest(a, b):
    return max(map(distance, a, b)) if len(a) == len(b) else float("inf")


def compare_histories(found, expected):
    if sorted(found) != sorted(expected):
        raise ValueError(f"the history has {sorted(found)}; expected {sorted(expected)}")
    return max(distance(found[key], [float(value) for value in values]) for key, values in expected.items())


def load(name, kind, file):
    if kind.endswith("keras"):
        return keras.models.load_model(file)
    if kind == "h5":
        return with_optimizer(keras.models.load_model(file), file)
    model = keras.models.load_model(f"{name}.keras")
    for variable in [*model.variables, *(model.optimizer.variables if getattr(model, "optimizer", None) else [])]:
        if "seed" not in variable.path:
            variable.assign(np.zeros(variable.shape, variable.dtype))
    model.load_weights(file)
    return model


def with_optimizer(model, file):
    """The model with the state of the optimizer in an .h5 file, which Keras does not restore: it builds the optimizer without weights."""
    if not getattr(model, "optimizer", None):
        return model
    with h5py.File(file) as root:
        values = [np.asarray(value) for value in legacy_h5_format.load_optimizer_weights_from_hdf5_group(root)]
    options = {key: keras.saving.deserialize_keras_object(value) for key, value in model.get_compile_config().items()}
    options["optimizer"] = type(model.optimizer).from_config(model.optimizer.get_config())
    options["optimizer"].build(model.trainable_variables)
    for variable, value in zip(options["optimizer"].variables, values, strict=True):
        variable.assign(value)
    model.compile(**options)
    return model


def check(folder):
    failed, results = 0, open(folder / "results.jsonl", "a")
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text())
        x, name = decoded(record["x"]), str(path)[: -len(".json")]
        for kind in CHECKED:
            file = f"{name}.out.{kind}"
            if not os.path.exists(file) or kind in record["unreadable"]:
                continue
            far, problem = 0.0, None
            try:
                model = load(name, kind, file)
                far = farthest(predicted(model, x), decoded(record["predictions"]))
                problem = f"predictions differ by {far:.1e}" if far > record["tolerance"] / 10 else None
                if record["history"] and not problem and kind != "own.keras":
                    history = model.fit(given(x), decoded(record["y"]), **STEPS).history
                    if kind == "h5":  # Keras does not keep the short names of metrics there
                        history = {**record["history"], "loss": history["loss"]}
                    far = max(far, compare_histories(history, record["history"]), farthest(predicted(model, x), decoded(record["after"])))
                    problem = f"after two epochs the difference is {far:.1e}" if far > record["tolerance"] else None
            except Exception as error:
                problem = f"{type(error).__name__}: {str(error)[:300]!r}"
            failed += problem is not None
            if problem:
                print(f"FAILED {os.path.basename(file)}: {problem}", flush=True)
            results.write(json.dumps({"by": "Keras", "model": path.stem, "kind": kind, "far": far, "problem": problem}) + "\n")
            keras.backend.clear_session()
    results.close()
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
    absl.logging.set_verbosity("error")
    if arguments.action == "write":
        write(arguments.folder, arguments.configs, arguments.seed, arguments.only, arguments.quick)
    elif check(arguments.folder):
        raise SystemExit(1)


main()
