import type { WeightValue } from '@gradus/core'
import type { InferenceGraphOptions } from '@gradus/export-js'
import type { TypedArray } from '@gradus/tensor'
import { type ColumnDescription, checkTableSpec, describeSpec } from 'gradus/tables'
import type { OpenedFile } from '../model/open-model.ts'
import { type InspectedModel, type InspectedWeight, inspectModel, modelForInspection } from './inspect-model.ts'
import { statisticsOf } from './weight-statistics.ts'

/** A weight as a file has it. */
type StoredWeight = Omit<WeightValue, 'trainable'> & { readonly trainable?: boolean | null }

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

/** Inspects a model file. Throws `FormatError` for a damaged one. */
export async function inspect(opened: OpenedFile, options: InferenceGraphOptions): Promise<Inspection> {
  const { file, path, format, bytes, run } = opened
  const model = file.header.spec ? await modelForInspection(opened) : undefined
  const weights: readonly StoredWeight[] = model ? await model.getWeights() : (file.stored?.() ?? file.weights)
  const inspected = weights.map(({ path: name, shape, dtype, data, trainable = null }) => ({
    path: name,
    shape,
    dtype,
    trainable,
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
