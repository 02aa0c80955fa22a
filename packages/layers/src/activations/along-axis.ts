import { activation } from '@gradus/core'
import {
  add,
  cast,
  cumsum,
  div,
  formatShape,
  greater,
  iota,
  logSoftmax as logSoftmaxOf,
  mul,
  normalizeAxis,
  relu,
  ShapeError,
  sigmoid,
  sliceAxis,
  softmax as softmaxOf,
  sort,
  sub,
  sum,
  where,
} from '@gradus/tensor'

/**
 * Probabilities proportional to exp(x) along an axis. Keras: `softmax`.
 *
 * @example
 * import { softmax } from '@gradus/layers/activations'
 * import { tensor } from '@gradus/tensor'
 * softmax(tensor([[1, 1]])).array() // => [[0.5, 0.5]]
 */
export const softmax = /* @__PURE__ */ activation(
  'softmax',
  {
    /** The axis, or axes, whose probabilities add up to 1. */
    axis: { type: ['integer', 'numbers'], default: -1 },
  },
  (x, { axis }) => softmaxOf(x, { axis }),
)

/** The logarithm of the softmax along an axis. Keras: `log_softmax`. */
export const logSoftmax = /* @__PURE__ */ activation(
  'logSoftmax',
  {
    /** The axis whose probabilities add up to 1. */
    axis: { type: 'integer', default: -1 },
  },
  (x, { axis }) => logSoftmaxOf(x, { axis }),
)

/**
 * Like softmax, with exact zeros: max(x - tau, 0) along an axis. Keras: `sparsemax` (Martins and Astudillo, 2016).
 *
 * In the paper, tau makes the result add up to 1. Keras 3.16 computes another tau if the result has several positive elements,
 * so that it adds up to less. The default agrees with Keras; `exact` agrees with the paper.
 *
 * @example
 * import { sparsemax } from '@gradus/layers/activations'
 * import { tensor } from '@gradus/tensor'
 * sparsemax(tensor([1, 0.5, -3]), { exact: true }).array() // => [0.75, 0.25, 0]
 */
export const sparsemax = /* @__PURE__ */ activation(
  'sparsemax',
  {
    /** The axis whose probabilities add up to 1. */
    axis: { type: 'integer', default: -1 },
    /** Whether to compute the projection of the paper rather than the result of Keras. */
    exact: { type: 'boolean', default: false },
  },
  (x, options) => {
    const axis = normalizeAxis('sparsemax', options.axis, x.rank)
    const sorted = sort(x, { axis, descending: true })
    const running = cumsum(sorted, { axis })
    // the support: the k largest elements, for the largest k such that k x_k exceeds the sum of these elements minus 1
    const support = greater(mul(sorted, add(iota(x.shape, axis, x.dtype), 1)), sub(running, 1))
    const k = sum(cast(support, x.dtype), { axis, keepDims: true })
    // paper: tau = (sum of the support - 1) / k; Keras adds up the running sums instead of the elements
    const total = sum(where(support, options.exact ? sorted : running, 0), { axis, keepDims: true })
    return relu(sub(x, div(sub(total, 1), k)))
  },
)

/**
 * The first half of an axis times the sigmoid of its second half; halves that axis.
 * Throws `ShapeError` for an axis of odd length. Keras: `glu` (Dauphin et al., 2017).
 */
export const glu = /* @__PURE__ */ activation(
  'glu',
  {
    /** The axis that is halved. */
    axis: { type: 'integer', default: -1 },
  },
  (x, { axis }) => {
    const along = normalizeAxis('glu', axis, x.rank)
    const size = x.shape[along]!
    if (size % 2 !== 0) {
      throw new ShapeError(
        `glu halves axis ${axis}, and in an input of shape ${formatShape(x.shape)} that axis has ${size} elements. Give it an even number.`,
      )
    }
    return mul(sliceAxis(x, along, 0, size / 2), sigmoid(sliceAxis(x, along, size / 2, size / 2)))
  },
)
