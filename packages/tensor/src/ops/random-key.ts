import { checkArguments } from '../arguments.ts'
import { apply } from '../interpreter.ts'
import { requireShape, type Shape } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { tidy } from '../tidy.ts'
import { full } from './broadcast.ts'
import { concat } from './movement.ts'
import { foldInOp, randomBitsOp } from './random-key-op.ts'

/**
 * The key of a seed, a uint32 tensor of the seed's high and low word. Equal keys give equal numbers on every backend; a key
 * is used for one draw, and `splitKey` or `foldIn` make others from it.
 * Throws `RangeError` unless the seed is a whole number that a double holds exactly.
 *
 * @example
 * import { randomKey } from '@gradus/tensor'
 * randomKey(7).array() // => [0, 7]
 */
export function randomKey(seed: number): Tensor {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(
      `randomKey: the seed ${seed} is not a whole number between -(2 ** 53) and 2 ** 53. Round it first.`,
    )
  }
  const words = [Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0]
  return tidy(() => concat(words.map((word) => full([1], word, 'uint32'))))
}

/**
 * A key that depends on `key` and on `data`, a whole number from 0 to 2 ** 32 - 1 or a uint32 scalar: one per layer, step
 * or sample.
 */
export function foldIn(key: Tensor, data: number | Tensor): Tensor {
  checkArguments('foldIn', [key], ['key'])
  if (data instanceof Tensor) return apply(foldInOp, [key, data], null)
  if (!Number.isInteger(data) || data < 0 || data >= 2 ** 32) {
    throw new RangeError(`foldIn: ${data} is not a whole number from 0 to 2 ** 32 - 1.`)
  }
  return tidy(() => apply(foldInOp, [key, full([], data, 'uint32', key)], null))
}

/** `n` independent keys made from `key`, which should not be used again itself. */
export function splitKey(key: Tensor, n = 2): Tensor[] {
  checkArguments('splitKey', [key, n], ['key', 'integer'])
  return Array.from({ length: n }, (_, index) => foldIn(key, index))
}

/** Random uint32 numbers of `shape`, every value equally likely. */
export function randomBits(key: Tensor, shape: Shape): Tensor {
  checkArguments('randomBits', [key, shape], ['key', 'integers'])
  requireShape('randomBits', shape)
  return apply(randomBitsOp, [key], { shape })
}
