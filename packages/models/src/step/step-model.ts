import type { BaseLayer } from '@gradus/core'
import type { Tree } from '@gradus/tensor'
import type { ModelStep } from './model-step.ts'
import type { Figures, StepBatch } from './step-batch.ts'
import type { TrainStep } from './train-step.ts'

/** A model as steps see it: a layer that says what a step is. */
export interface StepModel extends BaseLayer {
  /** One update. */
  trainStep(batch: StepBatch, step: TrainStep): Figures
  /** The figures of one batch. */
  testStep(batch: StepBatch, step: ModelStep): Figures
  /** The outputs for one batch. */
  predictStep(x: Tree, step: ModelStep): Tree
}
