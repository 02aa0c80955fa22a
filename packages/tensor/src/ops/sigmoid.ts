import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { add, div, greaterEqual, minimum, mul, neg, sub, where } from './arithmetic.ts'
import { asTensor, type TensorLike } from './broadcast.ts'
import { exp } from './exponential.ts'
import { floatUnary, type None } from './rules.ts'

/** The logistic function 1 / (1 + exp(-x)). */
export const sigmoidOp: Op<None> = {
  name: 'sigmoid',
  elementwise: true,
  cost: 16,
  shape: floatUnary('sigmoid'),
  // with e = exp(-|x|), which cannot overflow: 1 / (1 + e) for x >= 0, else e / (1 + e)
  inline([x]) {
    const e = exp(minimum(x!, neg(x!)))
    return div(where(greaterEqual(x!, 0), 1, e), add(e, 1))
  },
  vjp: (ct, _, __, y) => [mul(ct, mul(y, sub(1, y)))],
}

/**
 * The logistic function 1 / (1 + exp(-x)), from 0 to 1; no input overflows.
 *
 * @example
 * import { sigmoid, tensor } from '@gradus/tensor'
 * sigmoid(tensor([-1000, 0, 1000])).array() // => [0, 0.5, 1]
 */
export const sigmoid = /* @__PURE__ */ operation(
  'sigmoid',
  (x: TensorLike): Tensor => apply(sigmoidOp, [asTensor('sigmoid', x)], null),
)
