import { f32x4, i32, i32x4, type Temporaries, type V128 } from '../assembler/index.ts'
import { type Arithmetic, polynomial, type VectorFunction } from './arithmetic.ts'
import { fractionBits, oneBits } from './format.ts'
import { ln2High, ln2Low } from './ln2.ts'

/** e^x: 1 ulp. */
export const exp: VectorFunction = (temps, arithmetic, x) => {
  const { float } = arithmetic
  return between(temps, arithmetic, f32x4.pmin(f32x4.pmax(x, float(underflow)), float(89)))
}

/** e^x for x <= 0: 1 ulp. */
export function expOfNegative(temps: Temporaries, arithmetic: Arithmetic, x: V128): V128 {
  return between(temps, arithmetic, f32x4.pmax(x, arithmetic.float(underflow)))
}

/** e^x = 2^n (1 + rest). `exponent` is n, shifted so that it can be added to the exponent of a number. */
interface Split {
  readonly exponent: V128
  readonly rest: V128
}

/**
 * Splits e^x for |x| <= 104, with n = x / ln 2 rounded to an integer and rest = e^r - 1 for r = x - n ln 2, thus |r| <= ln
 * 2 / 2. In r, only the product with the second part of ln 2 is rounded.
 */
export function splitExp(temps: Temporaries, arithmetic: Arithmetic, x: V128): Split {
  const { madd, nmadd, float } = arithmetic
  const shifted = temps.let(madd(x, float(Math.LOG2E), float(shifter)))
  const n = temps.let(f32x4.sub(shifted, float(shifter)))
  const r = temps.let(nmadd(n, float(ln2Low), nmadd(n, float(ln2High), x)))
  const rest = madd(f32x4.mul(r, r), polynomial(arithmetic, r, coefficients), r)
  return { rest: temps.let(rest), exponent: i32x4.shl(shifted, i32.const(fractionBits)) }
}

/**
 * e^x for -104 <= x <= 89. 2^n alone may overflow or underflow. So 1 + rest, which is at least 0.7, is multiplied by
 * 2^(n-1), but at least by 2^-125, and then by the remaining factor of 2^n. Only the second product can be infinite or
 * denormal.
 */
function between(temps: Temporaries, arithmetic: Arithmetic, x: V128): V128 {
  const { madd, integer } = arithmetic
  const { exponent, rest } = splitExp(temps, arithmetic, x)
  const wanted = temps.let(i32x4.add(exponent, integer(oneBits - doubling)))
  const first = temps.let(i32x4.maxS(wanted, integer(2 * doubling)))
  const second = i32x4.add(i32x4.sub(wanted, first), integer(oneBits + doubling))
  return f32x4.mul(madd(rest, first, first), second)
}

/** e^-104 is less than half of the smallest denormal, so e^x is 0 from there on. */
const underflow = -104

/** Added to a number below 2^22, it rounds the number to an integer, which is in the lowest bits. */
const shifter = 1.5 * 2 ** 23

/** Added to the bits of a number, it doubles the number. Alone it is the bits of 2^-126; twice that is the bits of 2^-125. */
const doubling = 1 << fractionBits

/** (e^r - 1 - r) / r² for |r| <= ln 2 / 2: minimax, so that e^r - 1 has a relative error below 1.4e-8. */
const coefficients = [
  0.4999999701976776, 0.1666654646396637, 0.04166744276881218, 0.008366253226995468, 0.001386994612403214,
]
