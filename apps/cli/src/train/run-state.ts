import { checkState, DataError, describeValue, type FitState } from '@gradus/core'
import { FormatError } from 'gradus'
import { decodeModel, encodeModel, type ModelFile, type ModelHeader } from 'gradus/io'

/** The figures of one epoch. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number
  readonly logs: Readonly<Record<string, number>>
  readonly learningRate: number
  readonly milliseconds: number
}

/** The state of a run that is part neither of the model nor of `fit`. */
export interface RunState {
  readonly version: 1
  /** One entry for each complete epoch. */
  readonly records: readonly EpochRecord[]
}

/** A place at which a run continues exactly. */
export interface SavedRun {
  readonly file: ModelFile
  readonly state: RunState
  readonly fit: FitState
}

/** A model file of a run: the state is in its header, so it is still a model file. */
interface RunHeader extends ModelHeader {
  readonly run?: unknown
}

/** Returns the bytes of a model file with the state in its header, in the format of the file name `path`. */
export function withState(model: Uint8Array, state: RunState, path: string): Uint8Array {
  const file = decodeModel(model)
  const header: RunHeader = { ...file.header, run: JSON.parse(JSON.stringify(state, encodeNumber)) as unknown }
  return encodeModel({ ...file, header }, path)
}

/**
 * Reads a model file of a run. The state is undefined where the file has none. Throws `DataError` for a damaged file and for a
 * state of another version.
 */
export function readRunFile(bytes: Uint8Array, path: string): { file: ModelFile; state: RunState | undefined } {
  try {
    const file = decodeModel(bytes, path)
    const { run } = file.header as RunHeader
    if (run === undefined) return { file, state: undefined }
    const state = JSON.parse(JSON.stringify(run), decodeNumber) as RunState
    if (state?.version === 1) return { file, state: checkedState(state, path) }
    throw new DataError(
      `${path} was written by another version of gradus (state ${describeValue(state?.version)}); this version reads state 1.`,
    )
  } catch (error) {
    if (error instanceof FormatError || error instanceof SyntaxError) {
      throw new DataError(`${path} is damaged: ${error.message}`, { cause: error })
    }
    throw error
  }
}

const stateFields = {
  records: { type: 'unknown', required: true },
} as const

const recordFields = {
  epoch: { type: 'integer', min: 1, required: true },
  logs: { type: 'numbersByName', required: true },
  learningRate: { type: 'number', required: true },
  milliseconds: { type: 'number', required: true },
} as const

/** Returns a state. Throws `DataError` for one of another form, which only a damaged file has. */
function checkedState(state: RunState, path: string): RunState {
  checkState(path, state, stateFields)
  const { records } = state
  if (!Array.isArray(records)) throw new DataError(`The saved state of ${path} is damaged: its records must be a list.`)
  for (const [index, record] of records.entries()) checkState(`${path}, epoch ${index + 1},`, record, recordFields)
  return state
}

// JSON has no NaN and no infinities, which figures may be.
function encodeNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value
}

function decodeNumber(_key: string, value: unknown): unknown {
  const special = value !== null && typeof value === 'object' ? (value as { number?: unknown }).number : undefined
  return special === 'NaN' || special === 'Infinity' || special === '-Infinity' ? Number(special) : value
}
