import type { HostArray, WeightValue } from '@gradus/core'
import type { Resolved } from '../config/resolve-config.ts'
import { modelOf, type OpenedFile } from '../model/open-model.ts'
import { RevealGradients } from '../train/first-update.ts'
import { type PlainSamples, samplesOfRun } from '../train/plain-samples.ts'
import { compileModel } from '../train/prepare.ts'

/** The gradients of the loss of the first batch of the training data. Arrays are those of the trainable weights. */
export async function gradientsOf(opened: OpenedFile, config: Resolved): Promise<WeightValue[]> {
  const { header } = opened.file
  // a constraint would change what the update leaves
  const free = { ...header, ...(header.spec && { spec: withoutConstraints(header.spec) as typeof header.spec }) }
  const twin = await modelOf({ ...opened, file: { ...opened.file, header: free } })
  const { batchSize = 32 } = config.fit
  const { samples } = await samplesOfRun(config, twin, 'train')
  const { x, y } = firstRows(samples, batchSize)
  try {
    compileModel(twin, config, new RevealGradients())
    await twin.trainOnBatch(x, y)
    return (await twin.getWeights()).filter(({ trainable }) => trainable)
  } finally {
    twin.dispose()
  }
}

function firstRows({ x, y, count }: PlainSamples, most: number): { x: HostArray; y: HostArray } {
  const rows = Math.min(count, most)
  const cut = (array: HostArray) =>
    ({
      ...array,
      data: array.data.slice(0, (array.data.length / count) * rows),
      shape: [rows, ...array.shape.slice(1)],
    }) as HostArray
  return { x: cut(x), y: cut(y) }
}

function withoutConstraints(spec: unknown): unknown {
  if (Array.isArray(spec)) return spec.map(withoutConstraints)
  if (spec === null || typeof spec !== 'object') return spec
  const kept = Object.entries(spec).filter(([key]) => !/Constraint$/.test(key))
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutConstraints(value)]))
}
