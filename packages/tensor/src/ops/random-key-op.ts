import type { Aval } from '../aval.ts'
import { ShapeError } from '../errors.ts'
import type { Op } from '../op.ts'
import { formatShape, type Shape } from '../shape.ts'
import type { None } from './rules.ts'

/** Random uint32 numbers from a key: Threefry-2x32-20 of the counters 0, 1, 2, ..., both output words xor-ed. */
export const randomBitsOp: Op<{ shape: Shape }> = {
  name: 'randomBits',
  shape([key], { shape }) {
    requireKey('randomBits', key!)
    return { shape, dtype: 'uint32' }
  },
}

/** `[key, data]`: another key, Threefry-2x32-20 of the counter (0, data). */
export const foldInOp: Op<None> = {
  name: 'foldIn',
  shape([key, data]) {
    requireKey('foldIn', key!)
    if (data!.dtype !== 'uint32' || data!.shape.length !== 0) {
      throw new ShapeError(`foldIn: the data is ${data!.dtype}${formatShape(data!.shape)}; it must be a uint32 scalar.`)
    }
    return { shape: [2], dtype: 'uint32' }
  },
}

function requireKey(name: string, key: Aval): void {
  if (key.dtype !== 'uint32' || key.shape.length !== 1 || key.shape[0] !== 2) {
    throw new ShapeError(
      `${name}: the key is ${key.dtype}${formatShape(key.shape)}; a key is uint32[2]. Make one with randomKey(seed).`,
    )
  }
}
