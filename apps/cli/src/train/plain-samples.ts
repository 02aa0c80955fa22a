import type { HostArray } from '@gradus/core'
import type { Model } from 'gradus'
import { checkTableSpec } from 'gradus/tables'
import type { Resolved } from '../config/resolve-config.ts'
import { readData } from './read-data.ts'
import { inputsOf, type NamedArrays, type Samples, targetsOf } from './samples.ts'

/** Rows as arrays, of which the first input and the first target stand for the others. */
export interface PlainSamples {
  readonly name: string
  readonly count: number
  /** What the model takes. */
  readonly inputs: HostArray | NamedArrays
  /** The first input, `[count, ...shape]`. */
  readonly x: HostArray
  /** The names of the numbers of the first input. */
  readonly labels: readonly string[]
  /** The target, or the first of several outputs. */
  readonly y: HostArray
}

/** Reads the rows of a run again, as the saved model encodes them: those for the test, else for the validation, else for training. */
export async function samplesOfRun(
  config: Resolved,
  model: Model,
  wanted?: 'train',
): Promise<{ role: 'test' | 'validation' | 'train'; samples: PlainSamples }> {
  const rows = await readData(config, model.table && checkTableSpec(model.table))
  const role = wanted ?? (rows.test ? 'test' : rows.validation ? 'validation' : 'train')
  return { role, samples: plain(rows[role]!, model, rows.coder.inputs[0]!.labels) }
}

function plain(samples: Samples, model: Model, labels: readonly string[]): PlainSamples {
  const y = targetsOf(samples, model)
  const first = Array.isArray(y) || !('data' in y && 'shape' in y) ? Object.values(y)[0] : y
  return {
    name: samples.name,
    count: samples.count,
    inputs: inputsOf(samples),
    x: Object.values(samples.x)[0]!,
    labels,
    y: first as HostArray,
  }
}
