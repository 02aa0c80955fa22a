import { type ArrayData, type Dataset, type Named, Rng } from '@gradus/core'
import { concat, type Tensor } from '@gradus/tensor'
import { arraySource, toDevice } from './batches.ts'
import type { Hooks } from './callbacks.ts'
import { disposeTree } from './dispose.ts'
import type { Network } from './network.ts'
import { Pace } from './pace.ts'
import { openSource } from './sources.ts'
import { makePredictStep, type PredictStep } from './steps.ts'
import { readVariables } from './variables.ts'

const steps = new WeakMap<Network, PredictStep>()

function stepOf(network: Network): PredictStep {
  let step = steps.get(network)
  if (!step) steps.set(network, (step = makePredictStep(network, { jit: true })))
  return step
}

/** Runs the network over batches and joins what they give, output by output. */
export async function predict(
  network: Network,
  x: Named<ArrayData> | Dataset,
  { batchSize = 32, steps: limit }: { readonly batchSize?: number; readonly steps?: number },
  hooksFor: (steps: number | undefined) => Hooks,
): Promise<Tensor[]> {
  const opened = await openSource(network, { x })
  const source = opened.samples ? arraySource(opened.samples, { batchSize }) : opened.source
  const { params, state } = readVariables(network)
  const pace = new Pace()
  const { key } = new Rng(0) // layers draw nothing at inference
  const parts: (readonly Tensor[])[] = []
  const hooks = hooksFor(limit ?? source.length)
  await hooks.call('onPredictBegin')
  let step = 0
  for await (const batch of source.pass(0)) {
    if (limit !== undefined && step >= limit) break
    await hooks.call('onPredictBatchBegin', { step })
    const inputs = batch.inputs.map(toDevice)
    parts.push(stepOf(network)(params, state, inputs, key))
    disposeTree(inputs)
    if (hooks.ended('onPredictBatchEnd')) await hooks.call('onPredictBatchEnd', { step })
    step++
    if (pace.due) await pace.rest()
  }
  key.dispose()
  if (step > 0) await hooks.catchUp('onPredictBatchEnd', { step: step - 1 })
  await hooks.call('onPredictEnd')
  return network.outputs.map((_, index) => {
    const pieces = parts.map((outputs) => outputs[index]!)
    if (pieces.length === 1) return pieces[0]!
    const joined = concat(pieces, 0)
    disposeTree(pieces)
    return joined
  })
}
