import { f32x4, i32x4, v128 } from '../assembler/index.ts'
import type { VectorFunction } from './arithmetic.ts'
import { splitExp } from './exp.ts'
import { oneBits } from './format.ts'

/**
 * tanh |x| = -e / (2 + e) with e = e^(-2|x|) - 1, and the sign of x: 2 ulp. Nothing cancels, because e is between -1 and 0
 * and has a small relative error.
 */
export const tanh: VectorFunction = (temps, arithmetic, value) => {
  const { madd, float, integer } = arithmetic
  const x = temps.let(value)
  const half = temps.let(f32x4.pmax(v128.or(x, float(-0)), float(lowest)))
  const { exponent, rest } = splitExp(temps, arithmetic, temps.let(f32x4.add(half, half)))
  const power = temps.let(i32x4.add(exponent, integer(oneBits)))
  const e = temps.let(madd(rest, power, f32x4.sub(power, float(1))))
  const size = f32x4.abs(f32x4.div(e, f32x4.add(e, float(2))))
  return v128.or(size, v128.and(x, float(-0)))
}

/** Beyond this the result is ±1. */
const lowest = -10
