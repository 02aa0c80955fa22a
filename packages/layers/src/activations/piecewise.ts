import { activation } from '@gradus/core'
import {
  hardSigmoid as hardSigmoidOf,
  hardSilu as hardSiluOf,
  hardTanh as hardTanhOf,
  sparseSigmoid as sparseSigmoidOf,
} from '@gradus/tensor'

/** x / 6 + 0.5 between -3 and 3, then 0 and 1: a sigmoid of straight lines. Keras: `hard_sigmoid`. */
export const hardSigmoid = /* @__PURE__ */ activation('hardSigmoid', {}, (x) => hardSigmoidOf(x))

/** x times the hard sigmoid of x. Keras: `hard_silu`, `hard_swish` (Howard et al., 2019). */
export const hardSilu = /* @__PURE__ */ activation('hardSilu', {}, (x) => hardSiluOf(x), ['hardSwish'])

/** x cut at -1 and 1. Keras: `hard_tanh`. */
export const hardTanh = /* @__PURE__ */ activation('hardTanh', {}, (x) => hardTanhOf(x))

/** 0 up to -1, (x + 1) / 2 up to 1, then 1. Keras: `sparse_sigmoid`. */
export const sparseSigmoid = /* @__PURE__ */ activation('sparseSigmoid', {}, (x) => sparseSigmoidOf(x))
