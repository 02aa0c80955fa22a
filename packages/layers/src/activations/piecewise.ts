import { activation } from '@gradus/core'
import { add, div, greater, greaterEqual, less, lessEqual, mul, type Tensor, where } from '@gradus/tensor'

/** x / 6 + 0.5 between -3 and 3, then 0 and 1: a sigmoid of straight lines. Keras: `hard_sigmoid`. */
export const hardSigmoid = /* @__PURE__ */ activation('hardSigmoid', {}, sigmoidOfLines)

/** x times the hard sigmoid of x. Keras: `hard_silu`, `hard_swish` (Howard et al., 2019). */
export const hardSilu = /* @__PURE__ */ activation('hardSilu', {}, (x) => mul(x, sigmoidOfLines(x)), ['hardSwish'])

/** x cut at -1 and 1. Keras: `hard_tanh`. */
export const hardTanh = /* @__PURE__ */ activation('hardTanh', {}, (x) =>
  where(greater(x, 1), 1, where(less(x, -1), -1, x)),
)

/** 0 up to -1, (x + 1) / 2 up to 1, then 1. Keras: `sparse_sigmoid`. */
export const sparseSigmoid = /* @__PURE__ */ activation('sparseSigmoid', {}, (x) =>
  where(lessEqual(x, -1), 0, where(greaterEqual(x, 1), 1, mul(add(x, 1), 0.5))),
)

/** NaN stays NaN, and no gradient flows where the function is flat. */
function sigmoidOfLines(x: Tensor): Tensor {
  const line = add(div(x, 6), 0.5)
  return where(lessEqual(line, 0), 0, where(greaterEqual(line, 1), 1, line))
}
