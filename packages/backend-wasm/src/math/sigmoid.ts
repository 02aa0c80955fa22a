import { f32x4, v128 } from '../assembler/index.ts'
import type { VectorFunction } from './arithmetic.ts'
import { expOfNegative } from './exp.ts'

/** 1 / (1 + e^-x): 2 ulp. With e = e^-|x|, which cannot overflow, it is 1 / (1 + e), or e / (1 + e) where x < 0. */
export const sigmoid: VectorFunction = (temps, arithmetic, value) => {
  const { float } = arithmetic
  const x = temps.let(value)
  const e = temps.let(expOfNegative(temps, arithmetic, v128.or(x, float(-0))))
  const numerator = v128.bitselect(e, float(1), f32x4.lt(x, float(0)))
  return f32x4.div(numerator, f32x4.add(e, float(1)))
}
