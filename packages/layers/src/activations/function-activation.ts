import { Activation } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/** A function given where an activation is expected. It has no name, so it cannot be saved as data. */
export class FunctionActivation extends Activation<{ readonly compute: (x: Tensor) => Tensor }> {
  static override readonly fields = { compute: 'unknown' } as const

  compute(x: Tensor): Tensor {
    return this.config.compute(x)
  }
}
