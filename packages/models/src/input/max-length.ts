import { DataError, type HostArray } from '@gradus/core'
import { sizeOf } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'
import type { Port } from './ports.ts'

/** An input with its steps padded to a fixed number. */
export interface Padded {
  readonly array: HostArray
  /** The number of steps before padding, int32 `[samples]`. */
  readonly lengths: HostArray
}

/** Pads axis 1 of an input to its `maxLength` with zeros. Throws `DataError` for a longer one. */
export function padInput(array: HostArray, port: Port): Padded {
  const { maxLength = 0 } = port
  const [samples = 0, steps = 0] = array.shape
  if (steps > maxLength) throw tooLong(port, steps)
  const lengths = hostArray('int32', samples).fill(steps)
  return { array: padSteps(array, maxLength), lengths: { data: lengths, shape: [samples], dtype: 'int32' } }
}

/** An array `[samples, steps, ...]` with `count` steps, the new ones zeros. */
export function padSteps(array: HostArray, count: number): HostArray {
  const [samples = 0, steps = 0, ...rest] = array.shape
  if (steps >= count) return array
  const width = sizeOf(rest)
  const data = hostArray(array.dtype, samples * count * width)
  for (let i = 0; i < samples; i++) {
    data.set(array.data.subarray(i * steps * width, (i + 1) * steps * width), i * count * width)
  }
  return { data, shape: [samples, count, ...rest], dtype: array.dtype }
}

/** The error for an input with more steps than it may have. */
export function tooLong({ name, maxLength }: Port, steps: number): DataError {
  return new DataError(
    `The input '${name}' has ${steps} steps and the model takes ${maxLength} at most. Shorten the sequences, or raise maxLength.`,
  )
}
