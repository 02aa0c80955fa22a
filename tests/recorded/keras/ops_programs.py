"""Random calls of functions that take functions."""

import keras

from ops_arguments import MORE_WITH_JAX, add, axis_of, numbers, shape_of
from ops_cases import Ours, Program


def program(name):
    return Program(name, PROGRAMS[name])


def running(carry, x):
    following = keras.ops.tanh(carry * 0.5 + x)
    return following, following * x


PROGRAMS = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "maximum": lambda a, b: keras.ops.maximum(a, b),
    "double": lambda x: x * 2,
    "wave": lambda x: keras.ops.sin(x) * keras.ops.exp(-0.5 * keras.ops.square(x)),
    "total": lambda x: keras.ops.sum(x),
    "running": running,
    "iterate": lambda i, value: value * 0.5 + keras.ops.cast(i, "float32"),
    "below": lambda value: keras.ops.sum(value) < 20,
    "grow": lambda value: value * 1.5 + 1,
}


@add("map vectorized_map", table=MORE_WITH_JAX)
def mapped(draw):
    return (program(draw.choice("double", "wave", "total")), numbers(draw, shape_of(draw, 1, 4))), {}


@add("associative_scan", table=MORE_WITH_JAX)
def associative_scan(draw):
    x = numbers(draw, shape_of(draw, 1, 4))
    options = {"reverse": draw.flag(), "axis": axis_of(draw, x.ndim)}
    return (program(draw.choice("add", "mul", "maximum")), x), {key: value for key, value in options.items() if draw.flag(0.7)}


@add("scan", table=MORE_WITH_JAX)
def scan(draw):
    xs = numbers(draw, shape_of(draw, 1, 3))
    init = numbers(draw, xs.shape[1:])
    reverse = {"reverse": True} if draw.flag() else {}
    return (program("running"), init, xs), reverse


@add("jvp", False, table=MORE_WITH_JAX)
def jvp(draw):
    x = numbers(draw, shape_of(draw, 0, 4))
    tangent = draw.normals(*x.shape)
    return (program(draw.choice("double", "wave", "total")), (x,), (tangent,)), {}


@add("fori_loop", table=MORE_WITH_JAX)
def fori_loop(draw):
    lower = draw.integer(-2, 3)
    return (lower, draw.integer(lower - 1, lower + 4), program("iterate"), numbers(draw, shape_of(draw, 0, 3))), {}


@add("cond", table=MORE_WITH_JAX)
def cond(draw):
    return (draw.flag(), program("ten"), program("twenty")), {}


PROGRAMS.update(ten=lambda: keras.ops.ones((2,)) * 10, twenty=lambda: keras.ops.ones((2,)) * 20)


@add("switch", table=MORE_WITH_JAX)
def switch(draw):
    x = numbers(draw, shape_of(draw, 0, 3))
    return (draw.integer(-1, 3), [program("double"), program("wave"), program("grow")], x), {}


@add("while_loop", False)
def while_loop(draw):
    x = numbers(draw, shape_of(draw, 0, 2), "f", 0, 3)
    most = {"maximum_iterations": draw.integer(0, 4)} if draw.flag() else {}
    own = [{"maximumIterations": most["maximum_iterations"]}] if most else []
    return (program("below"), program("grow"), x), most, Ours(program("below"), program("grow"), x, *own)
