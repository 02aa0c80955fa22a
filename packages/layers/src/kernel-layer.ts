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
import { HeUniform } from './initializers/he-uniform.ts'
import * as initializers from './initializers/index.ts'
import { Zeros } from './initializers/zeros.ts'
import { adapted, lowRankOf, penalizedAs } from './low-rank.ts'
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
  private readonly lowRank: { readonly rank: number; readonly scale: number } | undefined

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    this.lowRank = lowRankOf(this.type, this.options, this.options.kernelConstraint)
  }

  override regularizerOf(key: string): Regularizer | undefined {
    const owner = this.lowRank ? penalizedAs(key, 'kernel') : key
    return owner === undefined ? undefined : super.regularizerOf(owner)
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
    const window = kernelShape.slice(0, -1)
    return {
      kernel: kernelInitializer.make(rng.next(), kernelShape, dtype),
      ...(biasShape ? { bias: biasInitializer.make(rng.next(), biasShape, dtype) } : {}),
      ...(lowRank
        ? {
            loraKernelA: new HeUniform().make(rng.next(), [...window, lowRank.rank], dtype),
            loraKernelB: new Zeros().make(rng.next(), [lowRank.rank, kernelShape.at(-1)!], dtype),
          }
        : {}),
    }
  }

  /** The kernel to multiply by: the parameter, or with `loraRank` the adapted one. */
  protected kernelOf({ kernel, loraKernelA, loraKernelB }: KernelParams): Tensor {
    return this.lowRank && loraKernelA && loraKernelB
      ? adapted(kernel, loraKernelA, loraKernelB, this.lowRank.scale)
      : kernel
  }
}
