"""Random configurations of attention, recurrent, wrapper and preprocessing layers, added to SPACES."""

import numpy as np
from keras import layers

from layer_case import Call
from layer_spaces import SMOOTH, SPACES, image, per_axis, regularized, space


# derivatives that are sums of numbers that nearly cancel
SUMS = {"grad_weights": 1e-4, "grad_inputs": 1e-4}


def steps_mask(draw, batch, steps):
    """A mask of steps whose first one counts."""
    mask = draw.bools(batch, steps)
    mask[:, 0] = True
    return mask


@space("MultiHeadAttention", "GroupQueryAttention")
def multi_head(draw, name, rank):
    width, batch, queries, keys = draw.integer(2, 5), draw.integer(1, 3), draw.integer(1, 4), draw.integer(1, 4)
    planes = (2,) if name == "MultiHeadAttention" and draw.flag(0.3) else ()
    query, value, key = (draw.normals(batch, *planes, length, width) for length in (queries, keys, keys))
    separate = draw.flag()
    shared = {
        "use_bias": draw.flag(0.7),
        "use_gate": draw.flag(0.3),
        "sliding_window": draw.maybe(draw.integer(1, 3), 0.3) if not planes else None,
        "flash_attention": False,
        **regularized(draw, "kernel", "bias"),
        **({"activity_regularizer": "l2"} if draw.flag(0.2) else {}),
    }
    shared["dropout"] = draw.choice(0.0, 0.0, 0.4)
    options = {"return_attention_scores": True} if draw.flag(0.3) else {}
    if draw.flag(0.3):
        options["training"] = False
    if name == "MultiHeadAttention":
        key_dim = draw.integer(1, 4)
        # Keras's fused operation on JAX takes values of the size of the keys only
        fused = not planes and not options
        if planes:
            shared["attention_axes"] = draw.choice(None, 1, 2, -1, -2, (1, 2))
        layer = layers.MultiHeadAttention(
            draw.integer(1, 3), key_dim, value_dim=None if fused else draw.maybe(draw.integer(1, 4)),
            output_shape=draw.maybe(draw.choice(draw.integer(1, 5), (2, 3)), 0.3), **shared,
        )  # fmt: skip
    else:
        heads = draw.integer(1, 2)
        layer = layers.GroupQueryAttention(draw.integer(1, 4), heads * draw.integer(1, 3), heads, **shared)
    if not planes:
        if draw.flag(0.3):
            options["use_causal_mask"] = True
        if draw.flag(0.3):
            options["attention_mask"] = draw.bools(batch, queries, keys) | (np.arange(keys) == 0)
        if draw.flag(0.3):
            options["value_mask"] = steps_mask(draw, batch, keys)
        if draw.flag(0.2):
            options["key_mask"] = steps_mask(draw, batch, keys)
        if draw.flag(0.2):
            options["query_mask"] = draw.bools(batch, queries)
    inputs, names = [query, value], ["query", "value"]
    if separate:
        inputs, names = [query, value, key], ["query", "value", "key"]
    # the gradient of the bias of the keys is 0: rounding remains
    tolerances = {"grad_weights": 3e-3, "grad_inputs": 1e-4}
    return Call(layer, inputs, mode="named", names=names, options=options, tolerance=1e-4, tolerances=tolerances, exact=False)


@space("Attention", "AdditiveAttention")
def attention(draw, name, rank):
    width, batch, queries, keys = draw.integer(1, 4), draw.integer(1, 3), draw.integer(1, 4), draw.integer(1, 4)
    planes = (2,) if draw.flag(0.2) else ()
    inputs = [draw.normals(batch, *planes, queries, width), draw.normals(batch, *planes, keys, width)]
    if draw.flag():
        inputs = [inputs[0], draw.normals(batch, *planes, keys, draw.integer(1, 4)), inputs[1]]
    options = {"use_scale": draw.flag(), "dropout": draw.choice(0.0, 0.3)}
    if name == "Attention":
        options["score_mode"] = draw.choice("dot", "concat")
    call = Call(getattr(layers, name)(**options), inputs, mode="list", tolerance=1e-4, tolerances=SUMS, exact=False)
    if draw.flag(0.3):
        call.options["use_causal_mask"] = True
    if draw.flag(0.3):
        call.options["return_attention_scores"] = True
    if not planes and draw.flag(0.4):
        masks = [draw.bools(batch, queries), draw.bools(batch, keys)]
        call.options["mask"] = masks if draw.flag(0.7) else [*masks, draw.bools(batch, keys)]
    return call


def recurrent_options(draw):
    return {
        "return_sequences": draw.flag(),
        "return_state": draw.flag(0.3),
        "go_backwards": draw.flag(0.3),
        "unroll": draw.flag(0.2),
        "zero_output_for_mask": draw.flag(0.2),
        "stateful": draw.flag(0.2),
    }


def cell_options(draw, name):
    options = {
        # without bounds the sums of convolutions grow, and with them the errors of float32
        "activation": draw.choice("tanh", "softsign", "softmax", *([] if name.startswith("Conv") else ["relu", "elu", None])),
        "use_bias": draw.flag(0.7),
        "kernel_initializer": draw.choice("glorot_uniform", "he_normal", "zeros"),
        "recurrent_initializer": draw.choice("orthogonal", "orthogonal", "glorot_normal"),
        "bias_initializer": draw.choice("zeros", "zeros", "ones"),
        "dropout": draw.choice(0.0, 0.0, 0.3),
        "recurrent_dropout": draw.choice(0.0, 0.0, 0.3),
        **regularized(draw, "kernel", "recurrent", "bias"),
    }
    if name.startswith(("LSTM", "GRU", "ConvLSTM")):
        options["recurrent_activation"] = draw.choice("sigmoid", "hard_sigmoid", "tanh")
    if name.startswith("GRU"):
        options["reset_after"] = draw.flag()
    if "LSTM" in name:
        options["unit_forget_bias"] = draw.flag()
    return options


def masked(call, draw, layer=None):
    """Masks some steps of a call without masks."""
    if draw.flag(0.4):
        call.options["mask"] = draw.bools(*call.inputs[0].shape[:2])
        # Keras ignores zero_output_for_mask on JAX where it unrolls the loop, other than on TensorFlow and torch
        if layer is not None and layer.unroll:
            layer.zero_output_for_mask = False
    return call


def several(call, draw):
    """Several calls of a layer that keeps its states. Dropout is off."""
    inner = getattr(call.layer, "forward_layer", call.layer)
    cells = [part.cell for part in (inner, getattr(call.layer, "backward_layer", inner))]
    cells = getattr(cells[0], "cells", cells)
    if any(getattr(cell, "dropout", 0) or getattr(cell, "recurrent_dropout", 0) for cell in cells):
        call.trained = False
        if draw.flag():
            call.options["training"] = False
    if getattr(inner, "stateful", False):
        call.calls = draw.integer(1, 3)
        call.trained = False
    return call


def states_for(draw, cell, batch):
    """States of a cell: a list, or for stacked cells a list with a list for each."""
    if isinstance(cell, layers.StackedRNNCells):
        return [
            [draw.normals(batch, size) for size in sizes] if isinstance(sizes, (list, tuple)) else draw.normals(batch, sizes)
            for sizes in cell.state_size
        ]
    sizes = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
    return [draw.normals(batch, size) for size in sizes]


@space("SimpleRNN", "LSTM", "GRU")
def recurrent(draw, name, rank):
    penalty = {"activity_regularizer": draw.choice("l1", "l2")} if draw.flag(0.15) else {}
    layer = getattr(layers, name)(draw.integer(1, 4), **cell_options(draw, name), **recurrent_options(draw), **penalty)
    batch = draw.integer(1, 3)
    call = Call(layer, [draw.normals(batch, draw.integer(1, 5), draw.integer(1, 3))], tolerance=1e-4, tolerances=SUMS)
    if draw.flag(0.3):
        call.options["initial_state"] = states_for(draw, layer.cell, batch)
    return several(masked(call, draw, layer), draw)


def any_cell(draw, units):
    kind = draw.choice("SimpleRNN", "LSTM", "GRU")
    return getattr(layers, f"{kind}Cell")(units, **cell_options(draw, kind))


@space("RNN")
def stacked(draw, name, rank):
    cells = [any_cell(draw, draw.integer(1, 3)) for _ in range(draw.integer(1, 3))]
    layer = layers.RNN(cells if len(cells) > 1 or draw.flag() else cells[0], **recurrent_options(draw))
    call = Call(layer, [draw.normals(2, draw.integer(1, 4), 2)], tolerance=1e-4, tolerances=SUMS)
    if draw.flag(0.3) and not (isinstance(layer.cell, layers.StackedRNNCells) and len(cells) == 1):
        call.options["initial_state"] = states_for(draw, layer.cell, 2)
    # on JAX a masked step of stacked cells repeats the state of the first cell, unless all have several states
    repeats_output = len(cells) == 1 or all(isinstance(cell, layers.LSTMCell) for cell in cells)
    return several(masked(call, draw, layer) if repeats_output else call, draw)


@space("SimpleRNNCell", "LSTMCell", "GRUCell")
def cell_step(draw, name, rank):
    cell = getattr(layers, name)(draw.integer(1, 4), **cell_options(draw, name))
    return Call(cell, [draw.normals(2, draw.integer(1, 4))], options={"states": states_for(draw, cell, 2)}, tolerance=1e-4, tolerances=SUMS)


@space("StackedRNNCells")
def stacked_step(draw, name, rank):
    cell = layers.StackedRNNCells([any_cell(draw, draw.integer(1, 3)) for _ in range(draw.integer(2, 3))])
    return Call(cell, [draw.normals(2, draw.integer(1, 4))], options={"states": states_for(draw, cell, 2)}, tolerance=1e-4, tolerances=SUMS)


@space("Bidirectional")
def bidirectional(draw, name, rank):
    kind = draw.choice("SimpleRNN", "LSTM", "GRU")
    shared = {"return_sequences": draw.flag(), "return_state": draw.flag(0.2), "unroll": draw.flag(0.2), "stateful": draw.flag(0.15)}
    units = draw.integer(1, 3)

    def directed(backwards):
        return getattr(layers, kind)(units, **cell_options(draw, kind), **shared, go_backwards=backwards)

    inner = directed(False)
    layer = layers.Bidirectional(
        inner,
        merge_mode=draw.choice("concat", "sum", "mul", "ave", None),
        backward_layer=directed(True) if draw.flag(0.3) else None,
    )
    call = Call(layer, [draw.normals(2, draw.integer(1, 4), 2)], tolerance=1e-4, tolerances=SUMS)
    if draw.flag(0.3):
        call.options["initial_state"] = states_for(draw, inner.cell, 2) + states_for(draw, inner.cell, 2)
    return several(masked(call, draw), draw)


@space("TimeDistributed")
def time_distributed(draw, name, rank):
    kind = draw.integer(0, 4)
    if kind == 0:
        return masked(Call(layers.TimeDistributed(layers.Dense(3, activation=draw.choice(*SMOOTH))), [draw.normals(2, 3, 2)]), draw)
    if kind == 1:
        inner = layers.Conv2D(2, 2, padding=draw.choice("same", "valid"))
        return Call(layers.TimeDistributed(inner), [draw.normals(2, 3, 4, 4, 2)])
    if kind == 2:
        call = Call(layers.TimeDistributed(layers.BatchNormalization(momentum=0.8)), [draw.normals(4, 3, 2)], tolerance=1e-4, tolerances=SUMS)
        call.options["training"] = draw.flag()
        return call
    if kind == 3:
        return Call(layers.TimeDistributed(layers.TimeDistributed(layers.Dense(2))), [draw.normals(2, 3, 2, 2)])
    # a layer that uses the mask of its step
    inner = getattr(layers, draw.choice("SimpleRNN", "LSTM", "GRU"))(2, return_sequences=draw.flag())
    call = Call(layers.TimeDistributed(inner), [draw.normals(2, 3, 4, 2)], tolerance=1e-4, tolerances=SUMS)
    if draw.flag():
        call.options["mask"] = draw.bools(2, 3, 4)
    return call


@space("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
def conv_lstm(draw, name, rank):
    options = recurrent_options(draw)
    options.pop("zero_output_for_mask")
    data_format = draw.choice("channels_last", "channels_last", "channels_first")
    dilated = draw.flag(0.3)
    filters = draw.integer(1, 2)
    layer = getattr(layers, name)(
        filters, per_axis(draw, rank, 1, 3), strides=1 if dilated else per_axis(draw, rank, 1, 2), data_format=data_format,
        dilation_rate=per_axis(draw, rank, 1, 2) if dilated else 1, padding=draw.choice("same", "valid"),
        **cell_options(draw, name), **options,
    )  # fmt: skip
    spatial = draw.integers(rank, 5, 6 if rank < 3 else 5)
    step = [*spatial, 2] if data_format == "channels_last" else [2, *spatial]
    call = Call(layer, [draw.normals(2, draw.integer(1, 3), *step)], tolerance=1e-4, tolerances=SUMS)
    if draw.flag(0.3):
        shape = layer.cell.compute_output_shape((2, *step))[0]
        call.options["initial_state"] = [draw.normals(*shape), draw.normals(*shape)]
    return several(call, draw)


@space("Rescaling")
def rescaling(draw, name, rank):
    x = draw.normals(*draw.integers(draw.integer(1, 5), 1, 4))
    if draw.flag(0.3):
        x = draw.ints(*x.shape, below=256).astype(draw.choice("int32", "uint8"))
    return Call(layers.Rescaling(draw.number(0.01, 2), draw.number(-1, 1)), [x], differentiable=x.dtype == np.float32)


@space("Normalization")
def normalization(draw, name, rank):
    x = draw.normals(5, 3, 2)
    axis = draw.choice(-1, 1, None, (1, 2))
    return Call(layers.Normalization(axis=axis, invert=draw.flag(0.3)), [x], adapt=draw.normals(20, 3, 2), trained=False, tolerance=1e-4)


@space("Discretization")
def discretization(draw, name, rank):
    boundaries = sorted({draw.number(-2, 2) for _ in range(draw.integer(1, 4))})
    mode = draw.choice("int", "one_hot", "multi_hot", "count")
    x = draw.normals(4, 1) if mode != "int" else draw.normals(3, 2)
    return Call(layers.Discretization(boundaries, output_mode=mode), [x], differentiable=False)


@space("CategoryEncoding")
def category_encoding(draw, name, rank):
    mode = draw.choice("one_hot", "multi_hot", "count")
    tokens = draw.integer(2, 6)
    x = draw.ints(4, 1, below=tokens) if mode == "one_hot" else draw.ints(3, draw.integer(1, 4), below=tokens)
    call = Call(layers.CategoryEncoding(tokens, output_mode=mode), [x], differentiable=False)
    if mode == "count" and draw.flag(0.3):
        call.options["count_weights"] = draw.floats(*x.shape, low=0, high=2)
    return call


@space("Resizing")
def resizing(draw, name, rank):
    data_format = draw.choice("channels_last", "channels_first")
    fit = draw.choice({}, {}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True})
    layer = layers.Resizing(
        draw.integer(2, 9), draw.integer(2, 9), interpolation=draw.choice("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"),
        antialias=draw.flag(0.3), data_format=data_format, **fit,
        **({"fill_value": draw.number(0, 9)} if "pad_to_aspect_ratio" in fit else {}),
    )  # fmt: skip
    x = image(draw, 2, draw.choice(1, 3), data_format)
    return Call(layer, [x if draw.flag(0.8) else x[0]], differentiable=False, tolerance=1e-4)


@space("CenterCrop")
def center_crop(draw, name, rank):
    data_format = draw.choice("channels_last", "channels_first")
    layer = layers.CenterCrop(draw.integer(2, 8), draw.integer(2, 8), data_format=data_format)
    x = image(draw, 2, draw.choice(1, 3), data_format, low=3, high=9)
    return Call(layer, [x if draw.flag(0.8) else x[0]], differentiable=False, tolerance=1e-4)


def pixels(draw, channels=None, low=4, high=8):
    """A batch of images with values from 0 to 255; some are whole."""
    shape = (draw.integer(1, 3), draw.integer(low, high), draw.integer(low, high), channels or draw.choice(1, 3))
    x = draw.floats(*shape, low=0, high=255)
    return np.floor(x) if draw.flag() else x


def trained(layer, x, data_format="channels_last", tolerance=1e-4):
    """A call in training. The options of the layer must leave nothing to chance."""
    given = np.moveaxis(x, -1, 1) if data_format == "channels_first" else x
    return Call(layer, [np.ascontiguousarray(given)], options={"training": True}, differentiable=False, tolerance=tolerance)


def fixed(draw, low, high):
    """A factor that always has one value."""
    value = draw.number(low, high)
    return (value, value)


def placement(draw):
    return {
        "fill_mode": draw.choice("reflect", "wrap", "constant", "nearest"),
        "interpolation": draw.choice("bilinear", "bilinear", "nearest"),
        "fill_value": draw.number(0, 9),
        "data_format": draw.choice("channels_last", "channels_last", "channels_first"),
    }


@space("RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear")
def moved(draw, name, rank):
    options = placement(draw)
    if name == "RandomRotation":
        options["factor"] = fixed(draw, -1, 1)
    elif name == "RandomTranslation":
        options.update(height_factor=fixed(draw, -1, 1), width_factor=fixed(draw, -1, 1))
    elif name == "RandomZoom":
        options.update(height_factor=fixed(draw, -0.9, 1))
        if draw.flag():
            options.update(width_factor=fixed(draw, -0.9, 1))
    else:  # the direction is random, so only a shear of 0 is the same each time
        options.update(x_factor=0, y_factor=0)
    return trained(getattr(layers, name)(**options), pixels(draw), options["data_format"])


# layers with the option data_format; the others take it from the settings of Keras
FORMATTED = ["RandomColorDegeneration", "RandomSaturation", "RandomSharpness", "RandomInvert", "RandomBrightness", "RandomContrast"]


@space("RandomBrightness", "RandomContrast", "RandomColorDegeneration", "RandomSaturation", "RandomSharpness", "RandomInvert", "RandomGrayscale")
def recolored(draw, name, rank):
    colored = name in ("RandomColorDegeneration", "RandomSaturation", "RandomGrayscale")
    x = pixels(draw, 3 if colored else None)
    if name == "RandomGrayscale":
        data_format = draw.choice("channels_last", "channels_first")
        return trained(layers.RandomGrayscale(draw.choice(0, 1), data_format=data_format), x, data_format)
    factor = fixed(draw, 0, 0.95) if name != "RandomInvert" else draw.choice((0, 0), (1, 1))
    if name in ("RandomBrightness", "RandomColorDegeneration") and draw.flag():
        factor = fixed(draw, -1, 0)
    if name == "RandomContrast":
        change = draw.number(0, 1)
        factor = (-change, change)
    options = {}
    if draw.flag(0.3):
        options["value_range"] = (0, 1)
        x = x / 255
    data_format = draw.choice("channels_last", "channels_last", "channels_first")
    if name in FORMATTED:
        options["data_format"] = data_format
    return trained(getattr(layers, name)(factor, **options), x, options.get("data_format", "channels_last"))


@space("RandomColorJitter")
def jittered(draw, name, rank):
    change = draw.number(0, 1)
    factors = {"brightness_factor": fixed(draw, -1, 1), "contrast_factor": (-change, change), "saturation_factor": fixed(draw, 0, 0.9), "hue_factor": (0, 0)}
    return trained(layers.RandomColorJitter(**{key: value for key, value in factors.items() if draw.flag(0.6)}), pixels(draw, 3))


@space("RandomPosterization")
def posterized(draw, name, rank):
    bits = draw.integer(1, 8)
    if draw.flag(0.3):
        return trained(layers.RandomPosterization((bits, bits), value_range=(0, 1)), pixels(draw) / 255)
    return trained(layers.RandomPosterization((bits, bits)), pixels(draw))


@space("RandomGaussianBlur")
def blurred(draw, name, rank):
    options = {"kernel_size": draw.choice(3, 5, (3, 5), (5, 1)), "sigma": fixed(draw, 0.1, 1)}
    data_format = draw.choice("channels_last", "channels_last", "channels_first")
    x = pixels(draw)
    if draw.flag(0.3):
        options["value_range"], x = (0, 1), x / 255
    return trained(layers.RandomGaussianBlur((1, 1), **options, data_format=data_format), x, data_format)


@space("RandomErasing")
def erased(draw, name, rank):
    data_format = draw.choice("channels_last", "channels_first")
    if draw.flag():
        return trained(layers.RandomErasing((1, 1), scale=(1, 1), fill_value=draw.number(0, 255), data_format=data_format), pixels(draw), data_format)
    return trained(layers.RandomErasing((0, 0), fill_value=3, data_format=data_format), pixels(draw), data_format)


@space("RandomPerspective", "RandomElasticTransform")
def unmoved(draw, name, rank):
    options = draw.choice({"scale": 0}, {"factor": 0})
    return trained(getattr(layers, name)(**options), pixels(draw))


@space("RandomCrop")
def randomly_cropped(draw, name, rank):
    x = pixels(draw)
    return trained(layers.RandomCrop(x.shape[1] + draw.integer(0, 3), draw.integer(2, 8)), x)


@space("Solarization", "AutoContrast", "Equalization")
def stretched(draw, name, rank):
    value_range, x = (0, 255), pixels(draw)
    if draw.flag(0.3):
        value_range, x = (0, 1), x / 255
    options = {"bins": draw.choice(256, 16)} if name == "Equalization" else {}
    data_format = draw.choice("channels_last", "channels_last", "channels_first")
    if name == "Equalization":
        options["data_format"] = data_format
    return trained(getattr(layers, name)(value_range=value_range, **options), x, options.get("data_format", "channels_last"))


@space("ContrastLimitedAdaptiveHistogramEqualization")
def clahe(draw, name, rank):
    if not hasattr(layers, name):
        raise ValueError("this version has no such layer")
    grid = (draw.integer(1, 3), draw.integer(1, 3))
    layer = getattr(layers, name)(clip_limit=draw.choice(0.0, 1.0, 4.0), tile_grid_size=grid)
    return trained(layer, pixels(draw, low=6, high=12), tolerance=1e-3)


@space("Pipeline")
def pipeline(draw, name, rank):
    return trained(layers.Pipeline([layers.RandomInvert((1, 1)), layers.Rescaling(draw.number(0.1, 2))]), pixels(draw))


@space("STFTSpectrogram", "MelSpectrogram")
def spectrogram(draw, name, rank):
    if name == "MelSpectrogram":
        length = draw.choice(16, 32)
        x = draw.normals(*draw.choice((64,), (2, 64), (1, 80)))
        layer = layers.MelSpectrogram(
            fft_length=length, sequence_stride=draw.choice(4, 8, 10), sequence_length=draw.choice(None, length, 12), window=draw.choice("hann", "hamming", None),
            sampling_rate=draw.choice(8000, 16000), num_mel_bins=draw.integer(3, 8), min_freq=draw.choice(20.0, 100.0), max_freq=draw.choice(None, 3000.0),
            power_to_db=draw.flag(0.7), top_db=draw.choice(80.0, 10.0), mag_exp=draw.choice(1.0, 2.0), min_power=draw.choice(1e-10, 1e-3), ref_power=draw.choice(1.0, 2.0),
        )  # fmt: skip
        return Call(layer, [x], differentiable=False, trained=False, tolerance=1e-3, tolerances={"outputs": 2e-4})
    data_format = draw.choice("channels_last", "channels_last", "channels_first")
    x = draw.normals(2, 64, draw.integer(1, 2))
    length = draw.choice(8, 16)
    layer = layers.STFTSpectrogram(
        mode=draw.choice("log", "magnitude", "psd", "real", "imag", "angle", "stft"), frame_length=length, frame_step=draw.choice(4, 8),
        fft_length=draw.choice(None, 16, 32), window=draw.choice("hann", "hamming", None), periodic=draw.flag(), scaling=draw.choice("density", "spectrum"),
        padding=draw.choice("valid", "same"), expand_dims=draw.flag(), data_format=data_format,
    )  # fmt: skip
    return Call(layer, [x if data_format == "channels_last" else x.transpose(0, 2, 1)], differentiable=False, trained=False, tolerance=1e-3)


@space("RandomFlip", "RandomHue", "RandAugment", "AugMix", "MixUp", "CutMix")
def in_inference(draw, name, rank):
    options = {"value_range": (0, 255)} if name in ("RandAugment", "AugMix") else {}
    if name == "RandomHue":
        options["value_range"] = (0, 255)
        if draw.flag(0.7):
            return trained(layers.RandomHue((0, 0), **options), pixels(draw, 3))
    # Keras passes these in training only
    return Call(getattr(layers, name)(**options) if name != "RandomHue" else layers.RandomHue(0.5, **options), [pixels(draw, 3)], options={"training": False}, differentiable=False)
