import type { HostArray, WeightValue } from '@gradus/core'
import type { Resolved } from '../config/resolve-config.ts'
import { modelOf, type OpenedFile } from '../model/open-model.ts'
import { RevealGradients } from '../train/first-update.ts'
import { compileModel } from '../train/prepare.ts'
import { readSamples } from '../train/samples.ts'

/** The gradients of the loss of the first batch of the training data. Arrays are those of the trainable weights. */
export async function gradientsOf(opened: OpenedFile, config: Resolved): Promise<WeightValue[]> {
  const { header } = opened.file
  // a constraint would change what the update leaves
  const free = { ...header, ...(header.spec && { spec: withoutConstraints(header.spec) as typeof header.spec }) }
  const twin = await modelOf({ ...opened, file: { ...opened.file, header: free } })
  const { batchSize = 32 } = config.fit
  const { x, y } = await readSamples(config.data.train, '', { ...config.data, rows: batchSize })
  try {
    compileModel(twin, config, new RevealGradients())
    await twin.trainOnBatch(x as HostArray, y)
    return (await twin.getWeights()).filter(({ trainable }) => trainable)
  } finally {
    twin.dispose()
  }
}

function withoutConstraints(spec: unknown): unknown {
  if (Array.isArray(spec)) return spec.map(withoutConstraints)
  if (spec === null || typeof spec !== 'object') return spec
  const kept = Object.entries(spec).filter(([key]) => !/Constraint$/.test(key))
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutConstraints(value)]))
}
