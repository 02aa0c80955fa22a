import { activation } from '@gradus/core'
import {
  celu as celuOf,
  elu as eluOf,
  greater,
  hardShrink as hardShrinkOf,
  leakyRelu as leakyReluOf,
  mul,
  relu6 as relu6Of,
  relu as reluOf,
  selu as seluOf,
  softShrink as softShrinkOf,
  sub,
  threshold as thresholdOf,
  where,
} from '@gradus/tensor'

/**
 * max(x, 0). Options set a slope below the threshold and a maximum. Keras: `relu`.
 *
 * @example
 * import { relu } from '@gradus/layers/activations'
 * import { tensor } from '@gradus/tensor'
 * relu(tensor([-2, 1, 9]), { maxValue: 6 }).array() // => [0, 1, 6]
 */
export const relu = /* @__PURE__ */ activation(
  'relu',
  {
    /** Slope below the threshold. */
    negativeSlope: { type: 'number', default: 0 },
    /** The largest output; unlimited by default. */
    maxValue: 'number',
    /** Up to this value the slope applies: negativeSlope * (x - threshold). */
    threshold: { type: 'number', default: 0 },
  },
  (x, { negativeSlope, maxValue, threshold }) => {
    let y = threshold === 0 ? reluOf(x) : where(greater(x, threshold), x, 0)
    // Keras clips to [0, maxValue]; the lower limit has an effect if the threshold is negative
    if (maxValue !== undefined) y = where(greater(y, maxValue), maxValue, reluOf(y))
    // below the threshold: negativeSlope * (x - threshold)
    return negativeSlope === 0 ? y : sub(y, mul(reluOf(sub(threshold, x)), negativeSlope))
  },
)

/** min(max(x, 0), 6). Keras: `relu6`. */
export const relu6 = /* @__PURE__ */ activation('relu6', {}, (x) => relu6Of(x))

/** x where it is positive, a small multiple of it elsewhere. Keras: `leaky_relu`. */
export const leakyRelu = /* @__PURE__ */ activation(
  'leakyRelu',
  {
    /** The slope below 0; in the layer `LeakyReLU` of Keras it is 0.3. */
    negativeSlope: { type: 'number', default: 0.2 },
  },
  (x, options) => leakyReluOf(x, options),
)

/** x where it exceeds the threshold, another value elsewhere. Keras: `threshold`. */
export const threshold = /* @__PURE__ */ activation(
  'threshold',
  {
    /** Values up to it are replaced. */
    threshold: { type: 'number', required: true },
    /** The value that replaces them. */
    defaultValue: { type: 'number', required: true },
  },
  (x, { threshold, defaultValue }) => thresholdOf(x, threshold, defaultValue),
)

/** x where it is positive, alpha * (exp(x) - 1) elsewhere. Keras: `elu` (Clevert et al., 2016). */
export const elu = /* @__PURE__ */ activation(
  'elu',
  {
    /** The limit for x far below 0 is -alpha. */
    alpha: { type: 'number', default: 1 },
  },
  (x, options) => eluOf(x, options),
)

/**
 * max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1): an exponential linear unit that is smooth for every alpha.
 * Keras: `celu` (Barron, 2017).
 */
export const celu = /* @__PURE__ */ activation(
  'celu',
  {
    /** The limit for x far below 0 is -alpha. */
    alpha: { type: 'number', default: 1 },
  },
  (x, options) => celuOf(x, options),
)

/**
 * A scaled exponential linear unit that keeps mean 0 and variance 1 from layer to layer, given lecunNormal weights.
 * Keras: `selu` (Klambauer et al., 2017).
 */
export const selu = /* @__PURE__ */ activation('selu', {}, (x) => seluOf(x))

/** x where |x| exceeds the threshold, 0 elsewhere. Keras: `hard_shrink`. */
export const hardShrink = /* @__PURE__ */ activation(
  'hardShrink',
  { threshold: { type: 'number', default: 0.5 } },
  (x, options) => hardShrinkOf(x, options),
)

/** x moved towards 0 by the threshold, and 0 where |x| is below it. Keras: `soft_shrink`. */
export const softShrink = /* @__PURE__ */ activation(
  'softShrink',
  { threshold: { type: 'number', default: 0.5 } },
  (x, options) => softShrinkOf(x, options),
)
