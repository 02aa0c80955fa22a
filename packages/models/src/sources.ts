import {
  type ArrayData,
  DataError,
  type Dataset,
  isDataset,
  type Named,
  sampleCount,
  toNamedArrays,
} from '@gradus/core'
import {
  arrange,
  type BatchSource,
  type ClassWeight,
  datasetSource,
  type HostBatch,
  type Ports,
  pickRows,
} from './batches.ts'

/** Weights per sample, or per output where there are several. */
export type SampleWeightData = Named<ArrayData>

export interface DataOptions {
  readonly x: Named<ArrayData> | Dataset
  readonly y?: Named<ArrayData> | undefined
  readonly sampleWeight?: SampleWeightData | undefined
  readonly classWeight?: ClassWeight | undefined
}

/** All samples, or a source of batches with the first of them. */
export type Opened =
  | { readonly samples: HostBatch; readonly source?: undefined; readonly first?: undefined }
  | { readonly samples?: undefined; readonly source: BatchSource; readonly first: HostBatch }

/** Turns what a user gave into samples or batches for the model's inputs and outputs. */
export async function openSource(
  training: { readonly ports: Ports },
  { x, y, sampleWeight, classWeight }: DataOptions,
): Promise<Opened> {
  const { ports } = training
  if (isDataset(x)) {
    if (y !== undefined || sampleWeight !== undefined) {
      throw new DataError(
        'A dataset brings its own targets and weights: its batches are { x, y, sampleWeight }. Leave y and sampleWeight out.',
      )
    }
    const source = datasetSource(x, ports, classWeight)
    for await (const first of source.pass(0)) return { source, first }
    throw new DataError('The dataset gave no batch. It must give { x, y } batches each time it is iterated.')
  }
  const several = { inputs: ports.inputs.length > 1, outputs: ports.outputs.length > 1 }
  const named = {
    x: await toNamedArrays(x, 'x', { several: several.inputs }),
    ...(y !== undefined && { y: await toNamedArrays(y, 'y', { several: several.outputs }) }),
    ...(sampleWeight !== undefined && {
      sampleWeight: await toNamedArrays(sampleWeight, 'sampleWeight', { several: several.outputs }),
    }),
  }
  if (sampleCount(named) === 0) throw new DataError('There are no samples: x is empty.')
  return { samples: arrange(named, ports, classWeight) }
}

/** Holds back the last part of the samples, as Keras does before shuffling. */
export function splitValidation(samples: HostBatch, split: number): { train: HostBatch; held: HostBatch } {
  if (!(split > 0 && split < 1)) throw new DataError(`validationSplit is ${split}; expected a number between 0 and 1.`)
  const at = Math.floor(samples.size * (1 - split))
  if (at === 0 || at === samples.size) {
    throw new DataError(
      `validationSplit ${split} of ${samples.size} samples leaves ${at} to train on and ${samples.size - at} to validate on. Give more samples or another split.`,
    )
  }
  return {
    train: pickRows(samples, { start: 0, end: at }),
    held: pickRows(samples, { start: at, end: samples.size }),
  }
}
