import type { LayerTrees } from '@gradus/core'
import { compile } from '@gradus/graph'
import { type Tensor, tidy, treeMap } from '@gradus/tensor'
import { apply, identityOp } from '@gradus/tensor/internals'
import { flatData, type HostBatch, type Ports } from '../input/index.ts'
import { type NameResolver, Objective, type ObjectiveOptions, type TrackerState } from '../objective/index.ts'
import {
  type CompiledTestStep,
  type CompiledTrainStep,
  makeTestStep,
  makeTrainStep,
  type StepParts,
} from './make-steps.ts'
import type { OptimizerSet, Optimizers } from './optimizers.ts'
import { stepFacts } from './shape-step.ts'
import type { StepModel } from './step-model.ts'

/** The options of `compile`, with the optimizers resolved. */
export interface TrainerSetup extends ObjectiveOptions {
  readonly optimizer: OptimizerSet
  readonly registry: NameResolver | undefined
  readonly jit: boolean
}

/** The compiled steps of a model for one kind of targets. */
export interface CompiledSteps extends StepParts {
  readonly train: CompiledTrainStep
  readonly test: CompiledTestStep
  /** Computes the figures by name from the state of a tracker. */
  readonly results: (tracker: TrackerState) => Record<string, Tensor>
  /** Returns the tracker before the first batch of training. */
  readonly initTrainTracker: () => TrackerState
  /** Returns the tracker before the first batch of an evaluation. */
  readonly initTestTracker: () => TrackerState
  /** Returns the paths of the layers whose states change in an evaluation. */
  readonly carriedPaths: () => readonly string[]
}

/** The arguments of `compileSteps`. */
export interface StepsSetup {
  readonly model: StepModel
  readonly setup: TrainerSetup
  readonly optimizers: Optimizers
  /** Selects the parameters that are trained. */
  readonly trainable: (params: LayerTrees) => LayerTrees
}

/** Compiles the steps of a model. `batch` has the shapes of the targets and of the inputs. */
export function compileSteps(
  { model, setup, optimizers, trainable }: StepsSetup,
  batch: HostBatch,
  ports: Ports,
): CompiledSteps {
  const shapes = batch.targets.map((target) => target && [null, ...target.shape.slice(1)])
  const perOutput = <T>(option: T) => flatData(ports.outputForm, option)
  const { loss, metrics, weightedMetrics } = setup
  const options = {
    ...setup,
    loss: perOutput(loss),
    metrics: perOutput(metrics),
    weightedMetrics: perOutput(weightedMetrics),
  }
  const objective = new Objective(ports.outputs, shapes, options as ObjectiveOptions, setup.registry)
  const parts = { model, ports, objective }
  const trainFacts = once(() => stepFacts('train', parts, optimizers, batch))
  const testFacts = once(() => stepFacts('test', parts, optimizers, batch))
  const results = (tracker: TrackerState) => objective.results(tracker)
  const init = (figures: readonly string[]) => objective.init(figures)
  const initTracker = setup.jit ? compile(init) : (figures: readonly string[]) => tidy(() => init(figures))
  return {
    ...parts,
    train: makeTrainStep(parts, optimizers, setup),
    test: makeTestStep(parts, trainable, setup),
    results: setup.jit ? compile(results) : (tracker) => tidy(() => treeMap(copyTensor, results(tracker))),
    initTrainTracker: () => initTracker(trainFacts().figures),
    initTestTracker: () => initTracker(testFacts().figures),
    carriedPaths: () => testFacts().changed,
  }
}

function once<T>(compute: () => T): () => T {
  let result: { readonly value: T } | undefined
  return () => {
    result ??= { value: compute() }
    return result.value
  }
}

/** A tensor with the same value, which can be freed by itself. */
export function copyTensor(value: Tensor): Tensor {
  return apply(identityOp, [value], null)
}
