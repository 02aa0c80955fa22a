import { checkArguments } from '../arguments.ts'
import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add, div, less, maximum, mul, sub, where } from './arithmetic.ts'
import { full } from './broadcast.ts'
import { iota, linspace } from './create.ts'
import { exp, pow, rsqrt, sqrt, square } from './exponential.ts'
import { asTensor } from './operands.ts'
import { abs } from './rounding.ts'
import { cos } from './trigonometric.ts'

// the polynomials of Abramowitz and Stegun, 9.8.1 and 9.8.2, the highest power first
const near = [0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1]
const far = [
  0.00392377, -0.01647633, 0.02635537, -0.02057706, 0.00916281, -0.00157565, 0.00225319, 0.01328592, 0.39894228,
]

function polynomial(coefficients: readonly number[], x: Tensor): Tensor {
  return coefficients
    .slice(1)
    .reduce<Tensor>(
      (value, coefficient) => add(mul(value, x), coefficient),
      full(x.shape, coefficients[0]!, x.dtype, x),
    )
}

/**
 * The modified Bessel function of order 0, with a relative error below 3e-7 (Abramowitz and Stegun, 9.8.1 and 9.8.2). NumPy and
 * Keras: `i0`.
 *
 * @example
 * import { i0, tensor } from '@gradus/tensor'
 * i0(tensor([0, 1])).array() // => [1, 1.26607]
 */
export const i0 = /* @__PURE__ */ operation(
  'i0',
  (x: TensorLike): Tensor => {
    const size = abs(asTensor('i0', x))
    const small = less(size, 3.75)
    const inner = polynomial(near, square(div(where(small, size, 0), 3.75)))
    const safe = maximum(size, 3.75)
    const outer = mul(mul(exp(safe), rsqrt(safe)), polynomial(far, div(3.75, safe)))
    return where(small, inner, outer)
  },
  ['any'],
)

/** A window from its values over the positions 0 to 1; a single element is 1. */
function windowOf(name: string, count: number, values: (position: Tensor) => Tensor): Tensor {
  checkArguments(name, [count], ['integer'])
  if (count < 0)
    throw new ShapeError(`${name}: a window of ${count} elements is not possible; give a whole number from 0.`)
  if (count < 2) return full([count], 1)
  return values(div(iota([count], 0, 'float32'), count - 1))
}

/** a cosine of `periods` periods over the window */
function wave(position: Tensor, periods = 1): Tensor {
  return cos(mul(position, 2 * Math.PI * periods))
}

/**
 * A triangle from 0 to 1 and back, float32. NumPy and Keras: `bartlett`.
 *
 * @example
 * import { bartlett } from '@gradus/tensor'
 * bartlett(5).array() // => [0, 0.5, 1, 0.5, 0]
 */
export function bartlett(count: number): Tensor {
  return windowOf('bartlett', count, (position) => sub(1, abs(sub(mul(position, 2), 1))))
}

/**
 * A raised cosine from 0 to 1 and back, float32. NumPy and Keras: `hanning`.
 *
 * @example
 * import { hanning } from '@gradus/tensor'
 * hanning(5).array() // => [0, 0.5, 1, 0.5, 0]
 */
export function hanning(count: number): Tensor {
  return windowOf('hanning', count, (position) => sub(0.5, mul(wave(position), 0.5)))
}

/** A raised cosine from 0.08 to 1 and back, float32. NumPy and Keras: `hamming`. */
export function hamming(count: number): Tensor {
  return windowOf('hamming', count, (position) => sub(0.54, mul(wave(position), 0.46)))
}

/** A sum of two cosines from 0 to 1 and back, float32. NumPy and Keras: `blackman`. */
export function blackman(count: number): Tensor {
  return windowOf('blackman', count, (position) =>
    add(sub(0.42, mul(wave(position), 0.5)), mul(wave(position, 2), 0.08)),
  )
}

/** A Bessel function over half an ellipse, which falls more quickly for larger `beta`, float32. NumPy and Keras: `kaiser`. */
export function kaiser(count: number, beta: number): Tensor {
  return windowOf('kaiser', count, (position) => {
    // (1 - r)(1 + r) for r from -1 to 1
    const height = mul(mul(position, sub(1, position)), 4)
    return div(i0(mul(sqrt(maximum(height, 0)), beta)), i0(full([], beta)))
  })
}

/**
 * `count` powers of `base` (default 10) with exponents at equal distances from `start` to `stop`. NumPy and Keras: `logspace`.
 *
 * @example
 * import { logspace } from '@gradus/tensor'
 * logspace(0, 2, 3).array() // => [1, 10, 100]
 */
export function logspace(start: number, stop: number, count = 50, base = 10): Tensor {
  return pow(base, linspace(start, stop, count))
}

/**
 * `count` numbers from `start` to `stop`, each the same multiple of the one before it. NumPy and Keras: `geomspace`.
 *
 * @example
 * import { geomspace } from '@gradus/tensor'
 * geomspace(1, 8, 4).array() // => [1, 2, 4, 8]
 */
export function geomspace(start: number, stop: number, count = 50): Tensor {
  if (!(start * stop > 0)) {
    throw new RangeError(
      `geomspace: from ${start} to ${stop} no number is a multiple of another; both must have one sign and not be 0.`,
    )
  }
  const growth = pow(stop / start, linspace(0, 1, count))
  return mul(growth, start)
}
