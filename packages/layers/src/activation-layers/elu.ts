import { type ConfigOf, Layer, type OptionsOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { elu } from '../activations/rectifiers.ts'
import { floatInput } from '../float-input.ts'

const fields = {
  /** The limit for x far below 0 is -alpha. */
  alpha: { type: 'number', default: 1 },
} as const

/** The options of `ELU`. */
export interface ELUConfig extends ConfigOf<typeof fields> {}

/**
 * x where it is positive, alpha * (exp(x) - 1) elsewhere; the shape stays. Keras: `ELU` (Clevert et al., 2016).
 *
 * @example
 * import { ELU } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new ELU({ alpha: 2 }).call(tensor([[-100, 3]])).array() // => [[-2, 3]]
 */
export class ELU extends Layer<ELUConfig> {
  static readonly type = 'ELU'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor): Tensor {
    const { alpha } = this.options
    return elu(floatInput(this, x), { alpha })
  }
}
