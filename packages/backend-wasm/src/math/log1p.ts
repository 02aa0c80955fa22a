import { f32x4, i32x4, v128 } from '../assembler/index.ts'
import type { VectorFunction } from './arithmetic.ts'
import { ifAny } from './branch.ts'
import { isUnusual, logOf, withLimits } from './log.ts'
import { exponentOf, numberOf } from './split.ts'

/**
 * ln(1 + x): 2 ulp. The sum 1 + x is rounded, so only its exponent n is used. The excess of (1 + x) / 2^n over 1 is x / 2^n
 * + (1 / 2^n - 1): x itself where n is 0, and elsewhere rounded once, where the result is not small.
 */
export const log1p: VectorFunction = (temps, arithmetic, value) => {
  const { float, integer } = arithmetic
  const x = temps.let(value)
  const sum = temps.let(f32x4.add(x, float(1)))
  const exponent = exponentOf(temps, arithmetic, sum)
  // 0 for the largest x, where 1 / 2^n is negligible and its exponent would be out of range
  const inverse = i32x4.maxS(i32x4.sub(float(1), exponent), integer(0))
  const excess = temps.let(f32x4.add(i32x4.sub(x, exponent), f32x4.sub(inverse, float(1))))
  const result = logOf(temps, arithmetic, { exponent: temps.let(numberOf(exponent)), excess })
  // the sign is that of x, even for -0
  const signed = temps.let(v128.or(result, v128.and(x, float(-0))))
  return ifAny(
    temps,
    isUnusual(arithmetic, sum),
    () => withLimits(arithmetic, x, sum, signed),
    () => signed,
  )
}
