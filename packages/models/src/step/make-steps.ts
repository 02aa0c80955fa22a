import { type LayerTrees, Rng } from '@gradus/core'
import { compile } from '@gradus/graph'
import { add, cast, equal, foldIn, type Tensor, type Tree, treeMap, where } from '@gradus/tensor'
import { type DeviceBatch, type Feed, type Ports, takeBatch } from '../input/index.ts'
import type { Objective, TrackerState } from '../objective/index.ts'
import { type CompiledStep, compileStep, inOrderOf, type StepOptions } from './compiled-step.ts'
import { ModelStep } from './model-step.ts'
import type { OptimizerStates, Optimizers } from './optimizers.ts'
import type { StepModel } from './step-model.ts'
import { TrainStep } from './train-step.ts'

/** What a train step changes. It is donated: each step overwrites it in place. */
export interface TrainState {
  readonly [key: string]: Tree
  readonly trainable: LayerTrees
  readonly state: LayerTrees
  readonly optimizer: OptimizerStates
  readonly tracker: TrackerState
  /** Steps so far, int32 scalar; dropout draws other numbers at each. */
  readonly step: Tensor
  /** The first step whose loss or gradients were not finite, -1 before that; from then on nothing is learnt. */
  readonly failedAt: Tensor
  /** Where the next batch begins among samples on the device, int32 scalar. */
  readonly position: Tensor
}

/** What a test step changes. */
export interface TestState {
  readonly [key: string]: Tree
  readonly tracker: TrackerState
  readonly position: Tensor
}

export type CompiledTrainStep = CompiledStep<TrainState, [frozen: LayerTrees, feed: Feed, key: Tensor]>
export type CompiledTestStep = CompiledStep<TestState, [params: LayerTrees, state: LayerTrees, feed: Feed, key: Tensor]>
export type CompiledPredictStep = (params: LayerTrees, state: LayerTrees, batch: DeviceBatch, key: Tensor) => Tree

/** What steps are made for. */
export interface StepFacts {
  readonly model: StepModel
  readonly ports: Ports
  readonly objective: Objective
}

/** Forward pass, losses, gradients, update, constraints and metrics of one batch, as one function. */
export function makeTrainStep(facts: StepFacts, optimizers: Optimizers, options: StepOptions): CompiledTrainStep {
  const { model, objective } = facts
  const run = (before: TrainState, frozen: LayerTrees, feed: Feed, key: Tensor): TrainState => {
    const { batch, position } = takeBatch(feed, before.position)
    const { trainable, state, optimizer } = before
    const step = new TrainStep({
      ...facts,
      batch,
      rng: new Rng(foldIn(key, cast(before.step, 'uint32'))),
      params: { ...trainable, ...frozen },
      state,
      penalized: trainable,
      trainable,
      optimizers,
      optimizer,
    })
    const figures = model.trainStep(step.batch, step)
    const { finite, ...next } = step.result
    const tracker = objective.update(before.tracker, figures, step.compared, batch.size)
    const failed = finite ? where(finite, -1, before.step) : before.failedAt
    const failedAt = where(equal(before.failedAt, -1), failed, before.failedAt)
    const intact = equal(failedAt, -1)
    const kept = { trainable, state, optimizer }
    return {
      ...treeMap((now, old) => (now === old ? old : where(intact, now, old)), inOrderOf(kept, next), kept),
      tracker: inOrderOf(before.tracker, tracker), // shows the failure
      step: add(before.step, 1),
      failedAt,
      position,
    } as TrainState
  }
  return compileStep(run, options)
}

/** Loss and metrics of one batch. `penalized` are the paths of the layers whose penalties count. */
export function makeTestStep(
  facts: StepFacts,
  penalized: (params: LayerTrees) => LayerTrees,
  options: StepOptions,
): CompiledTestStep {
  const { model, objective } = facts
  const run = (before: TestState, params: LayerTrees, state: LayerTrees, feed: Feed, key: Tensor): TestState => {
    const { batch, position } = takeBatch(feed, before.position)
    const step = new ModelStep({ ...facts, batch, rng: new Rng(key), params, state, penalized: penalized(params) })
    const figures = model.testStep(step.batch, step)
    const tracker = objective.update(before.tracker, figures, step.compared, batch.size)
    return { tracker: inOrderOf(before.tracker, tracker), position }
  }
  return compileStep(run, options)
}

/** The outputs for one batch. */
export function makePredictStep(facts: StepFacts, { jit }: StepOptions): CompiledPredictStep {
  const run: CompiledPredictStep = (params, state, batch, key) => {
    const step = new ModelStep({ ...facts, batch, rng: new Rng(key), params, state, penalized: {} })
    return facts.model.predictStep(step.batch.x, step)
  }
  return jit ? compile(run) : run
}
