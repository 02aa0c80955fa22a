"""Records random configurations of Keras's classes, in the format that tests/recorded reads.

    KERAS_BACKEND=jax python record.py FOLDER [--configs 200] [--seed 1] [--only TEXT]

Writes one file per class to FOLDER.
"""

import argparse
import json
import os
import sys
import zlib

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import jax  # noqa: E402
import keras  # noqa: E402

from encode import Draw  # noqa: E402
from layer_case import record_layer  # noqa: E402
from layer_spaces import SPACES  # noqa: E402
from ops_spaces import OPS, OPS_WITH_JAX  # noqa: E402
from part_spaces import PARTS  # noqa: E402
from reasons import reasons_of  # noqa: E402
import sequence_spaces  # noqa: E402, F401


def layer_part(name):
    def record(draw, number):
        return record_layer("layers", name, number, SPACES[name](draw), draw)

    return record


# Groups without derivatives, which Keras computes with NumPy: JAX would compile them for each shape
WITH_NUMPY = ("metrics", "optimizers", "schedules", "constraints", "initializers", "lookups", "ops")


def backend_of(name):
    return "numpy" if name.split("/")[0] in WITH_NUMPY and name not in OPS_WITH_JAX else "jax"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--configs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    parts = {**{f"layers/{name}": layer_part(name) for name in SPACES}, **PARTS, **OPS}
    backend = keras.backend.backend()
    for name, record in parts.items():
        if arguments.only not in name or backend_of(name) != backend:
            continue
        cases, refused, attempt, reasons = [], 0, 0, {}
        recorded = 0
        while recorded < arguments.configs and attempt < 4 * arguments.configs + 10:
            draw = Draw(arguments.seed, zlib.crc32(name.encode()), attempt)
            keras.utils.set_random_seed(attempt + 1)
            attempt += 1
            try:
                cases += record(draw, attempt)
                recorded += 1
            except Exception as error:  # Keras refuses some combinations
                refused += 1
                reasons.setdefault(f"{type(error).__name__}: {str(error)[:150]}", 0)
                reasons[f"{type(error).__name__}: {str(error)[:150]}"] += 1
        jax.clear_caches()
        keras.backend.clear_session()
        group = name.replace("/", ".")
        with open(os.path.join(arguments.folder, f"{group}.json"), "w") as file:
            json.dump({"format": 1, "group": group, "cases": cases}, file)
        print(f"{name}: {recorded} configurations, {refused} refused by Keras", file=sys.stderr)
        for reason in reasons_of(name):
            print(f"    left out: {reason}", file=sys.stderr)
        if recorded < arguments.configs:
            for reason, count in sorted(reasons.items(), key=lambda item: -item[1])[:5]:
                print(f"    {count} x {reason}", file=sys.stderr)


main()
