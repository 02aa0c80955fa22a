import { f32x4, i32x4, v128 } from '../assembler/index.ts'
import type { VectorFunction } from './arithmetic.ts'
import { splitExp } from './exp.ts'
import { fractionBits, oneBits } from './format.ts'

/**
 * e^x - 1 = 2^n rest + (2^n - 1): 2 ulp. Where 2^n would be infinite, it is computed as 2^127 times 2. The sign is that of
 * x, even for -0.
 */
export const expm1: VectorFunction = (temps, arithmetic, value) => {
  const { madd, float, integer } = arithmetic
  const x = temps.let(value)
  const within = temps.let(f32x4.pmin(f32x4.pmax(x, float(lowest)), float(89)))
  const { exponent, rest } = splitExp(temps, arithmetic, within)
  const wanted = temps.let(i32x4.add(exponent, integer(oneBits)))
  const first = temps.let(i32x4.minS(wanted, integer(largestPowerBits)))
  const second = i32x4.add(i32x4.sub(wanted, first), integer(oneBits))
  const result = f32x4.mul(madd(rest, first, f32x4.sub(first, float(1))), second)
  return v128.or(result, v128.and(x, float(-0)))
}

/** e^-20 is less than half of the distance between -1 and the next number. */
const lowest = -20

/** The bits of 2^127. */
const largestPowerBits = 254 << fractionBits
