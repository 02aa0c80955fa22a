import type { BaseLayer } from '@gradus/core'
import type { Tree } from '@gradus/tensor'
import type { ModelStep } from './model-step.ts'
import type { Figures, StepBatch } from './step-batch.ts'
import type { TrainStep } from './train-step.ts'

/** The part of a model that steps need: a layer with the code of its steps. */
export interface StepModel extends BaseLayer {
  /** Runs one update and returns the figures of the batch. */
  trainStep(batch: StepBatch, step: TrainStep): Figures
  /** Returns the figures of one batch. */
  testStep(batch: StepBatch, step: ModelStep): Figures
  /** Returns the outputs for one batch. */
  predictStep(x: Tree, step: ModelStep): Tree
}
