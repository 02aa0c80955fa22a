import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape, normalizeAxis } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { relu, softplus } from './activation.ts'
import { add, cast, div, greater, mul, neg, sub, where } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { iota } from './create.ts'
import { cumsum } from './cumulative.ts'
import { sqrt } from './exponential.ts'
import { sliceAxis } from './movement.ts'
import { asTensor } from './operands.ts'
import { abs } from './rounding.ts'
import { sigmoid } from './sigmoid.ts'
import { sort } from './sorting.ts'
import { tanh } from './trigonometric.ts'

/**
 * log(sigmoid(x)), computed as -softplus(-x), which neither overflows nor loses small values. Keras: `log_sigmoid`.
 *
 * @example
 * import { logSigmoid, tensor } from '@gradus/tensor'
 * logSigmoid(tensor([-1000, 1000])).array() // => [-1000, 0]
 */
export const logSigmoid = /* @__PURE__ */ operation(
  'logSigmoid',
  (x: TensorLike): Tensor => neg(softplus(neg(asTensor('logSigmoid', x)))),
  ['any'],
)

/**
 * x - tanh(x). Keras: `tanh_shrink`.
 *
 * @example
 * import { tanhShrink, tensor } from '@gradus/tensor'
 * tanhShrink(tensor([-20, 0])).array() // => [-19, 0]
 */
export const tanhShrink = /* @__PURE__ */ operation(
  'tanhShrink',
  (x: TensorLike): Tensor => {
    const value = asTensor('tanhShrink', x)
    return sub(value, tanh(value))
  },
  ['any'],
)

/**
 * x / (1 + |x|). Keras: `softsign`.
 *
 * @example
 * import { softsign, tensor } from '@gradus/tensor'
 * softsign(tensor([-1, 3])).array() // => [-0.5, 0.75]
 */
export const softsign = /* @__PURE__ */ operation(
  'softsign',
  (x: TensorLike): Tensor => {
    const value = asTensor('softsign', x)
    return div(value, add(abs(value), 1))
  },
  ['any'],
)

/**
 * (x + sqrt(x^2 + b)) / 2, a softplus without exponentials; `b` is 4 by default. Keras: `squareplus` (Barron, 2021).
 *
 * @example
 * import { squareplus, tensor } from '@gradus/tensor'
 * squareplus(tensor([0, 1.5])).array() // => [1, 2]
 */
export const squareplus = /* @__PURE__ */ operation(
  'squareplus',
  (x: TensorLike, { b = 4 }: { readonly b?: number } = {}): Tensor => {
    const value = asTensor('squareplus', x)
    return mul(add(value, sqrt(add(mul(value, value), b))), 0.5)
  },
  ['any', ['b']],
)

/**
 * The first half of `axis` (default the last) times the sigmoid of its second half; the axis becomes half as long.
 * Throws `ShapeError` for an axis of odd length. Keras: `glu` (Dauphin et al., 2017).
 *
 * @example
 * import { glu, tensor } from '@gradus/tensor'
 * glu(tensor([4, 6, 0, 100])).array() // => [2, 6]
 */
export const glu = /* @__PURE__ */ operation(
  'glu',
  (x: Tensor, { axis = -1 }: { readonly axis?: number } = {}): Tensor => {
    const along = normalizeAxis('glu', axis, x.rank)
    const size = x.shape[along]!
    if (size % 2 !== 0) {
      throw new ShapeError(
        `glu halves axis ${axis}, and in an input of shape ${formatShape(x.shape)} that axis has ${size} elements. Give it an even number.`,
      )
    }
    return mul(sliceAxis(x, along, 0, size / 2), sigmoid(sliceAxis(x, along, size / 2, size / 2)))
  },
  ['tensor', ['axis']],
)

/** The axis (default the last), and whether the result adds up to 1 (default false). */
export interface SparsemaxOptions {
  readonly axis?: number
  readonly exact?: boolean
}

/**
 * Like softmax, with exact zeros: max(x - tau, 0) along `axis`. Keras: `sparsemax` (Martins and Astudillo, 2016).
 *
 * In the paper, tau makes the result add up to 1. Keras computes another tau if the result has several positive elements, so that
 * it adds up to less. The default agrees with Keras; `exact` agrees with the paper.
 *
 * @example
 * import { sparsemax, tensor } from '@gradus/tensor'
 * sparsemax(tensor([1, 0.5, -3]), { exact: true }).array() // => [0.75, 0.25, 0]
 */
export const sparsemax = /* @__PURE__ */ operation(
  'sparsemax',
  (x: Tensor, { axis: given = -1, exact = false }: SparsemaxOptions = {}): Tensor => {
    const axis = normalizeAxis('sparsemax', given, x.rank)
    const sorted = sort(x, { axis, descending: true })
    const running = cumsum(sorted, { axis })
    // the support: the k largest elements, for the largest k such that k x_k exceeds the sum of these elements minus 1
    const support = greater(mul(sorted, add(iota(x.shape, axis, x.dtype), 1)), sub(running, 1))
    const k = sum(cast(support, x.dtype), { axis, keepDims: true })
    // paper: tau = (sum of the support - 1) / k; Keras adds up the running sums instead of the elements
    const total = sum(where(support, exact ? sorted : running, 0), { axis, keepDims: true })
    return relu(sub(x, div(sub(total, 1), k)))
  },
  ['tensor', ['axis', 'exact']],
)
