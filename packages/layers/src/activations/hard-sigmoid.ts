import { Activation } from '@gradus/core'
import { add, div, greaterEqual, lessEqual, type Tensor, where } from '@gradus/tensor'

/** x / 6 + 0.5, cut at 0 and 1; NaN stays NaN, and no gradient flows where it is flat. */
export function hardSigmoid(x: Tensor): Tensor {
  const line = add(div(x, 6), 0.5)
  return where(lessEqual(line, 0), 0, where(greaterEqual(line, 1), 1, line))
}

/**
 * x / 6 + 0.5 between -3 and 3, then 0 and 1: a sigmoid of straight lines. Keras: `hard_sigmoid`.
 */
export class HardSigmoid extends Activation {
  static readonly type = 'hardSigmoid'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return hardSigmoid(x)
  }
}
