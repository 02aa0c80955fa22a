import { f32x4, i32x4, type Temporaries, type V128, v128 } from '../assembler/index.ts'
import { type Arithmetic, polynomial, type VectorFunction } from './arithmetic.ts'
import { ifAny } from './branch.ts'
import { ln2High, ln2Low } from './ln2.ts'
import { type Split, split, splitAny } from './split.ts'

/** The natural logarithm: 1 ulp. */
export const log: VectorFunction = (temps, arithmetic, value) => {
  const x = temps.let(value)
  return ifAny(
    temps,
    isUnusual(arithmetic, x),
    (inner) => withLimits(arithmetic, x, x, logOf(inner, arithmetic, splitAny(inner, arithmetic, x))),
    (inner) => logOf(inner, arithmetic, split(inner, arithmetic, x)),
  )
}

/**
 * ln(2^exponent (1 + excess)) = exponent ln 2 + ln(1 + excess), where ln(1 + f) = f + f² p(f). The sum starts with the
 * smaller terms, and its last product is exact.
 */
export function logOf(temps: Temporaries, arithmetic: Arithmetic, { exponent, excess }: Split): V128 {
  const { madd, float } = arithmetic
  const square = f32x4.mul(excess, excess)
  const bend = madd(square, polynomial(arithmetic, excess, coefficients), f32x4.mul(exponent, float(ln2Low)))
  return temps.let(madd(exponent, float(ln2High), f32x4.add(excess, bend)))
}

/**
 * Where `x` is 0, denormal, negative, infinite or NaN: its bits are less than those of 2^-126, or not less than those of
 * Infinity.
 */
export function isUnusual({ integer }: Arithmetic, x: V128): V128 {
  // the sum moves the bits of normal positive numbers, 0x00800000 to 0x7f7fffff, to the lower end of the signed integers
  return i32x4.gtS(i32x4.add(x, integer(0x7f80_0000)), integer(0xfeff_ffff | 0))
}

/** `result`, except Infinity where x is, -Infinity where `argument` is 0, and NaN where it is negative or NaN. */
export function withLimits({ float }: Arithmetic, x: V128, argument: V128, result: V128): V128 {
  const upTo = v128.bitselect(result, x, f32x4.lt(x, float(Number.POSITIVE_INFINITY)))
  const outside = v128.or(float(Number.NEGATIVE_INFINITY), f32x4.ne(argument, float(0)))
  return v128.bitselect(upTo, outside, f32x4.gt(argument, float(0)))
}

/** (ln(1 + f) - f) / f² for √½ - 1 <= f <= √2 - 1: minimax, so that ln(1 + f) has a relative error below 3.1e-8. */
const coefficients = [
  -0.49999991059303284, 0.33333948254585266, -0.25001785159111023, 0.1996215581893921, -0.1657005399465561,
  0.14916835725307465, -0.1430959552526474, 0.08739832043647766,
]
