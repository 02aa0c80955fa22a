import { type Dataset, type InputData, type LayerTrees, type Named, type Rng, readVariables } from '@gradus/core'
import {
  concat,
  onBackend,
  sliceAxis,
  type Tensor,
  type Tree,
  tensor,
  tidy,
  treeLeaves,
  treeReplace,
} from '@gradus/tensor'
import { disposeTree, openInputs, type Ports } from '../input/index.ts'
import { type CompiledPredictStep, replaceStates, type TrainableModel } from '../step/index.ts'
import type { Hooks } from './hooks.ts'
import { TimeSlice } from './time-slice.ts'

/** The arguments of `predict`. */
export interface PredictSetup {
  readonly model: TrainableModel
  readonly batchSize?: number | undefined
  /** The largest number of batches. */
  readonly steps?: number | undefined
  /** Returns the hooks for a number of batches. */
  readonly hooks: (steps: number | undefined) => Hooks
  /** Returns the compiled step. */
  readonly compiled: (ports: Ports) => CompiledPredictStep
  /** Returns the random stream of the model. */
  readonly rng: () => Rng
}

/** Runs a model on batches and concatenates each output along the first axis. Returns undefined if there is no batch. */
export async function predict(
  x: Named<InputData> | Dataset,
  { model, batchSize = 32, steps: limit, hooks: hooksFor, compiled, rng }: PredictSetup,
): Promise<Tree | undefined> {
  const { ports, backend, length, batches } = await openInputs(model, x, batchSize)
  const run = compiled(ports)
  const { params, state: before } = readVariables(model)
  let changed: LayerTrees = {}
  const slice = new TimeSlice()
  const key = onBackend(backend, () => tidy(() => rng().fork('inference').key))
  const parts: Tree[] = []
  const hooks = hooksFor(limit ?? length)
  await hooks.call('onPredictBegin')
  let step = 0
  for await (const { batch, timeSteps } of batches) {
    if (limit !== undefined && step >= limit) break
    await hooks.call('onPredictBatchBegin', { step })
    const count = onBackend(backend, () => tensor(model.inferenceSteps++, { dtype: 'uint32' }))
    const result = onBackend(backend, () => run(params, { ...before, ...changed }, batch, key, count))
    count.dispose()
    const left = new Set(treeLeaves(result.changed as unknown as Tree))
    for (const old of treeLeaves(changed as unknown as Tree)) if (!left.has(old)) old.dispose()
    changed = result.changed
    parts.push(cutPadding(result.outputs, ports, timeSteps))
    if (hooks.batchEnded('onPredictBatchEnd')) await hooks.call('onPredictBatchEnd', { step })
    step++
    if (slice.over) await slice.yield()
  }
  key.dispose()
  replaceStates(model, changed)
  if (step > 0) await hooks.callSkipped('onPredictBatchEnd', { step: step - 1 })
  await hooks.call('onPredictEnd')
  return concatOutputs(parts)
}

/** Cuts outputs that follow a padded input to its time steps before padding. */
function cutPadding(outputs: Tree, { outputs: ports }: Ports, timeSteps: readonly (number | undefined)[]): Tree {
  const leaves = treeLeaves(outputs)
  const cut = leaves.map((x, index) => {
    const { follows } = ports[index] ?? {}
    const count = follows === undefined ? undefined : timeSteps[follows]
    if (count === undefined || count === x.shape[1]) return x
    const shorter = sliceAxis(x, 1, 0, count)
    x.dispose()
    return shorter
  })
  return treeReplace(outputs, cut)
}

function concatOutputs(parts: readonly Tree[]): Tree | undefined {
  const [first] = parts
  if (parts.length <= 1) return first
  const leaves = parts.map((part) => treeLeaves(part))
  const whole = leaves[0]!.map(
    (_, index): Tensor =>
      concat(
        leaves.map((outputs) => outputs[index]!),
        0,
      ),
  )
  disposeTree(parts)
  return treeReplace(first!, whole)
}
