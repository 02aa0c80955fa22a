"""Random configurations of losses.

LOSSES maps a name to a function from `Draw` to options, targets and predictions.
"""

import numpy as np
from keras import losses

from pairs import (
    axis_of,
    binary_pair,
    class_pair,
    distribution_pair,
    hinge_pair,
    matrix_pair,

    positive_pair,
    real_pair,
    softmax,
    sparse_pair,
)
from part_cases import record_loss


def plain(pair):
    return lambda draw: ({}, *pair(draw))


def huber(draw):
    return {"delta": draw.number(0.2, 2)}, *real_pair(draw)


def cosine(draw):
    y_true, y_pred = matrix_pair(draw)
    return {"axis": draw.choice(-1, axis_of(draw, y_true.ndim, 0))}, y_true, y_pred


def smoothing(draw):
    return {"label_smoothing": draw.choice(0.0, draw.number(0.05, 0.4))}


def binary(draw):
    logits = draw.flag()
    y_true, y_pred = binary_pair(draw, logits)
    axis = axis_of(draw, y_true.ndim, 0) if y_true.ndim > 1 and draw.flag(0.3) else -1
    return {"from_logits": logits, "axis": axis, **smoothing(draw)}, y_true, y_pred


def binary_focal(draw):
    options, y_true, y_pred = binary(draw)
    gamma = draw.choice(2.0, draw.number(0, 3))
    focal = {"gamma": gamma, "alpha": draw.number(0.1, 0.9), "apply_class_balancing": draw.flag()}
    return {**options, **focal}, y_true, y_pred


def categorical(draw):
    logits = draw.flag()
    axis = draw.choice(-1, -1, 1)
    y_true, y_pred = class_pair(draw, logits, axis)
    # see REASONS
    smoothed = smoothing(draw) if y_true.shape[axis] == y_true.shape[-1] else {}
    return {"from_logits": logits, "axis": axis, **smoothed}, y_true, y_pred


def categorical_focal(draw):
    options, y_true, y_pred = categorical(draw)
    alpha = draw.number(0.1, 0.9)
    if options["axis"] == -1 and draw.flag(0.2):
        alpha = [draw.number(0.1, 0.9) for _ in range(y_pred.shape[-1])]
    return {**options, "gamma": draw.choice(2.0, draw.number(0.5, 3)), "alpha": alpha}, y_true, y_pred


def sparse(draw):
    logits = draw.flag()
    y_true, y_pred = sparse_pair(draw, logits)
    options = {"from_logits": logits, "ignore_class": draw.choice(None, draw.integer(0, y_pred.shape[-1] - 1), -1, 255)}
    if options["ignore_class"] is not None:
        y_true[draw.bools(*y_true.shape, probability=0.2)] = options["ignore_class"]
    return options, y_true, y_pred


def generalized(draw):
    classes, count = draw.integer(2, 5), draw.integer(1, 5)
    labels = draw.ints(count, below=classes)
    return {"q": draw.number(0.1, 0.9)}, labels, softmax(draw.normals(count, classes))


def overlap_pair(draw):
    shape = [draw.integer(2, 3), *draw.integers(draw.integer(0, 3), 1, 4)]
    axis = draw.choice(None, axis_of(draw, len(shape), 0), tuple(range(1, len(shape))) or None)
    labels = draw.ints(*shape, below=2) if draw.flag(0.7) else draw.floats(*shape, low=0, high=1)
    return {"axis": axis}, labels.astype("float32"), draw.floats(*shape, low=0.05, high=0.95)


def tversky(draw):
    options, y_true, y_pred = overlap_pair(draw)
    return {**options, "alpha": draw.number(0.1, 0.9), "beta": draw.number(0.1, 0.9)}, y_true, y_pred


def circle(draw):
    count = draw.integer(3, 8)
    embeddings = draw.normals(count, draw.integer(2, 5))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    labels = draw.ints(count, below=draw.integer(1, 3))
    options = {"gamma": draw.number(5, 80), "margin": draw.number(0.2, 0.5), "remove_diagonal": draw.flag(0.7)}
    return options, labels[:, None] if draw.flag(0.3) else labels, embeddings


def ctc(draw):
    batch, time, classes, length = draw.integer(1, 3), draw.integer(5, 9), draw.integer(3, 5), draw.integer(1, 4)
    labels = draw.rng.integers(1, classes, (batch, length)).astype("int32")
    for row in labels:  # shorter rows end with zeros
        row[draw.integer(1, length) :] = 0
    return {}, labels, draw.normals(batch, time, classes)


LOSSES = {
    "MeanSquaredError": plain(real_pair),
    "MeanAbsoluteError": plain(real_pair),
    "MeanAbsolutePercentageError": plain(real_pair),
    "MeanSquaredLogarithmicError": plain(positive_pair),
    "CosineSimilarity": cosine,
    "Huber": huber,
    "LogCosh": plain(real_pair),
    "Hinge": plain(hinge_pair),
    "SquaredHinge": plain(hinge_pair),
    "CategoricalHinge": plain(class_pair),
    "KLDivergence": plain(distribution_pair),
    "Poisson": plain(positive_pair),
    "BinaryCrossentropy": binary,
    "BinaryFocalCrossentropy": binary_focal,
    "CategoricalCrossentropy": categorical,
    "CategoricalFocalCrossentropy": categorical_focal,
    "CategoricalGeneralizedCrossEntropy": generalized,
    "SparseCategoricalCrossentropy": sparse,
    "Dice": overlap_pair,
    "Tversky": tversky,
    "Circle": circle,
    "CTC": ctc,
}

# Losses of which each value belongs to one time step, so that the predictions may have a mask
MASKED = ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "CategoricalCrossentropy", "SparseCategoricalCrossentropy", "Hinge")

LOSS_PARTS = {}
for loss_name, make_loss in LOSSES.items():

    def loss_part(draw, number, name=loss_name, make=make_loss):
        options, y_true, y_pred = make(draw)
        if draw.flag(0.7):
            options["reduction"] = draw.choice("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)
        mask = None
        # see REASONS
        same_rank = y_true.ndim == y_pred.ndim or name.startswith("Sparse")
        if name in MASKED and same_rank and options.get("axis", -1) == -1 and y_pred.ndim > 1 and draw.flag(0.3):
            mask = draw.bools(*y_pred.shape[:-1], probability=draw.choice(0.7, 0.7, 0.0))
        tolerance = 2e-4 if name in ("CTC", "Circle", "CosineSimilarity") else 2e-5
        if name == "BinaryFocalCrossentropy" and options["from_logits"]:
            tolerance = 5e-4  # the logarithm of 1 - p with p near 1
        return record_loss(name, number, getattr(losses, name), options, y_true, y_pred, draw, tolerance, mask)

    LOSS_PARTS[f"losses/{loss_name}"] = loss_part


