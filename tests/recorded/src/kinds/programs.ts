import type { Tensor } from '@gradus/tensor'
import { add, cast, exp, less, maximum, mul, ones, sin, square, sum, tanh } from 'gradus/ops'

type Program = (...args: never[]) => unknown

/** The functions that cases pass to functions, by name. `keras/ops_programs.py` has the same in Keras. */
export const programs: Readonly<Record<string, Program>> = {
  add: (a: Tensor, b: Tensor) => add(a, b),
  mul: (a: Tensor, b: Tensor) => mul(a, b),
  maximum: (a: Tensor, b: Tensor) => maximum(a, b),
  double: (x: Tensor) => mul(x, 2),
  wave: (x: Tensor) => mul(sin(x), exp(mul(square(x), -0.5))),
  total: (x: Tensor) => sum(x),
  running: (carry: Tensor, x: Tensor) => {
    const following = tanh(add(mul(carry, 0.5), x))
    return [following, mul(following, x)]
  },
  iterate: (i: Tensor, value: Tensor) => add(mul(value, 0.5), cast(i, 'float32')),
  below: (value: Tensor) => less(sum(value), 20),
  grow: (value: Tensor) => add(mul(value, 1.5), 1),
  ten: () => mul(ones([2]), 10),
  twenty: () => mul(ones([2]), 20),
}
