import type { Dataset, InputData, Named } from '@gradus/core'
import {
  type Backend,
  currentBackend,
  onBackend,
  type Tensor,
  type Tree,
  toBackend,
  treeLeaves,
  treeReplace,
} from '@gradus/tensor'
import { arraySource } from './batch-source.ts'
import { upload } from './device-batch.ts'
import { disposeTree } from './dispose.ts'
import type { HostBatch } from './host-batch.ts'
import { checkTensorIndices } from './index-limits.ts'
import { type DataModel, openData } from './open-data.ts'
import { flatData, type Ports } from './ports.ts'
import { areTensors, type InputBatch, type InputBatches, tensorBatches } from './tensor-batches.ts'

/** Turns the inputs of `predict` into batches on the backend of the model. Tensors of that backend are not copied. */
export async function openInputs(
  model: DataModel,
  nested: Named<InputData> | Dataset,
  batchSize: number,
): Promise<InputBatches & { readonly ports: Ports; readonly backend: Backend }> {
  const x = flatData(model.ports?.givenForm, nested)
  if (areTensors(x)) {
    const backend = (await model.ready?.()) ?? currentBackend()
    const given = treeLeaves(x as Tree)
    const here = await Promise.all(given.map((tensor) => toBackend(tensor, backend)))
    const copies = here.filter((tensor) => !given.includes(tensor))
    const inputs = (copies.length > 0 ? treeReplace(x as Tree, here) : x) as Named<Tensor>
    const ports = onBackend(backend, () => model.portsFor({ x: inputs }))
    const { tensors, length, batches } = onBackend(backend, () => tensorBatches(inputs, ports, batchSize))
    await checkTensorIndices(model, tensors, ports)
    return { ports, backend, length, batches: copies.length > 0 ? freeingAfter(batches, copies) : batches }
  }
  const { ports, backend, samples, source } = await openData(model, { x })
  const batches = samples ? arraySource(samples, { batchSize }) : source!
  return { ports, backend, length: batches.length, batches: uploaded(batches.pass(0), backend) }
}

async function* freeingAfter(batches: InputBatches['batches'], copies: readonly Tensor[]): AsyncGenerator<InputBatch> {
  try {
    yield* batches
  } finally {
    disposeTree([...copies])
  }
}

async function* uploaded(batches: AsyncIterable<HostBatch>, backend: Backend): AsyncGenerator<InputBatch> {
  for await (const host of batches) {
    const batch = onBackend(backend, () => upload(host))
    try {
      yield { batch, timeSteps: host.lengths.map((length) => length?.data[0]) }
    } finally {
      disposeTree(batch)
    }
  }
}
