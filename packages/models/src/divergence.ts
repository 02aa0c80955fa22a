import { DivergenceError, Rng } from '@gradus/core'
import { cast, collect, isFinite, isFloat, scope, type Tensor, treeForEach } from '@gradus/tensor'
import { type HostBatch, upload } from './batches.ts'
import { disposeTree } from './dispose.ts'
import type { Network } from './network.ts'
import type { Objective } from './objective.ts'
import { readVariables } from './variables.ts'

/** Where a NaN or an infinity arose, found by running the batch again, layer by layer, from the weights before the step. */
export async function explainDivergence(
  network: Network,
  objective: Objective,
  batch: HostBatch,
  { epoch, step }: { readonly epoch: number; readonly step: number },
): Promise<DivergenceError> {
  const place = await findPlace(network, objective, batch)
  return new DivergenceError(
    `Training met a value that is not finite in epoch ${epoch + 1}, step ${step + 1}: ${place.what}. ` +
      'The weights are those before this step. Try a smaller learning rate, clipNorm, or scaled inputs; callbacks: [new TerminateOnNaN()] ends training without an error.',
    epoch,
    step,
    place.layer,
  )
}

async function findPlace(
  network: Network,
  objective: Objective,
  batch: HostBatch,
): Promise<{ layer: string; what: string }> {
  const { params, state } = readVariables(network)
  for (const [layer, tree] of Object.entries(params)) {
    const leaves: [string, Tensor][] = []
    treeForEach(tree, (leaf, key) => leaves.push([key, leaf]))
    for (const [key, leaf] of leaves)
      if (!(await allFinite(leaf))) return { layer, what: `the parameter '${key}' of layer '${layer}' is not finite` }
  }
  const seen: [string, Tensor][] = []
  const { result: total, created } = collect(() => {
    const device = upload(batch)
    const result = network.run(device.inputs, {
      params,
      state,
      rng: new Rng(0),
      training: true,
      addLoss: () => {},
      observe: (name, outputs) => outputs.forEach((output) => seen.push([name, output])),
    })
    return objective.loss(result, device).total
  })
  try {
    for (const [layer, output] of seen)
      if (!(await allFinite(output))) return { layer, what: `the output of layer '${layer}' is not finite` }
    const last = network.outputName(0)
    if (total && !(await allFinite(total))) {
      const [loss] = await total.data()
      return { layer: last, what: `the loss is ${loss}, computed from finite outputs of layer '${last}'` }
    }
    return { layer: last, what: `the loss is finite and a gradient behind layer '${last}' is not` }
  } finally {
    disposeTree([...created])
  }
}

async function allFinite(x: Tensor): Promise<boolean> {
  if (!isFloat(x.dtype)) return true
  const finite = scope(() => cast(isFinite(x), 'int32'))
  const values = await finite.data()
  finite.dispose()
  return values.every((value: number) => value !== 0)
}
