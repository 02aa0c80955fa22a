import { type ConfigOf, Layer, type OptionsOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import * as activations from '../activations/index.ts'
import { floatInput } from '../float-input.ts'
import { activationKind } from '../option-kinds.ts'

const fields = {
  /** The function to apply. */
  activation: { type: activationKind, among: activations, required: true, example: "'relu'" },
} as const

/** The options of `Activation`. */
export interface ActivationConfig extends ConfigOf<typeof fields> {}

/**
 * A layer that applies an activation. Keras: `Activation`.
 *
 * @example
 * import { Activation } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Activation({ activation: 'relu' }).call(tensor([[-1, 2]])).array() // => [[0, 2]]
 */
export class Activation extends Layer<ActivationConfig> {
  static readonly type = 'Activation'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor): Tensor {
    return this.options.activation(floatInput(this, x))
  }
}
