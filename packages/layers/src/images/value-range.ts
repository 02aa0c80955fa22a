import { add, div, mul, sub, type Tensor } from '@gradus/tensor'
import type { Interval } from './image-options.ts'

/** The range in which layers compute that need whole numbers of colors. */
export const bytes: Interval = [0, 255]

/** Values of one range as those of another. */
export function rescaled(x: Tensor, from: Interval, to: Interval): Tensor {
  if (from[0] === to[0] && from[1] === to[1]) return x
  return add(mul(div(sub(x, from[0]), from[1] - from[0]), to[1] - to[0]), to[0])
}
