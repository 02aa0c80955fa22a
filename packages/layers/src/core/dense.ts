import type { Fields, LayerConfig, Rng, Scope } from '@gradus/core'
import { add, matmul, type Shape, type Tensor } from '@gradus/tensor'
import { type KernelConfig, KernelLayer, type KernelParams } from '../kernel-layer.ts'
import { firstShape, shapeError } from '../layer-shapes.ts'
import { wholeNumber } from '../option-checks.ts'

export interface DenseConfig extends KernelConfig {
  /** Size of the output. */
  readonly units: number
}

/**
 * activation(x kernel + bias) over the last axis: `[batch, ..., inputs]` gives `[batch, ..., units]`.
 * Throws `ShapeError` for inputs without a second axis or of another width than the layer was made for. Keras: `Dense`.
 *
 * @example
 * import { Rng } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new Dense({ units: 2, activation: 'relu', kernelInitializer: 'ones' })
 * const params = layer.init(new Rng(1), [1, 3])
 * const scope = { params, state: {}, rng: new Rng(1), training: false, addLoss() {} }
 * layer.apply(tensor([[1, 2, 3]]), scope).array() // => [[6, 6]]
 */
export class Dense extends KernelLayer<DenseConfig> {
  static readonly type = 'Dense'
  static override readonly fields = { units: 'integer' } satisfies Fields<Omit<DenseConfig, keyof KernelConfig>>

  constructor(config: DenseConfig & LayerConfig) {
    super('Dense', config)
    wholeNumber('Dense', 'units', this.config.units)
  }

  override get supportsMasking(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: Shape | readonly Shape[]): KernelParams {
    const shape = firstShape(inputShape)
    if (shape.length < 2) {
      throw shapeError(
        this,
        'an input of shape [batch, ..., inputs]',
        shape,
        'Add a batch axis, as in reshape(x, [1, -1]).',
      )
    }
    return this.makeParams(rng, shape.slice(-1), this.config.units)
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
    const product = matmul(x, this.kernelOf(params))
    return this.activation.compute(params.bias ? add(product, params.bias) : product)
  }
}
