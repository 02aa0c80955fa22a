import type { Tensor, Tree } from '@gradus/tensor'

/** One batch on the device, for steps: inputs and targets have the structure of the model's inputs and outputs. */
export interface StepBatch<X extends Tree = Tensor, Y extends Tree = Tensor> {
  readonly x: X
  /** Undefined if no targets were given. */
  readonly y: Y
  /** Weights of the samples, in the structure of the outputs; undefined if none were given. */
  readonly sampleWeight: Tree | undefined
}

/** The argument of `computeLoss`: a batch and the outputs of the model for it, `yPred`, in the structure of the outputs. */
export interface LossArguments extends Partial<StepBatch> {
  readonly yPred: Tensor
}

/** Scalars by name, such as `loss`, each the mean over the samples of a batch. `fit` reports their means over the epoch. */
export type Figures = Readonly<Record<string, Tensor>>
