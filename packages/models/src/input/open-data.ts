import {
  type ArrayData,
  type BaseLayer,
  type Batch,
  DataError,
  type Dataset,
  type InputData,
  isDataset,
  isHostValues,
  isPlainObject,
  type Named,
  sampleCount,
  toNamedArrays,
  toNamedValues,
} from '@gradus/core'
import { type Backend, currentBackend, onBackend, type SymbolicDType, type SymbolicShape } from '@gradus/tensor'
import { arrange } from './arrange.ts'
import { type BatchSource, datasetSource } from './batch-source.ts'
import type { ClassWeight } from './class-weight.ts'
import { DatasetReader } from './dataset-reader.ts'
import { type HostBatch, pickRows } from './host-batch.ts'
import { checkInputIndices } from './index-limits.ts'
import { flatData, type Ports } from './ports.ts'

/** Weights of samples, `[samples, ...]`; for several outputs in a list or by name. */
export type SampleWeightData = Named<ArrayData>

/** The data arguments of `fit`, `evaluate` and `predict`. */
export interface DataArguments {
  readonly x: Named<InputData> | Dataset
  readonly y?: Named<ArrayData> | undefined
  readonly sampleWeight?: SampleWeightData | undefined
  readonly classWeight?: ClassWeight | undefined
}

/** Data in the order of a model's inputs and outputs: all samples, or a source of batches with the first batch. */
export type OpenedData = { readonly ports: Ports; readonly backend: Backend } & (
  | { readonly samples: HostBatch; readonly source?: undefined; readonly first?: undefined }
  | { readonly samples?: undefined; readonly source: BatchSource; readonly first: HostBatch }
)

/** The part of a model that arranging data needs. */
export interface DataModel extends BaseLayer {
  /** Inputs and outputs; undefined while they are not known. */
  readonly ports: Ports | undefined
  /** Returns the inputs and outputs for data of these shapes and dtypes. Builds the weights that are missing. */
  portsFor(data: DataShapes): Ports
  /** Brings the weights to the current backend, or during a run to that of the run. Returns the backend. */
  ready?(): Promise<Backend>
}

/** Shapes and dtypes of data, for example host values or tensors. */
export interface DataShapes {
  readonly x: Named<Shaped>
  readonly y?: Named<Shaped>
}

interface Shaped {
  readonly shape: SymbolicShape
  readonly dtype: SymbolicDType
}

/**
 * Turns the data arguments into samples or batches in the order of the model's inputs and outputs. Throws `DataError` for data
 * that does not fit.
 */
export async function openData(
  model: DataModel,
  { x, y, sampleWeight, classWeight }: DataArguments,
): Promise<OpenedData> {
  const checked = (batch: HostBatch, ports: Ports) => {
    checkInputIndices(model, batch, ports)
    return batch
  }
  const backend = (await model.ready?.()) ?? currentBackend()
  if (isDataset(x)) {
    if (y !== undefined || sampleWeight !== undefined) {
      throw new DataError(
        'A dataset brings its own targets and weights: its batches are { x, y, sampleWeight }. Leave y and sampleWeight out.',
      )
    }
    const reader = new DatasetReader(x)
    try {
      const first = await reader.first(model.ports)
      const ports = onBackend(backend, () => model.portsFor(first))
      const arranged = (batch: Batch) => checked(arrange(batch, ports, classWeight), ports)
      return { ports, backend, source: datasetSource(reader, ports, arranged), first: arranged(first) }
    } catch (error) {
      await reader.close()
      throw error
    }
  }
  refuseOtherSources(x)
  const [inputs, outputs] = [model.ports?.inputs.length ?? 1, model.ports?.outputs.length ?? 1]
  const { givenForm, outputForm } = model.ports ?? {}
  const batch: Batch = {
    x: await toNamedValues(flatData(givenForm, x), 'x', { several: inputs > 1 }).catch((error: unknown) => {
      throw ofSeveralInputs(model, error, x)
    }),
    ...(y !== undefined && { y: await toNamedArrays(flatData(outputForm, y), 'y', { several: outputs > 1 }) }),
    ...(sampleWeight !== undefined && {
      sampleWeight: await toNamedArrays(flatData(outputForm, sampleWeight), 'sampleWeight', { several: outputs > 1 }),
    }),
  }
  if (sampleCount({ ...batch }) === 0) throw new DataError('There are no samples: x is empty.')
  let ports: Ports
  try {
    ports = onBackend(backend, () => model.portsFor(batch))
  } catch (error) {
    throw ofSeveralInputs(model, error, x)
  }
  return { ports, backend, samples: checked(arrange(batch, ports, classWeight), ports) }
}

/** Adds to an error for a list of arrays, which is read as the rows of one array, how a model that was not built takes several inputs. */
function ofSeveralInputs(model: DataModel, error: unknown, x: unknown): unknown {
  const isList = Array.isArray(x) && x.every((part) => Array.isArray(part) && Array.isArray(part[0]))
  if (model.ports || !isList || !(error instanceof DataError || /not iterable/.test(String(error)))) return error
  return new DataError(
    `${(error as Error).message.replace(/\.?$/, '.')} If x is a list of inputs, build the model first, as in model.build([[null, 2], [null, 3]]).`,
  )
}

/** Throws `DataError` for sources of batches that are no datasets. */
function refuseOtherSources(x: unknown): void {
  const batches = Array.isArray(x) ? isPlainObject(x[0]) && 'x' in x[0] && !isHostValues(x[0]) : false
  if (!batches) return
  throw new DataError(
    'x is a list of batches. Batches come from a dataset, a generator or a function that opens them for each epoch: give () => batches.',
  )
}

/** Returns a batch with the shapes of all batches. */
export function exampleBatch(opened: OpenedData): HostBatch {
  return opened.samples ?? opened.first
}

/**
 * Splits off the last part of the samples for validation, before shuffling, as Keras does. Throws `DataError` for empty parts.
 */
export function splitValidation(samples: HostBatch, split: number): { train: HostBatch; validation: HostBatch } {
  if (!(split > 0 && split < 1)) throw new DataError(`validationSplit is ${split}; expected a number between 0 and 1.`)
  const count = Math.floor(samples.size * (1 - split))
  if (count === 0 || count === samples.size) {
    throw new DataError(
      `validationSplit ${split} of ${samples.size} samples leaves ${count} to train on and ${samples.size - count} to validate on. Give more samples or another split.`,
    )
  }
  return {
    train: pickRows(samples, { start: 0, end: count }),
    validation: pickRows(samples, { start: count, end: samples.size }),
  }
}
