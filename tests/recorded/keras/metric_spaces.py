"""Random configurations of metrics.

METRICS maps a name to a function from `Draw` to options and a function that gives a batch of `count` samples.
"""

import numpy as np
from keras import metrics

from pairs import one_hot, softmax
from part_cases import record_metric


def shape_of(draw, low=0, high=2):
    """The shape of a sample."""
    return draw.integers(draw.integer(low, high), 1, 4)


def real(draw, options=None, low=0, positive=False):
    shape = shape_of(draw, low)

    def batch(count):
        y_true, y_pred = draw.normals(count, *shape), draw.normals(count, *shape)
        return (np.abs(y_true), np.abs(y_pred) + np.float32(0.05)) if positive else (y_true, y_pred)

    return options or {}, batch


def positive(draw):
    return real(draw, positive=True)


def cosine(draw):
    options, batch = real(draw, low=1)
    return {"axis": draw.choice(-1, -1, 1)}, batch


def correlation(draw):
    options, batch = real(draw, low=1)
    rank = batch(2)[0].ndim
    return {"axis": draw.choice(-1, -1, draw.integer(0, rank - 1) - rank, 1)}, batch


def signed(draw):
    shape, zeros = shape_of(draw), draw.flag()

    def batch(count):
        labels = draw.ints(count, *shape, below=2)
        return (labels if zeros else 2 * labels - 1).astype("float32"), draw.normals(count, *shape)

    return {}, batch


def binary(draw, options=None, high=2, logits=False, columns=None, low=0, ties=True):
    shape = shape_of(draw, low, high) if columns is None else [columns]
    dtype = draw.choice("float32", "int32", "bool")

    def batch(count):
        labels = draw.ints(count, *shape, below=2).astype(dtype)
        scores = draw.normals(count, *shape) if logits else draw.floats(count, *shape, low=0.01, high=0.99)
        # values on the thresholds
        if ties and not logits and draw.flag(0.3):
            scores = np.round(scores, 1).astype("float32")
        return labels, scores

    return options or {}, batch


def smoothing(draw):
    return draw.choice(0, draw.number(0.05, 0.4))


def binary_crossentropy(draw):
    logits = draw.flag()
    return binary(draw, {"from_logits": logits, "label_smoothing": smoothing(draw)}, logits=logits)


def classes_batch(draw, shape, classes, logits=False, sparse=False, column=False, dtype="int32"):
    def batch(count):
        scores = draw.normals(count, *shape, classes)
        labels = draw.ints(count, *shape, below=classes)
        y_true = labels.astype(dtype) if sparse else np.eye(classes, dtype="float32")[labels]
        return y_true[..., None] if sparse and column else y_true, scores if logits else softmax(scores)

    return batch


def categorical(draw):
    return {}, classes_batch(draw, shape_of(draw), draw.integer(2, 5))


def categorical_crossentropy(draw):
    logits = draw.flag()
    batch = classes_batch(draw, shape_of(draw, 0, 1), draw.integer(2, 5), logits)
    options = {"from_logits": logits, "label_smoothing": smoothing(draw)}
    if draw.flag(0.8):
        return options, batch
    options["label_smoothing"] = 0  # see REASONS

    def moved(count):
        return tuple(np.ascontiguousarray(np.moveaxis(x, -1, 1)) for x in batch(count))

    return {**options, "axis": 1}, moved


def sparse(draw):
    column, dtype = draw.flag(0.3), draw.choice("int32", "float32")
    return {}, classes_batch(draw, shape_of(draw), draw.integer(2, 5), sparse=True, column=column, dtype=dtype)


def sparse_crossentropy(draw):
    logits, classes = draw.flag(), draw.integer(2, 5)
    ignored = draw.choice(None, None, draw.integer(0, classes - 1))
    return {"from_logits": logits, "ignore_class": ignored}, classes_batch(draw, shape_of(draw), classes, logits, True, draw.flag(0.3))


def top_k(draw):
    classes = draw.integer(2, 7)
    return {"k": draw.choice(draw.integer(1, classes), 5)}, classes_batch(draw, shape_of(draw, 0, 1), classes)


def sparse_top_k(draw):
    classes, shape = draw.integer(2, 7), shape_of(draw, 0, 1)
    if draw.flag(0.2):
        count_of_ids = draw.integer(2, 5)

        def ids(count):
            order = np.argsort(draw.normals(count, classes), -1)[:, ::-1][:, :count_of_ids]
            return draw.ints(count, below=classes), np.ascontiguousarray(order).astype("int32")

        return {"k": draw.integer(1, min(count_of_ids, classes)), "from_sorted_ids": True}, ids
    return {"k": draw.choice(draw.integer(1, classes), 5)}, classes_batch(draw, shape, classes, sparse=True, column=draw.flag(0.3))


def equal(draw):
    shape, classes = shape_of(draw), draw.integer(2, 4)
    return {}, lambda count: (draw.ints(count, *shape, below=classes), draw.ints(count, *shape, below=classes))


def thresholds(draw):
    return draw.choice(None, draw.number(0.1, 0.9), 0.5, [0.5], sorted(draw.number(0.0, 1.0) for _ in range(draw.integer(2, 4))))


def counts(draw):
    return binary(draw, {"thresholds": thresholds(draw)})


def precision(draw):
    kind = draw.choice("plain", "plain", "top_k", "class_id", "both")
    if kind == "plain":
        return binary(draw, {"thresholds": thresholds(draw)}, high=1)
    columns = draw.integer(2, 5)
    options = {"thresholds": thresholds(draw)} if kind == "class_id" or draw.flag(0.3) else {}
    if kind in ("top_k", "both"):
        options["top_k"] = draw.integer(1, columns)
    if kind in ("class_id", "both"):
        options["class_id"] = draw.integer(0, columns - 1)
    # among equal scores NumPy takes others for the largest than JAX
    return binary(draw, options, columns=columns, ties="top_k" not in options)


def at(name):
    def make(draw):
        columns = draw.choice(None, draw.integer(2, 4))
        options = {name: draw.number(0.05, 0.95), "num_thresholds": draw.choice(1, 2, 10, 50, 200)}
        if columns is not None and draw.flag():
            options["class_id"] = draw.integer(0, columns - 1)
        return binary(draw, options, high=1, columns=columns)

    return make


def auc(draw):
    logits, multi = draw.flag(0.3), draw.flag(0.4)
    options = {
        "curve": draw.choice("ROC", "PR", "PRGAIN"),
        "summation_method": draw.choice("interpolation", "minoring", "majoring"),
        "from_logits": logits,
    }
    if draw.flag(0.3):
        options["thresholds"] = sorted({draw.number(0.01, 0.99) for _ in range(draw.integer(1, 6))})
    else:
        options["num_thresholds"] = draw.choice(2, 3, 20, 200)
    if not multi:
        return binary(draw, options, high=1, logits=logits)
    labels = draw.integer(1, 4)
    options["multi_label"] = True
    if logits or draw.flag():
        options["num_labels"] = labels
    if draw.flag():
        options["label_weights"] = [draw.number(0.1, 2) for _ in range(labels)]
    return binary(draw, options, logits=logits, columns=labels)


def f1(draw):
    options = {"average": draw.choice(None, "micro", "macro", "weighted"), "threshold": draw.choice(None, 0.4, draw.number(0.1, 0.9))}
    if draw.flag(0.3):
        return binary(draw, options, columns=draw.integer(1, 4))
    return options, classes_batch(draw, [], draw.integer(2, 5))


def f_beta(draw):
    options, batch = f1(draw)
    return {**options, "beta": draw.number(0.3, 3)}, batch


def targets(draw, classes):
    return draw.some(range(classes), draw.integer(1, classes))


def overlap(draw, with_targets):
    classes, shape = draw.integer(2, 4), shape_of(draw)
    options = {"num_classes": classes, "ignore_class": draw.choice(None, None, draw.integer(0, classes - 1), -1)}
    options.update(sparse_y_true=draw.flag(0.7), sparse_y_pred=draw.flag(0.7))
    if with_targets:
        options["target_class_ids"] = targets(draw, classes)

    def batch(count):
        labels = draw.ints(count, *shape, below=classes)
        if options["sparse_y_true"] and options["ignore_class"] == -1:
            labels[draw.bools(*labels.shape, probability=0.2)] = -1
        y_true = labels if options["sparse_y_true"] else np.eye(classes, dtype="float32")[labels]
        y_pred = draw.ints(count, *shape, below=classes) if options["sparse_y_pred"] else softmax(draw.normals(count, *shape, classes))
        return y_true, y_pred

    return options, batch


def one_hot_overlap(draw, with_targets):
    classes, shape = draw.integer(2, 4), shape_of(draw)
    options = {"num_classes": classes, "ignore_class": draw.choice(None, None, draw.integer(0, classes - 1)), "sparse_y_pred": draw.flag(0.3)}
    if with_targets:
        options["target_class_ids"] = targets(draw, classes)

    def batch(count):
        y_pred = softmax(draw.normals(count, *shape, classes))
        return one_hot(draw, [count, *shape], classes), y_pred.argmax(-1).astype("int32") if options["sparse_y_pred"] else y_pred

    return options, batch


def binary_overlap(draw):
    return binary(draw, {"target_class_ids": draw.choice([0], [1], [0, 1]), "threshold": draw.number(0.1, 0.9)})


def r2(draw):
    columns = draw.integer(1, 4)
    options = {"class_aggregation": draw.choice(None, "uniform_average", "variance_weighted_average")}
    options["num_regressors"] = draw.choice(0, 1, 2) if columns == 1 else 0  # see REASONS
    return options, lambda count: (draw.normals(count, columns), draw.normals(count, columns))


def wrapper(draw):
    name = draw.choice("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "squared_hinge")
    return {"fn": name}, real(draw)[1]


METRICS = {
    "Accuracy": equal,
    "BinaryAccuracy": lambda draw: binary(draw, {"threshold": draw.choice(0.5, draw.number(0.05, 0.95))}),
    "CategoricalAccuracy": categorical,
    "SparseCategoricalAccuracy": sparse,
    "TopKCategoricalAccuracy": top_k,
    "SparseTopKCategoricalAccuracy": sparse_top_k,
    "AUC": auc,
    "Precision": precision,
    "Recall": precision,
    "TruePositives": counts,
    "TrueNegatives": counts,
    "FalsePositives": counts,
    "FalseNegatives": counts,
    "PrecisionAtRecall": at("recall"),
    "RecallAtPrecision": at("precision"),
    "SensitivityAtSpecificity": at("specificity"),
    "SpecificityAtSensitivity": at("sensitivity"),
    "F1Score": f1,
    "FBetaScore": f_beta,
    "BinaryIoU": binary_overlap,
    "MeanIoU": lambda draw: overlap(draw, False),
    "IoU": lambda draw: overlap(draw, True),
    "OneHotIoU": lambda draw: one_hot_overlap(draw, True),
    "OneHotMeanIoU": lambda draw: one_hot_overlap(draw, False),
    "Hinge": signed,
    "SquaredHinge": signed,
    "CategoricalHinge": categorical,
    "BinaryCrossentropy": binary_crossentropy,
    "CategoricalCrossentropy": categorical_crossentropy,
    "SparseCategoricalCrossentropy": sparse_crossentropy,
    "KLDivergence": lambda draw: ({}, classes_batch(draw, shape_of(draw), draw.integer(2, 5))),
    "Poisson": positive,
    "MeanSquaredError": real,
    "MeanAbsoluteError": real,
    "MeanAbsolutePercentageError": real,
    "MeanSquaredLogarithmicError": positive,
    "RootMeanSquaredError": real,
    "LogCoshError": real,
    "CosineSimilarity": cosine,
    "R2Score": r2,
    "PearsonCorrelation": correlation,
    "ConcordanceCorrelation": correlation,
    "MeanMetricWrapper": wrapper,
}

# Metrics that take a weight for each value, or for each sample if there is one value per sample
PER_VALUE = (
    "TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives", "BinaryIoU", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU",
    "SparseCategoricalCrossentropy",
)  # fmt: skip

METRIC_PARTS = {}
for metric_name, make_metric in METRICS.items():

    def metric_part(draw, number, name=metric_name, make=make_metric):
        options, batch = make(draw)
        # a common metric of several batches is one of batches of different sizes
        batches = [batch(draw.integer(2, 6)) for _ in range(draw.integer(1, 3))]
        if name == "MeanMetricWrapper":
            from keras import losses

            metric = metrics.MeanMetricWrapper(getattr(losses, options["fn"]))
        else:
            metric = getattr(metrics, name)(**options)
        weighted = "per_value" if name in PER_VALUE else True
        if name == "R2Score":
            weighted = "no_zeros"
        if "sparse_y_pred" in options and not (options.get("sparse_y_true") or options["sparse_y_pred"]):
            weighted = "per_label"
        return record_metric(name, number, metric, batches, draw, weighted, 2e-4, options if name == "CosineSimilarity" else {})

    METRIC_PARTS[f"metrics/{metric_name}"] = metric_part

for metric_name in ("Mean", "Sum"):

    def reduction_part(draw, number, name=metric_name):
        shape = shape_of(draw)
        batches = [(None, draw.normals(draw.integer(1, 5), *shape)) for _ in range(3)]
        return record_metric(name, number, getattr(metrics, name)(), batches, draw)

    METRIC_PARTS[f"metrics/{metric_name}"] = reduction_part
