import { activation } from '@gradus/core'
import {
  add,
  clip,
  hardSigmoid as hardSigmoidOf,
  hardSilu as hardSiluOf,
  hardTanh as hardTanhOf,
  mul,
  sparseSigmoid as sparseSigmoidOf,
} from '@gradus/tensor'

const hardSigmoidFields = {
  /** The slope at 0: 1/6, or 0.2 in Keras 2 and TensorFlow.js. */
  slope: { type: 'number', min: 0, default: 1 / 6 },
} as const

/** x / 6 + 0.5 between -3 and 3, then 0 and 1: a sigmoid of straight lines. Keras: `hard_sigmoid`. */
export const hardSigmoid = /* @__PURE__ */ activation('hardSigmoid', hardSigmoidFields, (x, { slope }) =>
  slope === 1 / 6 ? hardSigmoidOf(x) : clip(add(mul(x, slope), 0.5), 0, 1),
)

/** x times the hard sigmoid of x. Keras: `hard_silu`, `hard_swish` (Howard et al., 2019). */
export const hardSilu = /* @__PURE__ */ activation('hardSilu', {}, (x) => hardSiluOf(x), ['hardSwish'])

/** x cut at -1 and 1. Keras: `hard_tanh`. */
export const hardTanh = /* @__PURE__ */ activation('hardTanh', {}, (x) => hardTanhOf(x))

/** 0 up to -1, (x + 1) / 2 up to 1, then 1. Keras: `sparse_sigmoid`. */
export const sparseSigmoid = /* @__PURE__ */ activation('sparseSigmoid', {}, (x) => sparseSigmoidOf(x))
