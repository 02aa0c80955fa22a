import type { Dataset, InputData, Named } from '@gradus/core'
import { arraySource } from './batch-source.ts'
import { upload } from './device-batch.ts'
import { disposeTree } from './dispose.ts'
import type { HostBatch } from './host-batch.ts'
import { checkTensorIndices } from './index-limits.ts'
import { type DataModel, openData } from './open-data.ts'
import type { Ports } from './ports.ts'
import { areTensors, type InputBatch, type InputBatches, tensorBatches } from './tensor-batches.ts'

/** Turns the inputs of `predict` into batches on the device. Tensors are not copied to the host. */
export async function openInputs(
  model: DataModel,
  x: Named<InputData> | Dataset,
  batchSize: number,
): Promise<InputBatches & { readonly ports: Ports }> {
  if (areTensors(x)) {
    await model.ready?.()
    const ports = model.portsFor({ x })
    const { tensors, ...opened } = tensorBatches(x, ports, batchSize)
    await checkTensorIndices(model, tensors, ports)
    return { ports, ...opened }
  }
  const { ports, samples, source } = await openData(model, { x })
  const batches = samples ? arraySource(samples, { batchSize }) : source!
  return { ports, length: batches.length, batches: uploaded(batches.pass(0)) }
}

async function* uploaded(batches: AsyncIterable<HostBatch>): AsyncGenerator<InputBatch> {
  for await (const host of batches) {
    const batch = upload(host)
    try {
      yield { batch, timeSteps: host.lengths.map((length) => length?.data[0]) }
    } finally {
      disposeTree(batch)
    }
  }
}
