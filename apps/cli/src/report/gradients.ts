import type { HostArray, WeightValue } from '@gradus/core'
import { checkTableSpec } from 'gradus/tables'
import type { Resolved } from '../config/resolve-config.ts'
import { modelOf, type OpenedFile } from '../model/open-model.ts'
import { RevealGradients } from '../train/first-update.ts'
import { compileModel } from '../train/prepare.ts'
import { readData } from '../train/read-data.ts'
import { inMemory, inputsOf, type NamedArrays, type Samples, targetsOf } from '../train/samples.ts'

/** The gradients of the loss of the first batch of the training data. Arrays are those of the trainable weights. */
export async function gradientsOf(opened: OpenedFile, config: Resolved): Promise<WeightValue[]> {
  const { header } = opened.file
  // a constraint would change what the update leaves
  const free = { ...header, ...(header.spec && { spec: withoutConstraints(header.spec) as typeof header.spec }) }
  const twin = await modelOf({ ...opened, file: { ...opened.file, header: free } })
  const { batchSize = 32 } = config.fit
  const { train } = await readData(config, twin.table && checkTableSpec(twin.table))
  const rows = firstRows(inMemory(train, batchSize), batchSize)
  try {
    compileModel(twin, config, new RevealGradients(), await opened.classes())
    await twin.trainOnBatch(inputsOf(rows), targetsOf(rows, twin))
    return (await twin.getWeights()).filter(({ trainable }) => trainable)
  } finally {
    twin.dispose()
  }
}

function firstRows(samples: Samples, most: number): Samples {
  const count = Math.min(samples.count, most)
  const cut = (array: HostArray) => {
    const size = array.data.length / Math.max(1, samples.count)
    return { ...array, data: array.data.slice(0, size * count), shape: [count, ...array.shape.slice(1)] } as HostArray
  }
  const cutAll = (arrays: NamedArrays) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, cut(array)]))
  return { ...samples, count, x: cutAll(samples.x), y: cutAll(samples.y) }
}

function withoutConstraints(spec: unknown): unknown {
  if (Array.isArray(spec)) return spec.map(withoutConstraints)
  if (spec === null || typeof spec !== 'object') return spec
  const kept = Object.entries(spec).filter(([key]) => !/Constraint$/.test(key))
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutConstraints(value)]))
}
