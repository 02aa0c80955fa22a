import type { Tensor, Tree } from '@gradus/tensor'
import type { LossScaleState } from './loss-scale.ts'

/** The state of an optimizer. It consists of tensors only, so it can be compiled, donated and saved. */
export interface OptimizerState {
  readonly [key: string]: Tree
  /** The number of calls of `update` so far, int32 scalar. */
  readonly iteration: Tensor
  /**
   * The rate of the next update, float32 scalar. It may be replaced if the configured rate is a number; a schedule overwrites
   * it.
   */
  readonly learningRate: Tensor
  /** For each slot name, a tree like the parameters. */
  readonly slots: { readonly [name: string]: Tree }
  /** Values that do not belong to a single parameter. */
  readonly shared: { readonly [name: string]: Tensor }
  /** Sums of gradients, like the parameters; `{}` without accumulation. */
  readonly accumulated: Tree
  /** Moving averages of the parameters, like these; `{}` without EMA. */
  readonly average: Tree
  /** `{}` unless the loss scale is dynamic. */
  readonly lossScale: LossScaleState | { readonly [key: string]: never }
}
