import { f32x4, i32, i32x4, type Temporaries, type V128, v128 } from '../assembler/index.ts'
import type { Arithmetic } from './arithmetic.ts'
import { exponentMask, fractionBits } from './format.ts'

/** A positive number as 2^exponent (1 + excess), with √½ <= 1 + excess < √2; the excess is exact. */
export interface Split {
  readonly exponent: V128
  readonly excess: V128
}

/** The exponent of `Split` for the number with these bits, in place: n times 2^23. */
export function exponentOf(temps: Temporaries, { integer }: Arithmetic, bits: V128): V128 {
  return temps.let(v128.and(i32x4.sub(bits, integer(rootHalfBits)), integer(exponentMask)))
}

/** Converts an exponent in place to a number. */
export function numberOf(exponent: V128): V128 {
  return f32x4.convertS(i32x4.shrS(exponent, i32.const(fractionBits)))
}

/** Splits numbers that are positive, finite and not denormal. */
export function split(temps: Temporaries, arithmetic: Arithmetic, x: V128): Split {
  const exponent = exponentOf(temps, arithmetic, x)
  const excess = f32x4.sub(i32x4.sub(x, exponent), arithmetic.float(1))
  return { exponent: temps.let(numberOf(exponent)), excess: temps.let(excess) }
}

/** Splits denormal numbers, too. 0, Infinity, NaN and negative numbers give finite results without meaning. */
export function splitAny(temps: Temporaries, arithmetic: Arithmetic, x: V128): Split {
  const { float } = arithmetic
  const isDenormal = temps.let(f32x4.lt(x, float(2 ** -126)))
  const normal = temps.let(v128.bitselect(f32x4.mul(x, float(2 ** 25)), x, isDenormal))
  const { exponent, excess } = split(temps, arithmetic, normal)
  return { exponent: temps.let(f32x4.sub(exponent, v128.and(isDenormal, float(25)))), excess }
}

/** The bits of √½. */
const rootHalfBits = 0x3f35_04f3
