import { DataError, type HostArray } from '@gradus/core'
import { sizeOf } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'
import type { Port } from './ports.ts'

/** An input padded to a fixed number of time steps. */
export interface Padded {
  readonly array: HostArray
  /** The numbers of time steps before padding, int32 `[samples]`. */
  readonly lengths: HostArray
}

/** Pads axis 1 of an input to its `maxLength` with zeros. Throws `DataError` if it is longer. */
export function padInput(array: HostArray, port: Port): Padded {
  const { maxLength = 0 } = port
  const [samples = 0, timeSteps = 0] = array.shape
  if (timeSteps > maxLength) throw tooLong(port, timeSteps)
  const lengths = hostArray('int32', samples).fill(timeSteps)
  return { array: padTimeSteps(array, maxLength), lengths: { data: lengths, shape: [samples], dtype: 'int32' } }
}

/** Pads an array `[samples, steps, ...]` with zeros to `count` time steps. */
export function padTimeSteps(array: HostArray, count: number): HostArray {
  const [samples = 0, timeSteps = 0, ...rest] = array.shape
  if (timeSteps >= count) return array
  const width = sizeOf(rest)
  const data = hostArray(array.dtype, samples * count * width)
  for (let i = 0; i < samples; i++) {
    data.set(array.data.subarray(i * timeSteps * width, (i + 1) * timeSteps * width), i * count * width)
  }
  return { data, shape: [samples, count, ...rest], dtype: array.dtype }
}

/** The error for an input with more time steps than its `maxLength`. */
export function tooLong({ name, maxLength }: Port, timeSteps: number): DataError {
  return new DataError(
    `The input '${name}' has ${timeSteps} time steps and the model takes ${maxLength} at most. Shorten the sequences, or raise maxLength.`,
  )
}
