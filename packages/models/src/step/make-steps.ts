import { type LayerTrees, mergeParameters, Rng, withCaller } from '@gradus/core'
import { compile } from '@gradus/graph'
import {
  add,
  all,
  cast,
  equal,
  foldIn,
  isFinite,
  isFloat,
  logicalAnd,
  logicalNot,
  logicalOr,
  type Tensor,
  type Tree,
  treeMap,
  where,
} from '@gradus/tensor'
import { type DeviceBatch, type Feed, type Ports, takeBatch } from '../input/index.ts'
import type { Objective, TrackerState } from '../objective/index.ts'
import { type CompiledStep, compileStep, inOrderOf, type StepOptions } from './compiled-step.ts'
import { ModelStep } from './model-step.ts'
import type { OptimizerStates, Optimizers } from './optimizers.ts'
import type { StepModel } from './step-model.ts'
import { TrainStep } from './train-step.ts'

/** The state of a train step. It is donated: each step writes the next state into the same buffers. */
export interface TrainState {
  readonly [key: string]: Tree
  readonly trainable: LayerTrees
  readonly state: LayerTrees
  readonly optimizer: OptimizerStates
  readonly tracker: TrackerState
  /** Steps so far, int32 scalar. The random numbers of a step depend on it. */
  readonly step: Tensor
  /** The first step with a loss, gradient, update or state that is not finite, or -1. From that step on, the other values do not change. */
  readonly failedAt: Tensor
  /** The index of the next batch's first sample, among samples on the device; int32 scalar. */
  readonly position: Tensor
}

/** The state of a test step. */
export interface TestState {
  readonly [key: string]: Tree
  readonly tracker: TrackerState
  readonly position: Tensor
  /** The states of layers that the steps change, by path; most models have none. */
  readonly carried: LayerTrees
  /** Batches outside training so far, uint32 scalar. The random numbers of a step depend on it. */
  readonly step: Tensor
}

/**
 * A compiled train step. Its arguments after the state: frozen parameters, the source of the batch, the key of random numbers.
 */
export type CompiledTrainStep = CompiledStep<TrainState, [frozen: LayerTrees, feed: Feed, key: Tensor]>
/** A compiled test step. */
export type CompiledTestStep = CompiledStep<TestState, [params: LayerTrees, state: LayerTrees, feed: Feed, key: Tensor]>
/** The results of a predict step. */
interface Predicted {
  readonly [key: string]: Tree
  readonly outputs: Tree
  /** The states of layers that the step has changed, by path. */
  readonly changed: LayerTrees
}

/** A compiled predict step, from variables and a batch to the outputs. */
export type CompiledPredictStep = (
  params: LayerTrees,
  state: LayerTrees,
  batch: DeviceBatch,
  key: Tensor,
  /** As in `TestState`. */
  step: Tensor,
) => Predicted

/** The parts of a step: a model, its inputs and outputs, its losses and metrics. */
export interface StepParts {
  readonly model: StepModel
  readonly ports: Ports
  readonly objective: Objective
}

/** Compiles a train step: forward pass, losses, gradients, update, constraints and metrics of one batch. */
export function makeTrainStep(parts: StepParts, optimizers: Optimizers, options: StepOptions): CompiledTrainStep {
  const { model, objective } = parts
  const run = (before: TrainState, frozen: LayerTrees, feed: Feed, key: Tensor): TrainState => {
    const { batch, position } = takeBatch(feed, before.position)
    const { trainable, state, optimizer } = before
    const step = new TrainStep({
      ...parts,
      batch,
      rng: new Rng(foldIn(key, cast(before.step, 'uint32'))),
      params: mergeParameters(frozen, trainable),
      state,
      penalized: trainable,
      trainable,
      optimizers,
      optimizer,
    })
    const figures = withCaller(step, () => model.trainStep(step.batch, step))
    const { finite, ...next } = step.result
    const tracker = objective.update(before.tracker, figures, step.compared, batch.size)
    const kept = statesAreFinite(next.state, state)
    const valid = finite && kept ? logicalAnd(finite, kept) : (finite ?? kept)
    const failed = valid ? where(valid, -1, before.step) : before.failedAt
    const failedAt = where(equal(before.failedAt, -1), failed, before.failedAt)
    const intact = equal(failedAt, -1)
    const unchanged = { trainable, state, optimizer }
    return {
      ...treeMap((now, old) => (now === old ? old : where(intact, now, old)), inOrderOf(unchanged, next), unchanged),
      tracker: inOrderOf(before.tracker, tracker), // the figures show the failure
      step: add(before.step, 1),
      failedAt,
      position,
    } as TrainState
  }
  return compileStep(run, options)
}

/** Whether no state of a layer has become NaN or infinite, bool scalar; undefined if there are no states. */
function statesAreFinite(now: LayerTrees, before: LayerTrees): Tensor | undefined {
  const valid: Tensor[] = []
  const check = (x: Tensor, old: Tensor) => {
    if (x !== old && isFloat(x.dtype)) valid.push(all(logicalOr(isFinite(x), logicalNot(isFinite(old)))))
    return x
  }
  treeMap(check, inOrderOf(before, now) as Tree, before as Tree)
  return valid.length > 0 ? valid.reduce((a, b) => logicalAnd(a, b)) : undefined
}

/** Compiles a test step: loss and metrics of one batch. `penalized` selects the parameters with penalties. */
export function makeTestStep(
  parts: StepParts,
  penalized: (params: LayerTrees) => LayerTrees,
  options: StepOptions,
): CompiledTestStep {
  const { model, objective } = parts
  const run = (before: TestState, params: LayerTrees, state: LayerTrees, feed: Feed, key: Tensor): TestState => {
    const { batch, position } = takeBatch(feed, before.position)
    const states = { ...state, ...before.carried }
    const step = new ModelStep({
      ...parts,
      batch,
      rng: new Rng(foldIn(key, before.step)),
      params,
      state: states,
      penalized: penalized(params),
    })
    const figures = withCaller(step, () => model.testStep(step.batch, step))
    const tracker = objective.update(before.tracker, figures, step.compared, batch.size)
    const { changed } = step
    const carried = Object.fromEntries(
      Object.entries(before.carried).map(([path, old]) => [path, changed[path] ?? old]),
    )
    return {
      tracker: inOrderOf(before.tracker, tracker),
      position,
      carried: inOrderOf(before.carried, carried),
      step: add(before.step, 1),
    }
  }
  return compileStep(run, options)
}

/** Compiles a predict step: the outputs for one batch, and the states that it has changed. */
export function makePredictStep(parts: StepParts, { jit }: StepOptions): CompiledPredictStep {
  const run: CompiledPredictStep = (params, state, batch, key, count) => {
    const rng = new Rng(foldIn(key, count))
    const step = new ModelStep({ ...parts, batch, rng, params, state, penalized: {} })
    const outputs = withCaller(step, () => parts.model.predictStep(step.batch.x, step))
    return { outputs, changed: step.changed }
  }
  return jit ? compile(run) : run
}
