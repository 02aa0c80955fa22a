import {
  type Activation,
  type Fields,
  type Initializer,
  Layer,
  type LayerConfig,
  type Regularizer,
  type Rng,
  type Scope,
} from '@gradus/core'
import { add, matmul, type Shape, type Tensor } from '@gradus/tensor'
import { type ActivationLike, resolveActivation } from '../activations/resolve.ts'
import type { ConstraintLike } from '../constraints/resolve.ts'
import { type InitializerLike, resolveInitializer } from '../initializers/resolve.ts'
import { firstShape, shapeError } from '../layer-shapes.ts'
import { adapted, type LowRankConfig, lowRankOf, penalisedAs } from '../low-rank.ts'
import { withInstances } from '../named-options.ts'
import { wholeNumber } from '../option-checks.ts'
import type { RegularizerLike } from '../regularizers/resolve.ts'

export interface DenseConfig extends LowRankConfig {
  /** Size of the output. */
  readonly units: number
  /** Default linear. */
  readonly activation?: ActivationLike
  /** Default true. */
  readonly useBias?: boolean
  /** Default glorotUniform. */
  readonly kernelInitializer?: InitializerLike
  /** Default zeros. */
  readonly biasInitializer?: InitializerLike
  readonly kernelRegularizer?: RegularizerLike
  readonly biasRegularizer?: RegularizerLike
  readonly kernelConstraint?: ConstraintLike
  readonly biasConstraint?: ConstraintLike
}

export type DenseParams = {
  /** `[inputs, units]` */
  readonly kernel: Tensor
  /** `[units]` */
  readonly bias?: Tensor
  readonly loraKernelA?: Tensor
  readonly loraKernelB?: Tensor
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
export class Dense extends Layer<DenseConfig, DenseParams> {
  static readonly type = 'Dense'
  static override readonly fields = {
    units: 'integer',
    activation: 'activation',
    useBias: 'boolean',
    kernelInitializer: 'initializer',
    biasInitializer: 'initializer',
    kernelRegularizer: 'regularizer',
    biasRegularizer: 'regularizer',
    kernelConstraint: 'constraint',
    biasConstraint: 'constraint',
    loraRank: 'integer',
    loraAlpha: 'number',
  } satisfies Fields<DenseConfig>
  private readonly activation: Activation
  private readonly kernelInitializer: Initializer
  private readonly biasInitializer: Initializer
  private readonly lowRank: { readonly rank: number; readonly scale: number } | undefined

  constructor(config: DenseConfig & LayerConfig) {
    super(withInstances('Dense', config))
    wholeNumber('Dense', 'units', this.config.units)
    this.activation = resolveActivation(config.activation, 'Dense: activation')
    this.kernelInitializer = resolveInitializer(config.kernelInitializer ?? 'glorotUniform', 'Dense: kernelInitializer')
    this.biasInitializer = resolveInitializer(config.biasInitializer ?? 'zeros', 'Dense: biasInitializer')
    this.lowRank = lowRankOf('Dense', config, config.kernelConstraint)
  }

  override get supportsMasking(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: Shape | readonly Shape[]): DenseParams {
    const shape = firstShape(inputShape)
    if (shape.length < 2) {
      throw shapeError(
        this,
        'an input of shape [batch, ..., inputs]',
        shape,
        'Add a batch axis, as in reshape(x, [1, -1]).',
      )
    }
    const { units, useBias = true } = this.config
    const inputs = shape.at(-1)!
    return {
      kernel: this.kernelInitializer.make(rng.next(), [inputs, units], this.dtype),
      ...(useBias ? { bias: this.biasInitializer.make(rng.next(), [units], this.dtype) } : {}),
      ...(this.lowRank
        ? {
            loraKernelA: resolveInitializer('heUniform').make(rng.next(), [inputs, this.lowRank.rank], this.dtype),
            loraKernelB: resolveInitializer('zeros').make(rng.next(), [this.lowRank.rank, units], this.dtype),
          }
        : {}),
    }
  }

  override regularizerOf(key: string): Regularizer | undefined {
    const owner = this.lowRank ? penalisedAs(key, 'kernel') : key
    return owner === undefined ? undefined : super.regularizerOf(owner)
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const { bias, loraKernelA, loraKernelB } = params
    const inputs = params.kernel.shape[0]!
    if (x.rank < 2 || x.shape.at(-1) !== inputs) {
      throw shapeError(
        this,
        `an input of shape [batch, ..., ${inputs}]`,
        x.shape,
        `The layer was made for ${inputs} inputs; give it those or make another one.`,
      )
    }
    const kernel =
      loraKernelA && loraKernelB && this.lowRank
        ? adapted(params.kernel, loraKernelA, loraKernelB, this.lowRank.scale)
        : params.kernel
    const product = matmul(x, kernel)
    return this.activation.compute(bias ? add(product, bias) : product)
  }
}
