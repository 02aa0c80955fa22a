"""The arrays of a workload: the same numbers as in src/shared/generate.ts."""

import numpy as np
import torch


def uniform(seed, indices):
    """Numbers from 0 to 1 (exclusive) with 24 bits."""
    bits = (indices + (seed * 0x9E3779B9 & 0xFFFFFFFF)).astype(np.uint32)
    bits = (bits ^ (bits >> np.uint32(16))) * np.uint32(0x7FEB352D)
    bits = (bits ^ (bits >> np.uint32(15))) * np.uint32(0x846CA68B)
    return ((bits ^ (bits >> np.uint32(16))) >> np.uint32(8)).astype(np.float64) / 0x1000000


def generate(spec):
    """A tensor: float32, or int64 instead of int32, because PyTorch needs labels in int64."""
    shape, fill = spec["shape"], spec["fill"]
    indices = np.arange(int(np.prod(shape)), dtype=np.uint64)
    kind = fill["kind"]
    if kind == "constant":
        values = np.full(len(indices), fill["value"], dtype=np.float64)
    elif kind == "uniform":
        values = fill["low"] + (fill["high"] - fill["low"]) * uniform(fill["seed"], indices)
    elif kind == "integers":
        values = np.floor(fill["below"] * uniform(fill["seed"], indices))
    elif kind == "classes":
        seed = fill["seed"]
        wrong = uniform(seed + 1, indices) < fill["noise"]
        right = uniform(seed, indices * np.uint64(fill["stride"]))
        values = np.floor(fill["classes"] * np.where(wrong, uniform(seed + 2, indices), right))
    else:
        raise ValueError(f"unknown fill {kind}")
    dtype = np.int64 if spec["dtype"] == "int32" else np.float32
    return torch.from_numpy(values.astype(dtype).reshape(shape))
