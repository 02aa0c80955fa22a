import { f32x4, f64x2, type Temporaries, type V128, v128 } from '../assembler/index.ts'

/** Four numbers in double precision. */
export type Halves = readonly [V128, V128]

/** Converts four numbers from single to double precision. */
export function promote(temps: Temporaries, x: V128): Halves {
  const high = v128.shuffle(x, x, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15])
  return [temps.let(f64x2.promoteLow(x)), temps.let(f64x2.promoteLow(high))]
}

/** Converts four numbers from double to single precision. */
export function demote([low, high]: Halves): V128 {
  const bytes = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
  return v128.shuffle(f32x4.demote(low), f32x4.demote(high), bytes)
}

/** The lower 32 bits of four lanes of 64 bits. */
export function lowWords([low, high]: Halves): V128 {
  return v128.shuffle(low, high, [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27])
}

/** Added to a number below 2^51, it rounds the number to an integer, which is in the lowest bits. */
export const doubleShifter = 1.5 * 2 ** 52
