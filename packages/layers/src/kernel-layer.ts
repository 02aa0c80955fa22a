import {
  type Activation,
  type Field,
  type Fields,
  type Initializer,
  Layer,
  type LayerConfig,
  type Regularizer,
  type Rng,
} from '@gradus/core'
import type { Shape, Tensor } from '@gradus/tensor'
import { type ActivationLike, resolveActivation } from './activations/resolve.ts'
import type { ConstraintLike } from './constraints/resolve.ts'
import { type InitializerLike, resolveInitializer } from './initializers/resolve.ts'
import { adapted, type LowRankConfig, lowRankOf, penalisedAs } from './low-rank.ts'
import { withInstances } from './named-options.ts'
import type { RegularizerLike } from './regularizers/resolve.ts'

/** Options of layers that multiply by a kernel, add a bias and apply an activation. */
export interface KernelConfig extends LowRankConfig {
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

/** A kernel whose last axis is the output's, and perhaps a bias and the matrices of a low-rank adaptation. */
export type KernelParams = {
  readonly kernel: Tensor
  readonly bias?: Tensor
  readonly loraKernelA?: Tensor
  readonly loraKernelB?: Tensor
}

/** What layers with a kernel have in common: its parameters, their penalties, and low-rank adaptation. */
export abstract class KernelLayer<C extends KernelConfig> extends Layer<C, KernelParams> {
  static override readonly fields: Readonly<Record<string, Field>> = {
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
  } satisfies Fields<KernelConfig>
  protected readonly activation: Activation
  private readonly kernelInitializer: Initializer
  private readonly biasInitializer: Initializer
  private readonly lowRank: { readonly rank: number; readonly scale: number } | undefined

  protected constructor(owner: string, config: C & LayerConfig) {
    super(...([withInstances(owner, config)] as unknown as ConstructorParameters<typeof Layer<C, KernelParams>>))
    const { activation, kernelInitializer = 'glorotUniform', biasInitializer = 'zeros', kernelConstraint } = config
    this.activation = resolveActivation(activation, `${owner}: activation`)
    this.kernelInitializer = resolveInitializer(kernelInitializer, `${owner}: kernelInitializer`)
    this.biasInitializer = resolveInitializer(biasInitializer, `${owner}: biasInitializer`)
    this.lowRank = lowRankOf(owner, config, kernelConstraint)
  }

  override regularizerOf(key: string): Regularizer | undefined {
    const owner = this.lowRank ? penalisedAs(key, 'kernel') : key
    return owner === undefined ? undefined : super.regularizerOf(owner)
  }

  /** The parameters for a kernel `[...window, outputs]`. */
  protected makeParams(rng: Rng, window: Shape, outputs: number): KernelParams {
    const { lowRank, dtype } = this
    return {
      kernel: this.kernelInitializer.make(rng.next(), [...window, outputs], dtype),
      ...((this.config.useBias ?? true) ? { bias: this.biasInitializer.make(rng.next(), [outputs], dtype) } : {}),
      ...(lowRank
        ? {
            loraKernelA: resolveInitializer('heUniform').make(rng.next(), [...window, lowRank.rank], dtype),
            loraKernelB: resolveInitializer('zeros').make(rng.next(), [lowRank.rank, outputs], dtype),
          }
        : {}),
    }
  }

  /** The kernel to multiply by: the parameter, or the adapted one. */
  protected kernelOf({ kernel, loraKernelA, loraKernelB }: KernelParams): Tensor {
    return this.lowRank && loraKernelA && loraKernelB
      ? adapted(kernel, loraKernelA, loraKernelB, this.lowRank.scale)
      : kernel
  }
}
