"""Random configurations of attention, recurrent, wrapper and preprocessing layers, added to SPACES."""

import numpy as np
from keras import layers

from layer_case import Call
from layer_spaces import SMOOTH, SPACES, image, regularized, space


@space("MultiHeadAttention", "GroupQueryAttention")
def multi_head(draw, name, rank):
    width, batch, queries, keys = draw.integer(2, 5), 2, draw.integer(1, 4), draw.integer(1, 4)
    query, value, key = (draw.normals(batch, length, width) for length in (queries, keys, keys))
    separate = draw.flag()
    if name == "MultiHeadAttention":
        layer = layers.MultiHeadAttention(
            draw.integer(1, 3), draw.integer(1, 4), value_dim=draw.maybe(draw.integer(1, 4)), use_bias=draw.flag(0.7),
            output_shape=draw.maybe(draw.integer(1, 5), 0.3), flash_attention=False,
        )  # fmt: skip
    else:
        heads = draw.integer(1, 2)
        layer = layers.GroupQueryAttention(
            draw.integer(1, 4), heads * draw.integer(1, 2), heads, use_bias=draw.flag(0.7), flash_attention=False
        )
    options = {"use_causal_mask": True} if draw.flag(0.3) else {}
    if draw.flag(0.3):
        mask = draw.bools(batch, queries, keys)
        mask[:, :, 0] = True
        options["attention_mask"] = mask
    if draw.flag(0.3):
        options["return_attention_scores"] = True
    inputs, names = [query, value], ["query", "value"]
    if separate:
        inputs, names = [query, value, key], ["query", "value", "key"]
    return Call(layer, inputs, mode="named", names=names, options=options, tolerance=1e-4)


@space("Attention", "AdditiveAttention")
def attention(draw, name, rank):
    width, batch, queries, keys = draw.integer(1, 4), 2, draw.integer(1, 4), draw.integer(1, 4)
    inputs = [draw.normals(batch, queries, width), draw.normals(batch, keys, width)]
    if draw.flag():
        inputs.append(draw.normals(batch, keys, width))
    options = {"use_scale": draw.flag()}
    if name == "Attention":
        options["score_mode"] = draw.choice("dot", "concat")
    call = Call(getattr(layers, name)(**options), inputs, mode="list", tolerance=1e-4)
    if draw.flag(0.3):
        call.options["use_causal_mask"] = True
    if draw.flag(0.3):
        call.options["return_attention_scores"] = True
    if draw.flag(0.3):
        mask = draw.bools(batch, keys)
        mask[:, 0] = True
        call.options["mask"] = [draw.bools(batch, queries), mask]
    return call


def recurrent_options(draw):
    return {
        "return_sequences": draw.flag(),
        "return_state": draw.flag(0.3),
        "go_backwards": draw.flag(0.3),
        "unroll": draw.flag(0.2),
        "zero_output_for_mask": draw.flag(0.2),
    }


def cell_options(draw, name):
    options = {
        "activation": draw.choice("tanh", "relu", "softsign"),
        "use_bias": draw.flag(0.7),
        **regularized(draw, "kernel", "recurrent", "bias"),
    }
    if name.startswith(("LSTM", "GRU", "ConvLSTM")):
        options["recurrent_activation"] = draw.choice("sigmoid", "hard_sigmoid")
    if name.startswith("GRU"):
        options["reset_after"] = draw.flag()
    if "LSTM" in name:
        options["unit_forget_bias"] = draw.flag()
    return options


def masked(call, draw):
    """Masks some steps of a call without masks."""
    if draw.flag(0.4):
        call.options["mask"] = draw.bools(*call.inputs[0].shape[:2])
    return call


@space("SimpleRNN", "LSTM", "GRU")
def recurrent(draw, name, rank):
    layer = getattr(layers, name)(draw.integer(1, 4), **cell_options(draw, name), **recurrent_options(draw))
    return masked(Call(layer, [draw.normals(2, draw.integer(1, 5), draw.integer(1, 3))], tolerance=1e-4), draw)


@space("RNN")
def stacked(draw, name, rank):
    cells = [
        getattr(layers, f"{kind}Cell")(draw.integer(1, 3), **cell_options(draw, kind))
        for kind in (draw.choice("SimpleRNN", "LSTM", "GRU") for _ in range(draw.integer(1, 3)))
    ]
    layer = layers.RNN(cells if len(cells) > 1 or draw.flag() else cells[0], **recurrent_options(draw))
    return masked(Call(layer, [draw.normals(2, draw.integer(1, 4), 2)], tolerance=1e-4), draw)


@space("Bidirectional")
def bidirectional(draw, name, rank):
    kind = draw.choice("SimpleRNN", "LSTM", "GRU")
    inner = getattr(layers, kind)(
        draw.integer(1, 3), **cell_options(draw, kind), return_sequences=draw.flag(), return_state=draw.flag(0.2)
    )
    layer = layers.Bidirectional(inner, merge_mode=draw.choice("concat", "sum", "mul", "ave", None))
    return masked(Call(layer, [draw.normals(2, draw.integer(1, 4), 2)], tolerance=1e-4), draw)


@space("TimeDistributed")
def time_distributed(draw, name, rank):
    if draw.flag():
        return Call(layers.TimeDistributed(layers.Dense(3, activation=draw.choice(*SMOOTH))), [draw.normals(2, 3, 2)])
    inner = layers.Conv2D(2, 2, padding=draw.choice("same", "valid"))
    return Call(layers.TimeDistributed(inner), [draw.normals(2, 3, 4, 4, 2)])


@space("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
def conv_lstm(draw, name, rank):
    options = recurrent_options(draw)
    options.pop("zero_output_for_mask")
    options.pop("unroll")
    layer = getattr(layers, name)(
        draw.integer(1, 2), draw.integer(1, 3), strides=draw.integer(1, 2), padding=draw.choice("same", "valid"),
        **cell_options(draw, name), **options,
    )  # fmt: skip
    return Call(layer, [draw.normals(2, draw.integer(1, 3), *[4] * rank, 2)], tolerance=1e-4)


@space("Rescaling")
def rescaling(draw, name, rank):
    return Call(layers.Rescaling(draw.number(0.01, 2), draw.number(-1, 1)), [draw.normals(2, 3)])


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
    )  # fmt: skip
    return Call(layer, [image(draw, 2, draw.choice(1, 3), data_format)], differentiable=False, tolerance=1e-4)


@space("CenterCrop")
def center_crop(draw, name, rank):
    return Call(layers.CenterCrop(draw.integer(2, 8), draw.integer(2, 8)), [draw.floats(2, 7, 6, 3, low=0, high=1)], differentiable=False, tolerance=1e-4)


@space("Solarization", "AutoContrast", "Equalization")
def solarization(draw, name, rank):
    options = {"addition_factor": draw.number(0, 0.9), "threshold_factor": draw.number(0, 0.9)} if name == "Solarization" else {}
    x = np.floor(draw.floats(2, 6, 5, 3, low=0, high=255))
    return Call(getattr(layers, name)(value_range=(0, 255), **options), [x], differentiable=False) if not options else Call(
        layers.Solarization(0.0, 0.0), [x], differentiable=False
    )


@space("STFTSpectrogram", "MelSpectrogram")
def spectrogram(draw, name, rank):
    x = draw.normals(2, 64) if name == "MelSpectrogram" else draw.normals(2, 64, draw.integer(1, 2))
    if name == "MelSpectrogram":
        layer = layers.MelSpectrogram(fft_length=16, sequence_stride=8, num_mel_bins=draw.integer(3, 8), sampling_rate=8000, max_freq=None, min_freq=draw.choice(20.0, 100.0))
    else:
        layer = layers.STFTSpectrogram(
            mode=draw.choice("log", "magnitude", "psd", "real", "imag", "angle", "stft"), frame_length=draw.choice(8, 16), frame_step=draw.choice(4, 8),
            window=draw.choice("hann", "hamming", None), periodic=draw.flag(), scaling=draw.choice("density", "spectrum"), padding=draw.choice("valid", "same"), expand_dims=draw.flag(),
        )  # fmt: skip
    return Call(layer, [x], differentiable=False, trained=False, tolerance=1e-3)
