"""Workloads that are ready to run: each has run(count) and probe()."""

import time

import torch
from generate import generate
from models import MODELS
from torch.nn import functional as F

EPSILON = 1e-7


def share_loss(outputs, labels):
    """Keras's sparse categorical crossentropy of outputs that are not logits: they are divided by their sum."""
    shares = outputs / outputs.sum(1, keepdim=True)
    return F.nll_loss(torch.log(shares.clamp(EPSILON, 1 - EPSILON)), labels)


def cross_entropy(logits, labels):
    return F.cross_entropy(logits.flatten(0, -2), labels.flatten())


def adam(model, spec):
    return torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=spec["learningRate"], eps=EPSILON)


class Steps:
    """Train steps over the batches of the data, in a new order for each pass."""

    def __init__(self, spec, device):
        self.loss = F.mse_loss if spec["kind"] == "lstm" else cross_entropy
        self.model = MODELS[spec["kind"]](spec, [generate(weight) for weight in spec["weights"]]).to(device)
        self.optimizer = adam(self.model, spec)
        self.x, self.y = (generate(spec[name]).to(device) for name in ("x", "y"))
        if spec["kind"] == "cnn":
            self.x = self.x.permute(0, 3, 1, 2).contiguous()
        self.batch, self.batches = spec["batch"], spec["batches"]

    def run(self, count):
        samples = self.batch * min(count, self.batches)
        self.model.train()
        loss, order, start = None, None, samples
        for _ in range(count):
            if start >= samples:
                order, start = torch.randperm(samples, device=self.x.device), 0
            index = order[start : start + self.batch]
            start += self.batch
            loss = self.loss(self.model(self.x[index]), self.y[index])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
        loss.item()
        return {}

    def probe(self):
        self.model.eval()
        with torch.no_grad():
            return self.loss(self.model(self.x[: self.batch]), self.y[: self.batch]).item()


class Article:
    """The article's fit as a whole, each time from the same initial weights."""

    def __init__(self, spec, device):
        self.spec, self.device = spec, device
        self.weights = [generate(weight) for weight in spec["weights"]]
        self.x, self.y = (generate(spec[name]).to(device) for name in ("x", "y"))
        self.start()

    def start(self):
        self.model = MODELS["article"](self.spec, self.weights).to(self.device)
        self.optimizer = adam(self.model, self.spec)

    def fit(self):
        samples, batch, losses = self.spec["samples"], self.spec["batch"], []
        for _ in range(self.spec["epochs"]):
            arrange = torch.randperm if self.spec["shuffle"] else torch.arange
            order = arrange(samples, device=self.device)
            total, right = torch.zeros((), device=self.device), torch.zeros((), dtype=torch.int64, device=self.device)
            for start in range(0, samples, batch):
                index = order[start : start + batch]
                x, y = self.x[index], self.y[index]
                outputs = self.model(x)
                loss = share_loss(outputs, y)
                self.optimizer.zero_grad(set_to_none=True)
                loss.backward()
                self.optimizer.step()
                total += loss.detach() * len(y)
                right += (outputs.argmax(1) == y).sum()
            losses.append(total.item() / samples)
            right.item()
        return losses

    def run(self, count):
        seconds, losses = 0.0, []
        for _ in range(count):
            self.start()
            begin = time.perf_counter()
            losses = self.fit()
            seconds += time.perf_counter() - begin
        return {"ms": 1000 * seconds, "losses": losses}

    def probe(self):
        with torch.no_grad():
            return share_loss(self.model(self.x), self.y).item()


class Kernel:
    """An op that is run repeatedly."""

    def __init__(self, call):
        self.call = call

    def run(self, count):
        for _ in range(count):
            result = self.call()
        result.flatten()[-1].item()
        return {}

    def probe(self):
        return self.call().flatten()[-1].item()


LINKS = {
    "add": lambda x, value: x + value,
    "mul": lambda x, value: x * value,
    "max": lambda x, value: x.clamp(min=value),
    "min": lambda x, value: x.clamp(max=value),
    "abs": lambda x: x.abs(),
}


MEMORY = {
    "add": lambda x, y: x + y,
    "row-sums": lambda x, _: x.sum(1),
    "column-sums": lambda x, _: x.sum(0),
    "sum": lambda x, _: x.sum(),
}


def prepare(spec, device):
    kind = spec["kind"]
    if kind == "article":
        return Article(spec, device)
    if kind in MODELS:
        return Steps(spec, device)
    if kind == "matmul":
        a, b = (generate(spec[name]).to(device) for name in ("a", "b"))
        return Kernel(lambda: a @ b)
    x = generate(spec["x"]).to(device)
    if kind == "memory":
        y, work = generate(spec["y"]).to(device), MEMORY[spec["op"]]
        return Kernel(lambda: work(x, y))
    if kind == "reduction":
        return Kernel(lambda: x.sum())

    def chain():
        result = x
        for name, *value in spec["chain"]:
            result = LINKS[name](result, *value)
        return result

    return Kernel(chain)
