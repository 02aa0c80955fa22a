import {
  type ConfigArgument,
  type ConfigOf,
  type FieldTable,
  type Initializer,
  Layer,
  type LayerOptions,
  type OptionsOf,
  type Regularizer,
  type Rng,
} from '@gradus/core'
import type { Shape, Tensor } from '@gradus/tensor'
import * as activations from './activations/index.ts'
import * as constraints from './constraints/index.ts'
import * as initializers from './initializers/index.ts'
import {
  adaptationFor,
  adapted,
  type EnableOptions,
  enableLowRank,
  type LowRank,
  lowRankOf,
  mergeLowRank,
  penalizedAs,
} from './low-rank.ts'
import { activationKind, constraintKind, initializerKind, regularizerKind } from './option-kinds.ts'
import * as regularizers from './regularizers/index.ts'

/** The fields of `KernelConfig`. */
export const kernelFields = {
  /** The activation of the result. */
  activation: { type: activationKind, among: activations, default: 'linear' },
  kernelInitializer: { type: initializerKind, among: initializers, default: 'glorotUniform' },
  biasInitializer: { type: initializerKind, among: initializers, default: 'zeros' },
  kernelRegularizer: { type: regularizerKind, among: regularizers },
  biasRegularizer: { type: regularizerKind, among: regularizers },
  /** A penalty on the output, divided by the batch size. */
  activityRegularizer: { type: regularizerKind, among: regularizers },
  kernelConstraint: { type: constraintKind, among: constraints },
  biasConstraint: { type: constraintKind, among: constraints },
  /** Inner dimension of a low-rank adaptation of the kernel (Hu et al., 2021). The kernel itself is then not trained. */
  loraRank: { type: 'integer', min: 1 },
  /** The adaptation is scaled by loraAlpha / loraRank (default loraRank). */
  loraAlpha: 'number',
} as const

/** The option whether a bias is added. */
export const useBiasField = { type: 'boolean', default: true } as const

/** Options of layers that multiply by a kernel, add a bias and apply an activation. */
export interface KernelConfig extends ConfigOf<typeof kernelFields> {}

/** The complete options of a `KernelLayer`. */
export type KernelOptions = OptionsOf<typeof kernelFields>

/**
 * A kernel whose last axis is that of the output; a bias with `useBias`; the matrices of a low-rank adaptation with
 * `loraRank`.
 */
export type KernelParams = {
  readonly kernel: Tensor
  readonly bias?: Tensor
  readonly loraKernelA?: Tensor
  readonly loraKernelB?: Tensor
}

/** The base class of layers with a kernel. It makes the parameters and implements penalties and low-rank adaptation. */
export abstract class KernelLayer<C extends KernelConfig> extends Layer<C, KernelParams> {
  static override readonly fields: FieldTable = kernelFields
  declare readonly options: KernelOptions
  private lowRank: LowRank | undefined

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    this.lowRank = lowRankOf(this.type, this.options, this.options.kernelConstraint)
  }

  override isFrozen(key: string): boolean {
    return this.lowRank !== undefined && key === 'kernel'
  }

  override regularizerOf(key: string): Regularizer | undefined {
    const owner = this.lowRank ? penalizedAs(key, 'kernel') : key
    return owner === undefined ? undefined : super.regularizerOf(owner)
  }

  /**
   * Freezes the kernel of a layer that has weights and trains a low-rank adaptation of it from now on, as the option `loraRank`
   * does from the start; the output stays the same at first. Compile a model that has the layer again. `seed` is that of the
   * initial values (default 0). Throws `ConfigError` for a layer without weights, with a constraint on the kernel, or that is
   * adapted already. Keras: `enable_lora`.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * import { ones } from '@gradus/tensor'
   * const layer = new Dense({ units: 2, kernelInitializer: 'ones' })
   * layer.call(ones([1, 3])).array() // => [[3, 3]]
   * layer.enableLora(1)
   * layer.call(ones([1, 3])).array() // => [[3, 3]]
   * layer.options.loraRank // => 1
   */
  enableLora(rank: number, options: EnableOptions = {}): void {
    this.lowRank = enableLowRank(this, 'kernel', this.lowRank, rank, options)
  }

  /**
   * Adds the low-rank adaptation to the kernel and removes it: the output stays the same, and the kernel is trained again. Compile a
   * model that has the layer again. Throws `ConfigError` for a layer without an adaptation. Keras merges when it saves.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * import { ones } from '@gradus/tensor'
   * const layer = new Dense({ units: 2, kernelInitializer: 'ones', loraRank: 1 })
   * layer.call(ones([1, 3])).array() // => [[3, 3]]
   * layer.mergeLora()
   * layer.options.loraRank // => undefined
   */
  mergeLora(): void {
    mergeLowRank(this, 'kernel', this.lowRank)
    this.lowRank = undefined
  }

  /** Makes the parameters for a kernel and an optional bias of these shapes. */
  protected makeParams(
    rng: Rng,
    kernelShape: Shape,
    biasShape: Shape | undefined,
    kernelInitializer: Initializer = this.options.kernelInitializer,
  ): KernelParams {
    const { lowRank, dtype } = this
    const { biasInitializer } = this.options
    return {
      kernel: kernelInitializer.make(rng.next(), kernelShape, dtype),
      ...(biasShape ? { bias: biasInitializer.make(rng.next(), biasShape, dtype) } : {}),
      ...(lowRank ? adaptationFor(rng, 'kernel', kernelShape, lowRank.rank, dtype) : {}),
    }
  }

  /** The kernel to multiply by: the parameter, or with `loraRank` the adapted one. */
  protected kernelOf({ kernel, loraKernelA, loraKernelB }: KernelParams): Tensor {
    return this.lowRank && loraKernelA && loraKernelB
      ? adapted(kernel, loraKernelA, loraKernelB, this.lowRank.scale)
      : kernel
  }
}
