import { ConfigError, DataError, leavesOf } from '@gradus/core'
import type { InferenceGraphOptions } from '@gradus/export-js'
import { isFloat, type Shape, sizeOf, type TypedArray } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import type { Model } from 'gradus'
import { type ColumnDescription, checkTableSpec, describeSpec } from 'gradus/tables'
import { modelOf, type OpenedFile } from '../model/open-model.ts'
import { flopsConvention } from './flops.ts'
import { modelFlops } from './model-flops.ts'
import { statisticsOf, type WeightStatistics } from './weight-statistics.ts'

/** An input or an output of a model; null stands for sizes that are not known before it runs, such as the batch. */
export interface Port {
  readonly name: string
  readonly shape: readonly (number | null)[]
  readonly dtype: string
}

/** A weight with the figures of its values. */
export interface InspectedWeight extends WeightStatistics {
  readonly path: string
  readonly shape: Shape
  readonly dtype: string
  readonly trainable: boolean
}

/** A layer of a model. */
interface InspectedLayer {
  readonly name: string
  readonly type: string
  readonly parameters: number
  readonly trainable: boolean
  /** Floating-point operations for one sample; null where they cannot be counted. */
  readonly flops: number | null
}

/** What a model file holds. */
export interface Inspection {
  readonly file: { readonly path: string; readonly format: string; readonly bytes: number; readonly run: string | null }
  /** Null for a file with weights only. */
  readonly model: InspectedModel | null
  readonly training: InspectedTraining | null
  /** The columns of the table whose rows the model predicts, and its targets; null for a model without them. */
  readonly columns: readonly ColumnDescription[] | null
  readonly weights: readonly InspectedWeight[]
}

interface InspectedModel {
  readonly type: string
  readonly name: string
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  readonly parameters: { readonly total: number; readonly trainable: number; readonly bytes: number }
  readonly dtypes: readonly string[]
  readonly flops: { readonly total: number | null; readonly convention: string; readonly reason: string | null }
  readonly layers: readonly InspectedLayer[]
  /** The table that `model.summary` prints. */
  readonly summary: string
}

/** How a model was trained, as its file says. */
export interface InspectedTraining {
  readonly optimizer: unknown
  readonly loss: unknown
  readonly metrics: unknown
  /** The number of updates. */
  readonly steps: number | null
  /** The tensors of the optimizer's state. */
  readonly stateTensors: number
}

/** Inspects a model file. Throws `DataError` for a file that stores weights by layers and has no layers. */
export async function inspect(opened: OpenedFile, options: InferenceGraphOptions): Promise<Inspection> {
  const { file, path, format, bytes, run } = opened
  if (!file.header.spec && file.resolve) {
    throw new DataError(
      `'${opened.shown}' holds weights by layers, and not the layers. They can be listed with their model only: inspect the file of the model.`,
    )
  }
  const model = file.header.spec ? await inspectedModel(opened) : undefined
  const weights = model ? await model.getWeights() : file.weights
  const inspected = weights.map(({ path: name, shape, dtype, data, trainable }) => ({
    path: name,
    shape,
    dtype,
    trainable: trainable ?? true,
    ...statisticsOf(data as TypedArray),
  }))
  return {
    file: { path, format, bytes, run: run?.folder ?? null },
    model: model ? inspectModel(model, inspected, options) : null,
    training: trainingOf(opened),
    columns: file.header.table ? describeSpec(checkTableSpec(file.header.table)) : null,
    weights: inspected,
  }
}

/** The model with the state of its optimizer; without it where the file names a loss or a metric of another program. */
async function inspectedModel(opened: OpenedFile): Promise<Model> {
  try {
    return await modelOf(opened)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return modelOf(opened, { compile: false })
  }
}

function inspectModel(
  model: Model,
  weights: readonly InspectedWeight[],
  options: InferenceGraphOptions,
): InspectedModel {
  const counted = flopsIn(model, options)
  const { inputs, outputs } = portsOf(model)
  const count = (list: readonly InspectedWeight[]) => list.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return {
    type: model.type,
    name: model.name,
    inputs,
    outputs,
    parameters: {
      total: count(weights),
      trainable: count(weights.filter(({ trainable }) => trainable)),
      bytes: weights.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * bytesPerElement(dtype as 'float32'), 0),
    },
    dtypes: [...new Set(weights.map(({ dtype }) => dtype))],
    flops: {
      total: typeof counted === 'string' ? null : counted.total,
      convention: flopsConvention,
      reason: typeof counted === 'string' ? counted : null,
    },
    layers: model.layers.map((layer, index) => ({
      name: layer.name,
      type: layer.type,
      parameters: layer.built ? layer.countParams() : 0,
      trainable: layer.trainable,
      flops: typeof counted === 'string' ? null : counted.layers[index]!,
    })),
    summary: model.summary({ print: false }),
  }
}

/** The operations of the model, or the reason why they cannot be counted. */
function flopsIn(model: Model, options: InferenceGraphOptions): ReturnType<typeof modelFlops> | string {
  try {
    return modelFlops(model, options)
  } catch (error) {
    // an input shape that was given is an error, one that is missing is not
    if (error instanceof ConfigError && options.inputShape === undefined) return error.message
    throw error
  }
}

function portsOf(model: Model): { inputs: Port[]; outputs: Port[] } {
  if (!model.network) return { inputs: [], outputs: [] }
  const list = (value: unknown, names: readonly string[]): Port[] =>
    leavesOf(value).map(({ shape, dtype }, index) => ({ name: names[index] ?? '', shape, dtype }))
  return {
    inputs: list(model.network.inputs, model.inputNames),
    outputs: list(model.network.outputs, model.outputNames),
  }
}

function trainingOf({ file: { header, optimizer } }: OpenedFile): InspectedTraining | null {
  const { compile, steps } = header
  if (!compile && steps === undefined && optimizer.length === 0) return null
  return {
    optimizer: compile?.['optimizer'] ?? null,
    loss: compile?.['loss'] ?? null,
    metrics: compile?.['metrics'] ?? null,
    steps: steps ?? null,
    stateTensors: optimizer.length,
  }
}

/** Whether values are floating-point numbers. */
export function isReal(dtype: string): boolean {
  return isFloat(dtype as 'float32')
}
