import { activation } from '@gradus/core'
import {
  exp,
  gelu as geluOf,
  logSigmoid as logSigmoidOf,
  mul,
  sigmoid as sigmoidOf,
  silu as siluOf,
  softplus as softplusOf,
  softsign as softsignOf,
  sparsePlus as sparsePlusOf,
  squareplus as squareplusOf,
  tanh as tanhOf,
  tanhShrink as tanhShrinkOf,
} from '@gradus/tensor'

/** x itself. Keras: `linear`. */
export const linear = /* @__PURE__ */ activation('linear', {}, (x) => x)

/** exp(x). Keras: `exponential`. */
export const exponential = /* @__PURE__ */ activation('exponential', {}, (x) => exp(x))

/** 1 / (1 + exp(-x)). Keras: `sigmoid`. */
export const sigmoid = /* @__PURE__ */ activation('sigmoid', {}, (x) => sigmoidOf(x))

/** log(sigmoid(x)), computed as -softplus(-x), which neither overflows nor loses small values. Keras: `log_sigmoid`. */
export const logSigmoid = /* @__PURE__ */ activation('logSigmoid', {}, (x) => logSigmoidOf(x))

/** The hyperbolic tangent. Keras: `tanh`. */
export const tanh = /* @__PURE__ */ activation('tanh', {}, (x) => tanhOf(x))

/** x - tanh(x). Keras: `tanh_shrink`. */
export const tanhShrink = /* @__PURE__ */ activation('tanhShrink', {}, (x) => tanhShrinkOf(x))

/** x / (1 + |x|). Keras: `softsign`. */
export const softsign = /* @__PURE__ */ activation('softsign', {}, (x) => softsignOf(x))

/** log(1 + exp(x)). Keras: `softplus`. */
export const softplus = /* @__PURE__ */ activation('softplus', {}, (x) => softplusOf(x))

/** (x + sqrt(x^2 + b)) / 2: a softplus without exponentials. Keras: `squareplus` (Barron, 2021). */
export const squareplus = /* @__PURE__ */ activation(
  'squareplus',
  {
    /** The larger b is, the smoother is the curve around 0. */
    b: { type: 'number', default: 4 },
  },
  (x, options) => squareplusOf(x, options),
)

/** 0 up to -1, (x + 1)^2 / 4 up to 1, then x. Keras: `sparse_plus`. */
export const sparsePlus = /* @__PURE__ */ activation('sparsePlus', {}, (x) => sparsePlusOf(x))

/** x * sigmoid(x). Keras: `silu`, `swish` (Ramachandran et al., 2017). */
export const silu = /* @__PURE__ */ activation('silu', {}, (x) => siluOf(x), ['swish'])

/** x * tanh(softplus(x)). Keras: `mish` (Misra, 2019). */
export const mish = /* @__PURE__ */ activation('mish', {}, (x) => mul(x, tanhOf(softplusOf(x))))

/**
 * x times the probability that a standard normal number is below x: 0.5 x (1 + erf(x / sqrt(2))).
 * Keras: `gelu` (Hendrycks and Gimpel, 2016), exact by default.
 *
 * @example
 * import { gelu } from '@gradus/layers/activations'
 * import { tensor } from '@gradus/tensor'
 * gelu(tensor([0])).array() // => [0]
 */
export const gelu = /* @__PURE__ */ activation(
  'gelu',
  {
    /** Whether to use the approximation by the hyperbolic tangent. */
    approximate: { type: 'boolean', default: false },
  },
  (x, { approximate }) => geluOf(x, { approximate }),
)
