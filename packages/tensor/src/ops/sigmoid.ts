import { add, div, greaterEqual, minimum, mul, neg, sub, where } from './arithmetic.ts'
import { unary } from './elementwise.ts'
import { exp } from './exponential.ts'
import { requireFloat } from './rules.ts'

/**
 * The logistic function 1 / (1 + exp(-x)), from 0 to 1; no input overflows.
 *
 * @example
 * import { sigmoid, tensor } from '@gradus/tensor'
 * sigmoid(tensor([-1000, 0, 1000])).array() // => [0, 0.5, 1]
 */
export const sigmoid = /* @__PURE__ */ unary('sigmoid', requireFloat, {
  cost: 16,
  // with e = exp(-|x|), which cannot overflow: 1 / (1 + e) for x >= 0, else e / (1 + e)
  inline(x) {
    const e = exp(minimum(x, neg(x)))
    return div(where(greaterEqual(x, 0), 1, e), add(e, 1))
  },
  vjp: (ct, _, y) => mul(ct, mul(y, sub(1, y))),
})
