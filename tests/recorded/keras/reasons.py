"""Configurations that are not compared, and why.

REASONS maps the beginning of the name of a part to reasons.
"""

REASONS = {
    "losses/MeanSquaredError": ["Masks where the targets lack the last axis of the predictions: the values lack it twice, so that Keras applies the mask to other axes."],
    "losses/MeanAbsoluteError": ["Masks where the targets lack the last axis of the predictions: the values lack it twice, so that Keras applies the mask to other axes."],
    "losses/Huber": ["Masks where the targets lack the last axis of the predictions: the values lack it twice, so that Keras applies the mask to other axes."],
    "losses/LogCosh": ["Masks where the targets lack the last axis of the predictions: the values lack it twice, so that Keras applies the mask to other axes."],
    "losses/CategoricalCrossentropy": [
        "label_smoothing with an axis other than the last: Keras divides by the size of the last axis, which is not the number of classes."
    ],
    "losses/CategoricalFocalCrossentropy": [
        "label_smoothing with an axis other than the last: Keras divides by the size of the last axis, which is not the number of classes."
    ],
    "losses/CategoricalGeneralizedCrossEntropy": ["Class numbers [batch, 1]: Keras broadcasts them to [batch, batch]."],
    "metrics/CategoricalCrossentropy": [
        "label_smoothing with an axis other than the last: Keras divides by the size of the last axis, which is not the number of classes."
    ],
    "metrics/R2Score": [
        "num_regressors with several outputs: Keras 3.15 counts elements, Keras 3.16 samples.",
        "Weights of 0 that leave one sample: its variance is a rounding error by which Keras divides.",
    ],
    "metrics/PearsonCorrelation": ["The result before the first batch: Keras divides by 0 samples."],
    "metrics/ConcordanceCorrelation": ["The result before the first batch: Keras divides by 0 samples."],
    "metrics/True": ["One weight per sample for predictions of rank 3 or more: Keras aligns it with the last axes but one."],
    "metrics/False": ["One weight per sample for predictions of rank 3 or more: Keras aligns it with the last axes but one."],
    "metrics/Precision": ["Equal scores with top_k: the backends of Keras choose differently among them."],
    "metrics/Recall": ["Equal scores with top_k: the backends of Keras choose differently among them."],
    "schedules/CosineDecayRestarts": ["The first step of a period unless t_mul is 1: the rounding of a logarithm decides to which period it belongs."],
    "layers/RNN": [
        "Masks with stacked cells, unless all are LSTMCell: at a masked step, Keras repeats the state of the first cell on JAX, not the last output.",
    ],
    "layers/SimpleRNN": ["The mask of the output: Keras 3.15 passes the mask on, Keras 3.16 does not."],
    "layers/LSTM": [
        "The mask of the output: Keras 3.15 passes the mask on, Keras 3.16 does not.",
        "zero_output_for_mask with unroll and a mask: Keras ignores it on JAX, not on TensorFlow and torch.",
    ],
    "layers/GRU": [
        "The mask of the output: Keras 3.15 passes the mask on, Keras 3.16 does not.",
        "zero_output_for_mask with unroll and a mask: Keras ignores it on JAX, not on TensorFlow and torch.",
    ],
    "layers/Bidirectional": [
        "zero_output_for_mask with unroll and a mask: as in LSTM and GRU.",
    ],
    "layers/Activation": ["glu: compute_output_shape of Keras is the shape of the input, its output has half the last axis."],
    "layers/Dot": ["normalize: derivatives that are 0 are a rounding error of Keras's or of our float32."],
    "layers/MultiHeadAttention": ["value_dim other than key_dim where Keras chooses its fused operation on JAX, which fails."],
    "layers/Solarization": ["Factors other than 0: Keras multiplies only the second of a pair by 255, so that no pair is a fixed value."],
    "layers/AutoContrast": ["data_format channels_first: Keras takes the extremes of channels and rows, not of rows and columns."],
    "layers/RandomShear": ["Shears other than 0: their direction is random."],
    "layers/RandomFlip": ["Training: the direction is random."],
    "ops/ceil": ["Integers: Keras gives float32; here they keep their dtype."],
    "ops/floor": ["Integers: Keras gives float32; here they keep their dtype."],
    "ops/fabs": ["Integers: Keras gives float32; here they keep their dtype, as with abs."],
    "ops/power": ["Integers: Gradus takes floats only."],
    "ops/logsumexp": ["A scalar with keepdims: on NumPy, Keras gives the shape [1]."],
    "ops/quantile": ["method nearest halfway between two elements: the backends of Keras choose differently."],
    "ops/percentile": ["method nearest halfway between two elements: the backends of Keras choose differently."],
    "ops/cholesky_inverse": ["Batches: on NumPy, Keras reverses all axes in place of the last two."],
    "ops/histogram": ["The dtype of the counts: the backends of Keras give different ones."],
    "ops/saturate_cast": ["Integers as float32: Keras keeps the limits of float32 as integers, which wrap."],
    "ops/segment_max": ["Integers: on NumPy, Keras gives floats, with -Infinity for empty segments."],
    "ops/segment_min": ["Integers: on NumPy, Keras gives floats, with Infinity for empty segments."],
    "ops/argsort": ["argpartition: the order within its parts is open."],
    "ops/shape": ["dtype, is_tensor, array and convert_to_tensor: every case calls them.", "empty and empty_like: their values are open."],
    "ops/jvp": ["custom_gradient: the function that it takes has another form."],
    "ops/fold": ["Windows that do not reach the end of an axis: on JAX, Keras leaves the rest of the image out."],
    "ops/sparsemax": ["The dtype and derivatives of NumPy's results: activations/sparsemax compares those of JAX."],
    "optimizers/Nadam": ["The running product in the state: it has no stable name."],
}


def reasons_of(name):
    return [reason for start, reasons in REASONS.items() if name.startswith(start) for reason in reasons]
