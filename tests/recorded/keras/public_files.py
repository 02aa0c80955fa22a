"""Predicts with the models of others, and with those that Gradus writes: see compare-public-files.mjs.

Usage: public_files.py record|check JOBS. JOBS is a JSON file with a list of jobs; the results are written beside it.
"""

import json
import os
import sys
import zipfile

import numpy

try:
    import tf_keras as keras2
except ImportError:
    keras2 = None
import keras

SIZES = [32, 128, 224, 10040]


def read_tensors(folder, name):
    with open(os.path.join(folder, name + ".json")) as file:
        shapes = json.load(file)
    numbers = numpy.fromfile(os.path.join(folder, name + ".bin"), "<f4")
    ends = numpy.cumsum([int(numpy.prod(shape)) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(numpy.split(numbers, ends[:-1]), shapes)]


def write_tensors(folder, name, tensors):
    with open(os.path.join(folder, name + ".json"), "w") as file:
        json.dump([list(tensor.shape) for tensor in tensors], file)
    numpy.concatenate([numpy.ravel(tensor).astype("<f4") for tensor in tensors]).tofile(
        os.path.join(folder, name + ".bin")
    )


def is_keras2(file):
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            return json.loads(archive.read("metadata.json"))["keras_version"].startswith("2")
    import h5py

    with h5py.File(file) as opened:
        version = opened.attrs.get("keras_version", "2")
        return str(version.decode() if isinstance(version, bytes) else version).startswith("2")


def open_model(file, old=False):
    """Opens a model with the Keras that wrote it, if that is installed."""
    library = keras2 if old and keras2 else keras
    return library, library.models.load_model(file, compile=False)


def layers_in(model):
    for layer in model.layers:
        yield from layers_in(layer) if hasattr(layer, "layers") else [layer]


def rows_for(model, tensor):
    """The number of rows of the table that an input looks up, or None."""
    for layer in model.layers:
        if type(layer).__name__ == "Embedding" and layer.input is tensor:
            return layer.input_dim
    return None


def waves(generator, shape):
    """Smooth signals with a little noise, another one for each sample: noise alone drives many networks into saturation."""
    size = int(numpy.prod(shape[1:]))
    sample = numpy.arange(1, shape[0] + 1)[:, None]
    values = 0.5 + 0.4 * numpy.sin(numpy.arange(size)[None] * (0.013 * sample) + sample)
    return (values + generator.uniform(0, 0.1, values.shape)).reshape(shape).astype("float32")


def random_inputs(model, samples, size):
    generator = numpy.random.default_rng(7)
    inputs = []
    for tensor in model.inputs:
        shape = [samples] + [size if given is None else given for given in tuple(tensor.shape)[1:]]
        rows = rows_for(model, tensor)
        if rows is None:
            inputs.append(waves(generator, shape))
        else:
            inputs.append(generator.integers(0, rows, shape).astype("float32"))
    return inputs


def predict(model, inputs):
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], batch_size=5, verbose=0)
    return [numpy.asarray(output) for output in (outputs if isinstance(outputs, list) else [outputs])]


def record(job):
    library, model = open_model(job["file"], is_keras2(job["file"]))
    for size in SIZES:
        inputs = random_inputs(model, job["samples"], size)
        try:
            outputs = predict(model, inputs)
        except Exception:
            if size == SIZES[-1]:
                raise
            continue
        if all(output.size > 0 for output in outputs):
            write_tensors(job["folder"], "x", inputs)
            write_tensors(job["folder"], "y", outputs)
            layers = len(list(layers_in(model)))
            version = f"{library.__name__} {library.__version__}"
            return {"layers": layers, "parameters": int(model.count_params()), "library": version}
    raise ValueError("no size of the inputs leads to outputs")


def check(job):
    expected = read_tensors(job["folder"], job["expected"])
    _, model = open_model(job["file"])
    found = predict(model, read_tensors(job["folder"], "x"))
    if [a.shape for a in found] != [b.shape for b in expected]:
        raise ValueError(f"shapes {[a.shape for a in found]}, expected {[b.shape for b in expected]}")
    return {
        "far": max(float(numpy.max(numpy.abs(a - b)) / max(1, numpy.max(numpy.abs(b)))) for a, b in zip(found, expected))
    }


def main():
    action = {"record": record, "check": check}[sys.argv[1]]
    with open(sys.argv[2]) as file:
        jobs = json.load(file)
    results = []
    for job in jobs:
        try:
            results.append(action(job))
        except Exception as error:  # every failure is a line of the table
            results.append({"problem": f"{type(error).__name__}: {str(error).strip()[:300]}"})
    with open(sys.argv[2] + ".results", "w") as file:
        json.dump(results, file)


main()
