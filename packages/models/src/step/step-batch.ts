import type { Tensor, Tree } from '@gradus/tensor'

/** One batch on the device, as steps see it: inputs and targets in the structure in which the model takes and gives them. */
export interface StepBatch<X extends Tree = Tensor, Y extends Tree = Tensor> {
  readonly x: X
  /** Undefined where no targets were given. */
  readonly y: Y
  /** Weights of the samples, per output where there are several; undefined where none were given. */
  readonly sampleWeight: Tree | undefined
}

/** Scalars by name, each the mean over the samples of a batch; `fit` shows their means over the epoch. */
export type Figures = Readonly<Record<string, Tensor>>
