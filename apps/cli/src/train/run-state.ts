import { DataError } from '@gradus/core'
import { FormatError } from 'gradus'
import { decodeSafetensors, encodeSafetensors } from 'gradus/io'

/** The figures of one epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number
  readonly logs: Readonly<Record<string, number>>
  readonly learningRate: number
  readonly milliseconds: number
}

/** What a run needs beside the model to go on exactly where it stopped. */
export interface RunState {
  readonly version: 1
  /** One entry for each complete epoch. */
  readonly records: readonly EpochRecord[]
  /** The states of the callbacks, in order; null for those that have none. */
  readonly callbacks: readonly unknown[]
  /** Whether the weights are those at the end of the last epoch in `records`, and not later ones. */
  readonly exact: boolean
}

const key = 'gradus.run'

/** A model file with a run's state in its header. It stays a model file. */
export function withState(model: Uint8Array, state: RunState): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(model)
  return encodeSafetensors(tensors, { ...metadata, [key]: JSON.stringify(state, writeNumber) })
}

/** The state of a run from one of its model files; undefined for a file without one. Throws `DataError` for a damaged file. */
export function readState(model: Uint8Array, path: string): RunState | undefined {
  try {
    const text = decodeSafetensors(model).metadata[key]
    if (text === undefined) return undefined
    const state = JSON.parse(text, readNumber) as RunState
    if (state.version === 1) return state
    throw new DataError(
      `${path} was written by another version of gradus (state ${state.version}); this one reads state 1.`,
    )
  } catch (error) {
    if (error instanceof FormatError || error instanceof SyntaxError) {
      throw new DataError(`${path} is damaged: ${error.message}`, { cause: error })
    }
    throw error
  }
}

// JSON has no NaN and no infinities; figures may be such.
function writeNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value
}

function readNumber(_key: string, value: unknown): unknown {
  const special = value !== null && typeof value === 'object' ? (value as { number?: unknown }).number : undefined
  return special === 'NaN' || special === 'Infinity' || special === '-Infinity' ? Number(special) : value
}
