import { f32x4, v128 } from '../assembler/index.ts'
import { polynomial, type VectorFunction } from './arithmetic.ts'

/**
 * The error function: 2 ulp. Up to 1.05 it is a + a p(a²) for a = |x|. Beyond it is 1 - 1 / q(a)^8, where q is almost
 * linear: a polynomial for erfc itself would need twice as many terms. The eighth power multiplies the error of q by 8,
 * which erfc(1.05) = 0.14 makes small again.
 */
export const erf: VectorFunction = (temps, arithmetic, value) => {
  const { madd, float } = arithmetic
  const x = temps.let(value)
  const size = temps.let(f32x4.abs(x))
  const square = temps.let(f32x4.mul(x, x))
  const near = temps.let(madd(polynomial(arithmetic, square, nearCoefficients), size, size))
  const root = temps.let(polynomial(arithmetic, size, farCoefficients))
  const power2 = temps.let(f32x4.mul(root, root))
  const power4 = temps.let(f32x4.mul(power2, power2))
  const far = f32x4.sub(float(1), f32x4.div(float(1), f32x4.mul(power4, power4)))
  const result = v128.bitselect(far, near, f32x4.gt(size, float(1.05)))
  return v128.or(result, v128.and(x, float(-0)))
}

/**
 * erf(a) / a - 1 in a², for a <= 1.05: minimax, so that erf has a relative error below 2.6e-9. The first coefficient is 2 /
 * √π - 1 to single precision.
 */
const nearCoefficients = [
  0.12837916612625122, -0.3761261999607086, 0.11283490806818008, -0.0268491692841053, 0.005178558174520731,
  -0.0007917903712950647, 7.53197236917913e-5,
]

/**
 * erfc(a)^(-1/8) for 1.05 <= a <= 3.93: minimax, so that erf has an absolute error below 9.5e-9. Beyond that, up to
 * Infinity, the eighth power is so large that the result is 1.
 */
const farCoefficients = [
  0.9951878786087036, 0.16504037380218506, 0.03838708624243736, 0.08513437211513519, -0.03997475281357765,
  0.020243126899003983, -0.004489992745220661, 0.0005838163197040558,
]
