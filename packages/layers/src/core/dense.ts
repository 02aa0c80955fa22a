import {
  type ConfigOf,
  firstShape,
  type InputShape,
  type OptionsOf,
  type Rng,
  type Scope,
  shapeError,
} from '@gradus/core'
import { add, matmul, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { type KernelConfig, KernelLayer, type KernelOptions, type KernelParams, useBiasField } from '../kernel-layer.ts'

const fields = {
  /** Size of the output. */
  units: { type: 'integer', min: 1, required: true, example: '8' },
  useBias: useBiasField,
} as const

/** The options of `Dense`. */
export interface DenseConfig extends ConfigOf<typeof fields>, KernelConfig {}

/**
 * activation(x kernel + bias) over the last axis: `[batch, ..., inputs]` gives `[batch, ..., units]`.
 * Throws `ShapeError` for inputs with fewer than two axes, and for another number of inputs than in the first call. Keras:
 * `Dense`.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new Dense({ units: 2, activation: 'relu', kernelInitializer: 'ones' })
 * layer.call(tensor([[1, 2, 3]])).array() // => [[6, 6]]
 */
export class Dense extends KernelLayer<DenseConfig> {
  static readonly type = 'Dense'
  static override readonly fields = fields
  declare readonly options: KernelOptions & OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: InputShape): KernelParams {
    const shape = firstShape(inputShape)
    if (shape.length < 2) {
      throw shapeError(
        this,
        'an input of shape [batch, ..., inputs]',
        shape,
        'Add a batch axis, as in reshape(x, [1, -1]).',
      )
    }
    const { units, useBias } = this.options
    return this.makeParams(rng, [shape.at(-1)!, units], useBias ? [units] : undefined)
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const inputs = params.kernel.shape[0]!
    if (x.rank < 2 || x.shape.at(-1) !== inputs) {
      throw shapeError(
        this,
        `an input of shape [batch, ..., ${inputs}]`,
        x.shape,
        `The layer was made for ${inputs} inputs; give it those or make another one.`,
      )
    }
    const product = matmul(floatInput(this, x), this.kernelOf(params))
    return this.options.activation(params.bias ? add(product, params.bias) : product)
  }
}
