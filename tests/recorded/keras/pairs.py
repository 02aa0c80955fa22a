"""Random targets and predictions."""

import numpy as np


def softmax(x, axis=-1):
    exponents = np.exp(x - x.max(axis, keepdims=True))
    return (exponents / exponents.sum(axis, keepdims=True)).astype("float32")


def one_hot(draw, shape, classes):
    return np.eye(classes, dtype="float32")[draw.ints(*shape, below=classes)]


def real_pair(draw):
    """Shapes of rank 1 to 4. Targets or predictions may lack the last axis if it has size 1."""
    shape = [draw.integer(2, 4), *draw.integers(draw.integer(0, 3), 1, 4)]
    y_true, y_pred = draw.normals(*shape), draw.normals(*shape)
    if len(shape) > 1 and shape[-1] == 1 and draw.flag(0.3):
        return draw.choice((y_true[..., 0], y_pred), (y_true, y_pred[..., 0]))
    return y_true, y_pred


def matrix_pair(draw):
    """Shapes of rank 2 to 4."""
    shape = [draw.integer(2, 4), *draw.integers(draw.integer(1, 3), 1, 4)]
    return draw.normals(*shape), draw.normals(*shape)


def positive_pair(draw):
    """Positive numbers; a few targets are 0."""
    y_true, y_pred = real_pair(draw)
    y_true = np.abs(y_true) + np.float32(0.05)
    y_true[draw.bools(*y_true.shape, probability=0.1)] = 0
    return y_true, np.abs(y_pred) + np.float32(0.05)


def binary_pair(draw, logits=False):
    shape = [draw.integer(2, 5), *draw.integers(draw.integer(0, 2), 1, 4)]
    soft = draw.flag(0.2)
    labels = draw.floats(*shape, low=0, high=1) if soft else draw.ints(*shape, below=2).astype(draw.choice("float32", "int32"))
    if logits:
        return labels, draw.normals(*shape) * np.float32(draw.choice(1, 5))
    predictions = draw.floats(*shape, low=0.02, high=0.98)
    if draw.flag(0.1):
        predictions[draw.bools(*shape, probability=0.2)] = draw.choice(0, 1)
    return labels, predictions


def class_pair(draw, logits=False, axis=-1):
    """Targets of one-hot rows or probabilities; predictions are probabilities, whose sum may differ from 1, or logits."""
    shape, classes = [draw.integer(2, 4), *draw.integers(draw.integer(0, 2), 1, 3)], draw.integer(2, 5)
    scores = draw.normals(*shape, classes)
    y_true = one_hot(draw, shape, classes) if draw.flag(0.7) else softmax(draw.normals(*shape, classes))
    y_pred = scores if logits else softmax(scores)
    if not logits and draw.flag(0.15):
        y_pred = draw.floats(*shape, classes, low=0.05, high=1)
    if axis % (len(shape) + 1) != len(shape):
        y_true, y_pred = np.moveaxis(y_true, -1, axis), np.moveaxis(y_pred, -1, axis)
    return np.ascontiguousarray(y_true), np.ascontiguousarray(y_pred)


def sparse_pair(draw, logits=False, column=True):
    """Class numbers, sometimes with a last axis of size 1."""
    shape, classes = [draw.integer(2, 4), *draw.integers(draw.integer(0, 2), 1, 3)], draw.integer(2, 5)
    scores = draw.normals(*shape, classes)
    labels = draw.ints(*shape, below=classes).astype(draw.choice("int32", "int32", "float32"))
    return labels[..., None] if column and draw.flag(0.3) else labels, scores if logits else softmax(scores)


def distribution_pair(draw):
    shape = [draw.integer(2, 4), *draw.integers(draw.integer(1, 3), 2, 5)]
    y_true = softmax(draw.normals(*shape))
    if draw.flag(0.2):
        y_true[draw.bools(*shape, probability=0.2)] = 0
    return y_true, softmax(draw.normals(*shape))


def hinge_pair(draw):
    y_true, y_pred = real_pair(draw)
    return (np.sign(y_true) if draw.flag() else (y_true > 0)).astype("float32"), y_pred


def axis_of(draw, rank, low=1):
    """One axis, counted from the start or from the end, without those below `low`."""
    axis = draw.integer(low, rank - 1)
    return draw.choice(axis, axis - rank)
