"""The networks, with initial weights in Keras's shapes and order."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def fill_linear(linear, kernel, bias):
    linear.weight.data.copy_(kernel.T)
    linear.bias.data.copy_(bias)


def dense_stack(widths, weights):
    layers = []
    for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        linear = nn.Linear(inputs, outputs)
        fill_linear(linear, weights[2 * index], weights[2 * index + 1])
        layers += [linear, nn.ReLU()]
    return layers[:-1]


def article(spec, weights):
    return nn.Sequential(*dense_stack([spec["inputs"], *spec["hidden"], spec["classes"]], weights), nn.Sigmoid())


def mlp(spec, weights):
    return nn.Sequential(*dense_stack([spec["inputs"], *spec["hidden"], spec["classes"]], weights))


def cnn(spec, weights):
    """PyTorch has channels before height and width, so kernels and the rows of the last layer are transposed."""
    layers, channels, height, width = [], spec["channels"], spec["height"], spec["width"]
    for index, filters in enumerate(spec["filters"]):
        conv = nn.Conv2d(channels, filters, spec["kernel"])
        conv.weight.data.copy_(weights[2 * index].permute(3, 2, 0, 1))
        conv.bias.data.copy_(weights[2 * index + 1])
        layers += [conv, nn.ReLU(), nn.MaxPool2d(spec["pool"])]
        height = (height - spec["kernel"] + 1) // spec["pool"]
        width = (width - spec["kernel"] + 1) // spec["pool"]
        channels = filters
    linear = nn.Linear(height * width * channels, spec["classes"])
    rows = weights[-2].reshape(height, width, channels, -1).permute(2, 0, 1, 3)
    fill_linear(linear, rows.reshape(height * width * channels, -1), weights[-1])
    return nn.Sequential(*layers, nn.Dropout(spec["dropout"]), nn.Flatten(), linear)


class Recurrent(nn.Module):
    def __init__(self, spec, weights):
        super().__init__()
        kernel, recurrent, bias, out_kernel, out_bias = weights
        self.lstm = nn.LSTM(spec["features"], spec["units"], batch_first=True)  # gates in Keras's order
        self.lstm.weight_ih_l0.data.copy_(kernel.T)
        self.lstm.weight_hh_l0.data.copy_(recurrent.T)
        self.lstm.bias_ih_l0.data.copy_(bias)
        self.lstm.bias_hh_l0.data.zero_()  # a second bias, which Keras does not have
        self.lstm.bias_hh_l0.requires_grad_(False)
        self.out = nn.Linear(spec["units"], spec["outputs"])
        fill_linear(self.out, out_kernel, out_bias)

    def forward(self, x):
        states, _ = self.lstm(x)
        return self.out(states[:, -1])


class Block(nn.Module):
    def __init__(self, width, heads, ratio, context, weights):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, ratio * width), nn.Linear(ratio * width, width)
        fill_linear(self.qkv, *weights[2:4])
        fill_linear(self.out, *weights[4:6])
        fill_linear(self.up, *weights[8:10])
        fill_linear(self.down, *weights[10:12])
        self.register_buffer("later", torch.triu(torch.full((context, context), -1e9), diagonal=1))

    def forward(self, x):
        batch, context, width = x.shape
        size = width // self.heads
        q, k, v = self.qkv(self.norm1(x)).reshape(batch, context, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(2, 3) * (1 / math.sqrt(size)) + self.later
        mixed = (F.softmax(scores, -1) @ v).transpose(1, 2).reshape(batch, context, width)
        x = x + self.out(mixed)
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Transformer(nn.Module):
    """Normalization weights are not set, because they start at 1 and 0 as in the spec."""

    def __init__(self, spec, weights):
        super().__init__()
        width, heads, context, vocabulary = spec["width"], spec["heads"], spec["context"], spec["vocabulary"]
        self.tokens = nn.Embedding(vocabulary, width)
        self.tokens.weight.data.copy_(weights[0])
        self.positions = nn.Parameter(weights[1].clone())
        self.blocks = nn.Sequential(
            *(
                Block(width, heads, spec["ratio"], context, weights[2 + 12 * layer : 14 + 12 * layer])
                for layer in range(spec["layers"])
            )
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)
        fill_linear(self.head, *weights[-2:])

    def forward(self, tokens):
        return self.head(self.norm(self.blocks(self.tokens(tokens) + self.positions)))


MODELS = {"article": article, "mlp": mlp, "cnn": cnn, "lstm": Recurrent, "transformer": Transformer}
