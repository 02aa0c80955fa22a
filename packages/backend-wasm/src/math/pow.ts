import { f32x4, f64x2, i32, instruction, type Temporaries, type V128, v128 } from '../assembler/index.ts'
import type { Arithmetic } from './arithmetic.ts'
import { demote, doubleShifter, promote } from './halves.ts'
import { splitAny } from './split.ts'

/**
 * x to the power y as IEEE 754 defines it, which is 1 where x is 1 or y is 0, even if the other is NaN: 1 ulp, and exact
 * where the power is a single precision number. It is 2^(y log2 |x|) in double precision, because the exponent multiplies
 * the error of the logarithm: before the one rounding at the end, the relative error is below 3e-9. The sign and the cases
 * without a logarithm are handled afterwards.
 */
export function pow(temps: Temporaries, arithmetic: Arithmetic, base: V128, exponent: V128): V128 {
  const { float } = arithmetic
  const x = temps.let(base)
  const y = temps.let(exponent)
  // an infinite y would give NaN where |x| is 1; the largest finite number, which is even, gives the same elsewhere
  const finite = temps.let(f32x4.pmin(f32x4.pmax(y, float(-largest)), float(largest)))
  const size = temps.let(powOfSize(temps, arithmetic, temps.let(f32x4.abs(x)), finite))

  const isInteger = temps.let(f32x4.eq(f32x4.trunc(finite), finite))
  const half = temps.let(f32x4.mul(finite, float(0.5)))
  const isOdd = v128.andNot(isInteger, f32x4.eq(f32x4.trunc(half), half))
  const isNegative = v128.and(f32x4.lt(x, float(0)), f32x4.gt(x, float(Number.NEGATIVE_INFINITY)))
  // a mask of ones is NaN
  const real = v128.or(size, v128.andNot(isNegative, isInteger))
  const signed = v128.xor(real, v128.and(v128.and(x, float(-0)), isOdd))
  return v128.bitselect(float(1), signed, v128.or(f32x4.eq(x, float(1)), f32x4.eq(y, float(0))))
}

/** x^y for x >= 0 and finite y; NaN where x is 0 or Infinity and y is 0. */
function powOfSize(temps: Temporaries, arithmetic: Arithmetic, x: V128, y: V128): V128 {
  const { float } = arithmetic
  const { exponent, excess } = splitAny(temps, arithmetic, x)
  // the logarithm of Infinity, NaN and 0 is Infinity, NaN and -Infinity
  const upTo = v128.bitselect(exponent, x, f32x4.lt(x, float(Number.POSITIVE_INFINITY)))
  const whole = f32x4.sub(upTo, v128.and(f32x4.eq(x, float(0)), float(Number.POSITIVE_INFINITY)))
  const [lowWhole, highWhole] = promote(temps, temps.let(whole))
  const [lowExcess, highExcess] = promote(temps, excess)
  const [lowY, highY] = promote(temps, y)
  const half = (n: V128, f: V128, power: V128): V128 =>
    exp2(temps, arithmetic, f64x2.mul(f64x2.add(n, log2(temps, arithmetic, f)), power))
  return demote([temps.let(half(lowWhole, lowExcess, lowY)), temps.let(half(highWhole, highExcess, highY))])
}

/** log2(1 + f) by the series of the inverse hyperbolic tangent, 2 artanh(s) / ln 2 for s = f / (2 + f). */
function log2(temps: Temporaries, arithmetic: Arithmetic, f: V128): V128 {
  const s = temps.let(f64x2.div(f, f64x2.add(f, arithmetic.double(2))))
  return f64x2.mul(doublePolynomial(arithmetic, temps.let(f64x2.mul(s, s)), logCoefficients), s)
}

/** 2^x, including results beyond the range of single precision. */
function exp2(temps: Temporaries, arithmetic: Arithmetic, x: V128): V128 {
  const { double } = arithmetic
  const within = temps.let(pmin(pmax(x, double(-200)), double(200)))
  const shifted = temps.let(f64x2.add(within, double(doubleShifter)))
  const rest = temps.let(f64x2.sub(within, f64x2.sub(shifted, double(doubleShifter))))
  const scale = addWords(shiftLeft(shifted, 52), double(1))
  return f64x2.mul(doublePolynomial(arithmetic, rest, expCoefficients), scale)
}

function doublePolynomial({ double }: Arithmetic, x: V128, coefficients: readonly number[]): V128 {
  return coefficients.map(double).reduceRight((higher, coefficient) => f64x2.add(f64x2.mul(higher, x), coefficient))
}

const pmin = (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xf6, 0x01], a, b)
const pmax = (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xf7, 0x01], a, b)
const shiftLeft = (a: V128, count: number): V128 => instruction('v128', [0xfd, 0xcb, 0x01], a, i32.const(count))
const addWords = (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xce, 0x01], a, b)

/** The largest finite number. */
const largest = (2 - 2 ** -23) * 2 ** 127

/** 2 artanh(s) / (s ln 2) in s², for |s| <= (√2 - 1) / (√2 + 1): minimax, with a relative error below 4.3e-12. */
const logCoefficients = [
  2.8853900817900815, 0.9617966733484036, 0.5770835836031442, 0.41167280581537574, 0.3407284169742416,
]

/** 2^t for |t| <= 1/2: minimax, with a relative error below 2e-9, and 1 for t = 0. */
const expCoefficients = [
  1, 0.6931472028810068, 0.24022647910285264, 0.055503324095502946, 0.009618437606142751, 0.001339890021561706,
  0.00015353341111784083,
]
