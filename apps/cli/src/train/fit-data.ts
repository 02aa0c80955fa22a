import type { HostArray } from '@gradus/core'
import type { FitOptions, Model } from 'gradus'
import type { FitConfig } from '../config/config-schema.ts'
import { inputsOf, type NamedArrays, type TrainSamples, targetsOf } from './samples.ts'
import { StoredBatches } from './stored-batches.ts'
import { StoredSamples } from './stored-samples.ts'

/** The arguments of `fit` for rows in memory or in a file. Both give the same batches in the same order. */
export function fitData(
  { train, validation }: { readonly train: TrainSamples; readonly validation?: TrainSamples | undefined },
  model: Model,
  fit: FitConfig,
  seed: number,
): { x: HostArray | NamedArrays | StoredBatches; y: ReturnType<typeof targetsOf> | undefined; options: FitOptions } {
  if (!(train instanceof StoredSamples)) {
    const validationData = validation && dataOf(validation, model, fit)
    return {
      x: inputsOf(train),
      y: targetsOf(train, model),
      options: { ...fit, ...(validationData && { validationData }) },
    }
  }
  // batches of a dataset have their size and their order
  const { batchSize, shuffle, validationSplit, ...options } = fit
  const count = validationSplit && !validation ? Math.floor(train.count * (1 - validationSplit)) : train.count
  const held = validation ?? (count < train.count ? train.slice(count, train.count) : undefined)
  return {
    x: new StoredBatches(train.slice(0, count), model, { batchSize, shuffle, seed }),
    y: undefined,
    options: { ...options, ...(held && { validationData: dataOf(held, model, fit) }) },
  }
}

/** What `fit` takes to validate on. */
function dataOf(
  samples: TrainSamples,
  model: Model,
  { batchSize, validationBatchSize }: FitConfig,
): NonNullable<FitOptions['validationData']> {
  if (samples instanceof StoredSamples)
    return new StoredBatches(samples, model, { batchSize: validationBatchSize ?? batchSize })
  return [inputsOf(samples), targetsOf(samples, model)] as NonNullable<FitOptions['validationData']>
}
