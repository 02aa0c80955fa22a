import { activation } from '@gradus/core'
import {
  glu as gluOf,
  logSoftmax as logSoftmaxOf,
  softmax as softmaxOf,
  sparsemax as sparsemaxOf,
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
  (x, options) => sparsemaxOf(x, options),
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
  (x, options) => gluOf(x, options),
)
