import { ConfigError, FormatError, numpyOrders } from '@gradus/core'
import type { NpyArray } from '../formats/dtype.ts'
import type { TableSet, Values } from './types.ts'

/** The bytes of an array. Throws `FormatError` for another rank or other values. */
export function bytesOfArray<T extends 'float32' | 'int32'>(
  { data, shape }: NpyArray,
  name: string,
  rank: number,
  dtype: T,
): Values<Uint8Array, T> {
  if (shape.length !== rank || !data)
    throw new FormatError(`${name} has the shape [${shape}]; expected ${rank} dimensions of numbers.`)
  if (data instanceof Uint8Array) return { data, shape, dtype }
  const bytes = Uint8Array.from(data)
  if (data.some((value, i) => value !== bytes[i])) throw new FormatError(`${name} holds numbers that are no bytes.`)
  return { data: bytes, shape, dtype }
}

/** The labels of an array as whole numbers. */
export function labelsOf(array: NpyArray, name: string): Int32Array {
  const values = array.data ?? (array.values as number[] | undefined)
  const labels = Int32Array.from(values ?? [])
  if (!values || array.shape.length !== 1 || labels.some((label, i) => label !== values[i])) {
    throw new FormatError(`${name} is no list of whole numbers.`)
  }
  return labels
}

/** Throws `ConfigError` for a fraction that is not from 0 to below 1. */
export function requireSplit(owner: string, testSplit: number): void {
  if (testSplit >= 0 && testSplit < 1) return
  throw new ConfigError(`${owner}: 'testSplit' is ${testSplit}; expected a fraction from 0 to below 1.`)
}

/** Rows and targets in Keras's order of a seed, divided into those to train and those to test with. */
export function splitTable(x: NpyArray, y: NpyArray, name: string, testSplit: number, seed: number): TableSet {
  const [rows = 0, width = 0] = x.shape
  if (x.shape.length !== 2 || y.shape.length !== 1 || y.shape[0] !== rows || !x.data || !y.data) {
    throw new FormatError(
      `${name} has x with the shape [${x.shape}] and y with [${y.shape}]; expected rows and as many numbers.`,
    )
  }
  const order = numpyOrders(seed)(rows)
  const count = Math.trunc(rows * (1 - testSplit))
  const part = (chosen: Int32Array) => {
    const features = new Float64Array(chosen.length * width)
    const targets = new Float64Array(chosen.length)
    chosen.forEach((row, i) => {
      for (let j = 0; j < width; j++) features[i * width + j] = x.data![row * width + j]!
      targets[i] = y.data![row]!
    })
    return {
      x: { data: features, shape: [chosen.length, width], dtype: 'float32' as const },
      y: { data: targets, shape: [chosen.length], dtype: 'float32' as const },
    }
  }
  return { train: part(order.subarray(0, count)), test: part(order.subarray(count)) }
}
