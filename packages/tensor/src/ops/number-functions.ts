import { type DType, isFloat, requireDType } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add, cast, div, equal, less, lessEqual, maximum, minimum, mul, sub, where } from './arithmetic.ts'
import { clip } from './clip.ts'
import { exp2, pow, sqrt, square } from './exponential.ts'
import { logAddExp } from './log-sum-exp.ts'
import { isFinite as finite, isNan, logicalAnd, logicalOr } from './logical.ts'
import { alignOperands, asTensor } from './operands.ts'
import { all } from './reduction.ts'
import { abs, sign } from './rounding.ts'
import { sin } from './trigonometric.ts'

/**
 * The real cube root. NumPy and Keras: `cbrt`.
 *
 * @example
 * import { cbrt, tensor } from '@gradus/tensor'
 * cbrt(tensor([-8, 27])).array() // => [-2, 3]
 */
export const cbrt = /* @__PURE__ */ operation(
  'cbrt',
  (x: TensorLike): Tensor => {
    const value = asTensor('cbrt', x)
    return mul(sign(value), pow(abs(value), 1 / 3))
  },
  ['any'],
)

/**
 * sqrt(a^2 + b^2), whose squares do not overflow; the gradient at 0 is 0. NumPy and Keras: `hypot`.
 *
 * @example
 * import { hypot, tensor } from '@gradus/tensor'
 * hypot(tensor([3, 0]), tensor([4, 2])).array() // => [5, 2]
 */
export const hypot = /* @__PURE__ */ operation(
  'hypot',
  (a: TensorLike, b: TensorLike): Tensor => {
    const [x, y] = alignOperands('hypot', [a, b]) as [Tensor, Tensor]
    const largest = maximum(abs(x), abs(y))
    const zero = equal(largest, 0)
    const scale = where(zero, 1, largest)
    const squares = add(square(div(x, scale)), square(div(y, scale)))
    const infinite = equal(largest, Number.POSITIVE_INFINITY)
    return where(infinite, largest, mul(largest, sqrt(where(zero, 1, squares))))
  },
  ['any', 'any'],
)

/** `log2(2 ** a + 2 ** b)` without overflow. NumPy and Keras: `logaddexp2`. */
export const logaddexp2 = /* @__PURE__ */ operation(
  'logaddexp2',
  (a: TensorLike, b: TensorLike): Tensor => {
    const [x, y] = alignOperands('logaddexp2', [a, b]) as [Tensor, Tensor]
    return div(logAddExp(mul(x, Math.LN2), mul(y, Math.LN2)), Math.LN2)
  },
  ['any', 'any'],
)

/**
 * sin(pi x) / (pi x), and 1 at 0. NumPy and Keras: `sinc`.
 *
 * @example
 * import { sinc, tensor } from '@gradus/tensor'
 * sinc(tensor([0, 0.5])).array() // => [1, 0.63662]
 */
export const sinc = /* @__PURE__ */ operation(
  'sinc',
  (x: TensorLike): Tensor => {
    const value = asTensor('sinc', x)
    const zero = equal(value, 0)
    const angle = mul(where(zero, 1, value), Math.PI)
    return where(zero, 1, div(sin(angle), angle))
  },
  ['any'],
)

/**
 * 0 below 0, 1 above it, `atZero` at 0. NumPy and Keras: `heaviside`.
 *
 * @example
 * import { heaviside, tensor } from '@gradus/tensor'
 * heaviside(tensor([-2, 0, 3]), 0.5).array() // => [0, 0.5, 1]
 */
export const heaviside = /* @__PURE__ */ operation(
  'heaviside',
  (x: TensorLike, atZero: TensorLike): Tensor => {
    const [value, middle] = alignOperands('heaviside', [x, atZero]) as [Tensor, Tensor]
    const step = where(less(value, 0), 0, where(equal(value, 0), middle, 1))
    return where(isNan(value), value, cast(step, value.dtype))
  },
  ['any', 'any'],
)

/** Degrees as radians. NumPy and Keras: `deg2rad`. */
export const deg2rad = /* @__PURE__ */ operation('deg2rad', (x: TensorLike): Tensor => mul(x, Math.PI / 180), ['any'])

/**
 * Radians as degrees. NumPy and Keras: `rad2deg`.
 *
 * @example
 * import { rad2deg, tensor } from '@gradus/tensor'
 * rad2deg(tensor([Math.PI])).array() // => [180]
 */
export const rad2deg = /* @__PURE__ */ operation('rad2deg', (x: TensorLike): Tensor => mul(x, 180 / Math.PI), ['any'])

/** `x * 2 ** exponent`; the exponents are integers. NumPy and Keras: `ldexp`. */
export const ldexp = /* @__PURE__ */ operation(
  'ldexp',
  (x: Tensor, exponent: Tensor): Tensor => mul(x, exp2(cast(exponent, x.dtype))),
  ['tensor', 'tensor'],
)

/**
 * `a / b`, and 0 where b is 0, with a gradient of 0 there. Keras: `divide_no_nan`.
 *
 * @example
 * import { divideNoNan, tensor } from '@gradus/tensor'
 * divideNoNan(tensor([1, 2]), tensor([0, 4])).array() // => [0, 0.5]
 */
export const divideNoNan = /* @__PURE__ */ operation(
  'divideNoNan',
  (a: TensorLike, b: TensorLike): Tensor => {
    const divisor = asTensor('divideNoNan', b)
    const zero = equal(divisor, 0)
    return where(zero, 0, div(a, where(zero, 1, divisor)))
  },
  ['any', 'any'],
)

/** The larger of `a` and `b`, the other one where one is NaN. NumPy and Keras: `fmax`. */
export const fmax = /* @__PURE__ */ operation(
  'fmax',
  (a: TensorLike, b: TensorLike): Tensor => {
    const [x, y] = alignOperands('fmax', [a, b]) as [Tensor, Tensor]
    return where(isNan(x), y, where(isNan(y), x, maximum(x, y)))
  },
  ['any', 'any'],
)

/** The smaller of `a` and `b`, the other one where one is NaN. NumPy and Keras: `fmin`. */
export const fmin = /* @__PURE__ */ operation(
  'fmin',
  (a: TensorLike, b: TensorLike): Tensor => {
    const [x, y] = alignOperands('fmin', [a, b]) as [Tensor, Tensor]
    return where(isNan(x), y, where(isNan(y), x, minimum(x, y)))
  },
  ['any', 'any'],
)

/** Whether the sign is negative, that of -0 included. NumPy and Keras: `signbit`. */
export const signbit = /* @__PURE__ */ operation(
  'signbit',
  (x: TensorLike): Tensor => {
    const value = asTensor('signbit', x)
    const negative = less(value, 0)
    return isFloat(value.dtype) ? logicalOr(negative, less(div(1, value), 0)) : negative
  },
  ['any'],
)

/** Whether each element is -Infinity. NumPy and Keras: `isneginf`. */
export const isneginf = /* @__PURE__ */ operation('isneginf', (x: Tensor): Tensor => isEqualTo(x, -1), ['tensor'])

/** Whether each element is +Infinity. NumPy and Keras: `isposinf`. */
export const isposinf = /* @__PURE__ */ operation('isposinf', (x: Tensor): Tensor => isEqualTo(x, 1), ['tensor'])

function isEqualTo(x: Tensor, side: number): Tensor {
  return equal(isFloat(x.dtype) ? x : cast(x, 'float32'), side * Number.POSITIVE_INFINITY)
}

/** How far numbers may be apart: `absolute + relative * |b|`, 1e-8 and 1e-5 by default; whether NaN is close to NaN. */
export interface ClosenessOptions {
  readonly rtol?: number
  readonly atol?: number
  readonly equalNan?: boolean
}

/**
 * Whether elements are equal up to |a - b| <= atol + rtol |b|; equal infinities are. NumPy and Keras: `isclose`.
 *
 * @example
 * import { isclose, tensor } from '@gradus/tensor'
 * isclose(tensor([1, 1]), tensor([1.000001, 1.1])).array() // => [true, false]
 */
export const isclose = /* @__PURE__ */ operation(
  'isclose',
  (a: TensorLike, b: TensorLike, { rtol = 1e-5, atol = 1e-8, equalNan = false }: ClosenessOptions = {}): Tensor => {
    const [x, y] = alignOperands('isclose', [a, b]) as [Tensor, Tensor]
    if (!isFloat(x.dtype)) return isclose(cast(x, 'float32'), cast(y, 'float32'), { rtol, atol })
    const near = logicalAnd(finite(y), lessEqual(abs(sub(x, y)), add(mul(abs(y), rtol), atol)))
    const close = logicalOr(near, equal(x, y))
    return equalNan ? logicalOr(close, logicalAnd(isNan(x), isNan(y))) : close
  },
  ['any', 'any', ['rtol', 'atol', 'equalNan']],
)

/** Whether all elements are close, as a bool tensor without axes; see `isclose`. NumPy and Keras: `allclose`. */
export const allclose = /* @__PURE__ */ operation(
  'allclose',
  (a: TensorLike, b: TensorLike, options: ClosenessOptions = {}): Tensor => all(isclose(a, b, options)),
  ['any', 'any', ['rtol', 'atol', 'equalNan']],
)

const limits: Partial<Record<DType, readonly [number, number]>> = {
  float16: [-65504, 65504],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
}

/**
 * `x` in another dtype, with values outside its range set to its limits; NaN becomes 0 in integers. Keras: `saturate_cast`.
 *
 * @example
 * import { saturateCast, tensor } from '@gradus/tensor'
 * saturateCast(tensor([1e6]), 'float16').array() // => [65504]
 */
export const saturateCast = /* @__PURE__ */ operation(
  'saturateCast',
  (x: Tensor, dtype: DType): Tensor => {
    requireDType('saturateCast', dtype)
    const range = limits[dtype]
    if (x.dtype === dtype) return x
    if (range && isFloat(x.dtype)) return cast(clip(x, ...range), dtype)
    if (dtype === 'uint32' && x.dtype === 'int32') return cast(maximum(x, 0), dtype)
    if (dtype === 'int32' && x.dtype === 'uint32') return cast(minimum(x, 2 ** 31 - 1), dtype)
    return cast(x, dtype)
  },
  ['tensor', 'any'],
)

/**
 * Of several conditions the first that holds chooses the value of an element; where none holds it is `otherwise` (default 0).
 * NumPy and Keras: `select`.
 *
 * @example
 * import { greater, less, select, tensor } from '@gradus/tensor'
 * const x = tensor([1, 5, 9])
 * select([less(x, 3), greater(x, 6)], [x, 100]).array() // => [1, 0, 100]
 */
export const select = /* @__PURE__ */ operation(
  'select',
  (conditions: readonly Tensor[], values: readonly TensorLike[], otherwise: TensorLike = 0): Tensor => {
    if (conditions.length !== values.length || conditions.length === 0) {
      throw new ShapeError(
        `select: there are ${conditions.length} conditions and ${values.length} values; give one value for each condition.`,
      )
    }
    const operands = alignOperands('select', [...values, otherwise])
    return conditions.reduceRight(
      (rest, condition, index) => where(condition, operands[index]!, rest),
      operands.at(-1)!,
    )
  },
  ['tensors', 'any', 'any'],
)
