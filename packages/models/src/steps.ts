import { valueAndGrad } from '@gradus/autograd'
import { type Gradients, type Optimizer, type OptimizerState, Rng } from '@gradus/core'
import { compile } from '@gradus/graph'
import {
  add,
  cast,
  equal,
  foldIn,
  full,
  isFinite,
  logicalAnd,
  sum,
  type Tensor,
  type Tree,
  treeMap,
  where,
} from '@gradus/tensor'
import type { DeviceBatch } from './batches.ts'
import { type Feed, takeBatch } from './feed.ts'
import type { ByLayer, Network } from './network.ts'
import type { Compared, Objective, TrackerState } from './objective.ts'
import { inOrderOf, makeStep, type Step, type StepOptions } from './step.ts'
import { mapParameters, mergeByLayer, splitByTrainable } from './variables.ts'

/** What a train step changes. It is donated: each step overwrites it in place. */
export interface Carry {
  readonly [key: string]: Tree
  readonly trainable: ByLayer
  readonly state: ByLayer
  readonly optimizer: OptimizerState
  readonly tracker: TrackerState
  /** Steps so far, int32 scalar; dropout draws other numbers at each. */
  readonly step: Tensor
  /** The first step whose loss or gradients were not finite, -1 before that; from then on nothing is learnt. */
  readonly failedAt: Tensor
  /** Where the next batch begins among samples on the device, int32 scalar. */
  readonly position: Tensor
}

/** What a test step changes. */
export interface TestCarry {
  readonly [key: string]: Tree
  readonly tracker: TrackerState
  readonly position: Tensor
}

export type TrainStep = Step<Carry, [frozen: ByLayer, feed: Feed, key: Tensor]>
export type TestStep = Step<TestCarry, [params: ByLayer, state: ByLayer, feed: Feed, key: Tensor]>
export type PredictStep = (params: ByLayer, state: ByLayer, inputs: readonly Tensor[], key: Tensor) => readonly Tensor[]

/** What a forward pass gave, with the loss: the sum over outputs and penalties. */
interface Forward extends Compared {
  readonly total: Tensor
  readonly state: ByLayer
}

/** What a forward pass runs with. */
interface ForwardScope {
  readonly params: ByLayer
  /** The parameters whose regularizers count. */
  readonly penalized: ByLayer
  readonly state: ByLayer
  readonly rng: Rng
  readonly training: boolean
}

/** Forward pass, losses, gradients, update, constraints and metrics of one batch, as one function. */
export function makeTrainStep(
  network: Network,
  objective: Objective,
  optimizer: Optimizer,
  options: StepOptions,
): TrainStep {
  const step = (carry: Carry, frozen: ByLayer, feed: Feed, key: Tensor): Carry => {
    const { batch, position } = takeBatch(feed, carry.position)
    const rng = new Rng(foldIn(key, cast(carry.step, 'uint32')))
    const lossOf = (trainable: ByLayer): readonly [Tensor, Forward] => {
      const params = mergeByLayer(network, trainable, frozen)
      const scope = { params, penalized: trainable, state: carry.state, rng, training: true }
      const forward = runForward(network, objective, batch, scope)
      return [optimizer.scaleLoss(forward.total, carry.optimizer), forward]
    }
    const [[, forward], gradients] = valueAndGrad(lossOf)(carry.trainable)
    const [updated, optimizerState] = optimizer.update(gradients as Gradients, carry.optimizer, carry.trainable)
    const trainable = mapParameters(
      network,
      updated as ByLayer,
      (value, layer, param) => layer.constraintOf(param)?.project(value) ?? value,
    )
    const tracker = objective.update(carry.tracker, forward.total, forward, batch)

    const finite = logicalAnd(isFinite(forward.total), optimizer.accepts(gradients as Gradients, carry.optimizer))
    const before = equal(carry.failedAt, -1)
    const failedAt = where(before, where(finite, -1, carry.step), carry.failedAt)
    const intact = equal(failedAt, -1)
    const next = { trainable, state: forward.state, optimizer: optimizerState }
    const kept = { trainable: carry.trainable, state: carry.state, optimizer: carry.optimizer }
    return {
      ...treeMap((now, old) => (now === old ? old : where(intact, now, old)), inOrderOf(kept, next), kept),
      tracker: inOrderOf(carry.tracker, tracker), // shows the failure
      step: add(carry.step, 1),
      failedAt,
      position,
    } as Carry
  }
  return makeStep(step, options)
}

export function makeTestStep(network: Network, objective: Objective, options: StepOptions): TestStep {
  const step = (carry: TestCarry, params: ByLayer, state: ByLayer, feed: Feed, key: Tensor): TestCarry => {
    const { batch, position } = takeBatch(feed, carry.position)
    const { trainable: penalized } = splitByTrainable(network, params)
    const scope = { params, penalized, state, rng: new Rng(key), training: false }
    const forward = runForward(network, objective, batch, scope)
    const tracker = objective.update(carry.tracker, forward.total, forward, batch)
    return { tracker: inOrderOf(carry.tracker, tracker), position }
  }
  return makeStep(step, options)
}

export function makePredictStep(network: Network, { jit }: StepOptions): PredictStep {
  const step: PredictStep = (params, state, inputs, key) =>
    network.run(inputs, { params, state, rng: new Rng(key), training: false, addLoss: () => {} }).outputs
  return jit ? compile(step) : step
}

function runForward(
  network: Network,
  objective: Objective,
  batch: DeviceBatch,
  { penalized, ...scope }: ForwardScope,
): Forward {
  const added: Tensor[] = []
  const result = network.run(batch.inputs, { ...scope, addLoss: (loss) => added.push(loss) })
  const { total, parts } = objective.loss(result, batch)
  const losses = [...(total ? [total] : []), ...added.map((loss) => sum(loss)), ...penaltiesOf(network, penalized)]
  return {
    ...result,
    parts,
    total: losses.length ? losses.map((loss) => cast(loss, losses[0]!.dtype)).reduce((a, b) => add(a, b)) : full([], 0),
  }
}

/** The regularizers' penalties on the trained parameters. */
function penaltiesOf(network: Network, params: ByLayer): Tensor[] {
  const penalties: Tensor[] = []
  mapParameters(network, params, (value, layer, key) => {
    const penalty = layer.regularizerOf(key)?.loss(value)
    if (penalty) penalties.push(penalty)
    return value
  })
  return penalties
}
