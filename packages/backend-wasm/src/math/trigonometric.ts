import {
  type F64,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  ifElse,
  type Temporaries,
  type V128,
  v128,
} from '../assembler/index.ts'
import { type Arithmetic, polynomial, type VectorFunction } from './arithmetic.ts'
import { ifAny } from './branch.ts'
import { demote, doubleShifter, lowWords, promote } from './halves.ts'

/** The sine: 2 ulp. `scalar` computes it for lanes beyond ±2^20. */
export function sin(scalar: (x: F64) => F64): VectorFunction {
  return (temps, arithmetic, value) => {
    const x = temps.let(value)
    const { quarters, r } = reduce(temps, arithmetic, x)
    return withFar(temps, arithmetic, x, scalar, turned(temps, arithmetic, quarters, r))
  }
}

/** The cosine: 2 ulp. It is the sine a quarter turn ahead. `scalar` computes it for lanes beyond ±2^20. */
export function cos(scalar: (x: F64) => F64): VectorFunction {
  return (temps, arithmetic, value) => {
    const x = temps.let(value)
    const { quarters, r } = reduce(temps, arithmetic, x)
    const next = temps.let(i32x4.add(quarters, arithmetic.integer(1)))
    return withFar(temps, arithmetic, x, scalar, turned(temps, arithmetic, next, r))
  }
}

/** x = quarters π/2 + r with |r| <= π/4. */
interface Reduced {
  readonly quarters: V128
  readonly r: V128
}

/**
 * Cody and Waite's reduction in double precision. Up to 2^20 the quarters have 20 bits, so their product with the first
 * part of π/2, which has 33 bits, is exact, and so is its difference with x. The second part has 53 more bits. Thus r has a
 * relative error below 2^-24 even near multiples of π/2, where r is as small as 2^-30.
 */
function reduce(temps: Temporaries, { double }: Arithmetic, x: V128): Reduced {
  const parts = promote(temps, x).map((half) => {
    const shifted = temps.let(f64x2.add(f64x2.mul(half, double(2 / Math.PI)), double(doubleShifter)))
    const quarters = temps.let(f64x2.sub(shifted, double(doubleShifter)))
    const first = f64x2.sub(half, f64x2.mul(quarters, double(halfPiHigh)))
    return { shifted, r: temps.let(f64x2.sub(first, f64x2.mul(quarters, double(halfPiLow)))) }
  })
  const [low, high] = parts as [(typeof parts)[0], (typeof parts)[0]]
  return {
    quarters: temps.let(lowWords([low.shifted, high.shifted])),
    r: temps.let(demote([low.r, high.r])),
  }
}

/** sin(quarters π/2 + r): odd quarters swap sine and cosine, every second pair of quarters changes the sign. */
function turned(temps: Temporaries, arithmetic: Arithmetic, quarters: V128, r: V128): V128 {
  const { madd, float } = arithmetic
  const square = temps.let(f32x4.mul(r, r))
  // a product with r, not a sum, so that the sine of -0 is -0
  const sine = f32x4.mul(madd(polynomial(arithmetic, square, sineCoefficients), square, float(1)), r)
  const cosine = madd(polynomial(arithmetic, square, cosineCoefficients), square, float(1))
  const isOdd = i32x4.shrS(i32x4.shl(quarters, i32.const(31)), i32.const(31))
  const sign = v128.and(i32x4.shl(quarters, i32.const(30)), float(-0))
  return temps.let(v128.xor(v128.bitselect(cosine, sine, isOdd), sign))
}

/** `near`, except in lanes beyond ±2^20, where `scalar` computes the result. */
function withFar(temps: Temporaries, { float }: Arithmetic, x: V128, scalar: (x: F64) => F64, near: V128): V128 {
  const isFar = temps.let(f32x4.gt(f32x4.abs(x), float(2 ** 20)))
  return ifAny(
    temps,
    isFar,
    (inner) =>
      [0, 1, 2, 3].reduce((result, lane) => {
        const far = f32.demote(scalar(f64.promote(f32x4.extract(x, lane))))
        const chosen = ifElse(i32x4.extract(isFar, lane), far, f32x4.extract(result, lane))
        return inner.let(f32x4.replace(result, lane, chosen))
      }, near),
    () => near,
  )
}

/** π/2 in two parts, of 33 and 53 bits. */
const halfPiHigh = 1.5707963267341256
const halfPiLow = 6.077100506506192e-11

/** (sin(r) / r - 1) / r² in r², for |r| <= π/4: minimax, so that the sine has a relative error below 4e-9. */
const sineCoefficients = [-0.16666655242443085, 0.008332189172506332, -0.00019518285989761353]

/** (cos(r) - 1) / r² in r², for |r| <= π/4: minimax, so that the cosine has a relative error below 4e-8. */
const cosineCoefficients = [-0.4999988377094269, 0.04165571555495262, -0.001359101734124124]
