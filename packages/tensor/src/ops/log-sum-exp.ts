import { apply } from '../interpreter.ts'
import { reducedShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, equal, maximum, mul, neg, sub, where } from './arithmetic.ts'
import { reshape, sum } from './broadcast.ts'
import { expandOver } from './broadcast-op.ts'
import { binary } from './elementwise.ts'
import { exp, log, log1p } from './exponential.ts'
import { isFinite as finite, logicalAnd, logicalNot } from './logical.ts'
import { reduction } from './reduce.ts'
import { max } from './reduction.ts'
import { abs } from './rounding.ts'
import { reducedInput, requireFloat } from './rules.ts'
import { sigmoid } from './sigmoid.ts'
import { softmax } from './softmax.ts'
import { wide } from './wide.ts'

/** `log(exp(a) + exp(b))` without overflow, with NumPy's broadcasting. */
export const logAddExp = /* @__PURE__ */ binary('logAddExp', requireFloat, {
  inline: (a, b) => add(maximum(a, b), log1p(exp(neg(abs(difference(a, b)))))),
  // exp(a) / (exp(a) + exp(b)) = sigmoid(a - b)
  vjp(ct, a, b) {
    const d = difference(a, b)
    return [mul(ct, sigmoid(d)), mul(ct, sigmoid(neg(d)))]
  },
})

/** a - b, but 0 for equal infinities. */
function difference(a: Tensor, b: Tensor): Tensor {
  return where(logicalAnd(equal(a, b), logicalNot(finite(a))), 0, sub(a, b))
}

/**
 * `log(sum(exp(x)))` over `axis`, without overflow; -inf where all elements are -inf. Its gradient is the softmax.
 *
 * @example
 * import { logSumExp, tensor } from '@gradus/tensor'
 * logSumExp(tensor([1000, 1000 - 1e9])).item() // => 1000
 */
export const logSumExp = /* @__PURE__ */ reduction({
  name: 'logSumExp',
  shape: /* @__PURE__ */ reducedInput('logSumExp', requireFloat),
  // with the largest element taken out before
  inline([x], { axes, keepDims }) {
    if (x!.size === 0) return log(sum(exp(x!), { axis: axes, keepDims }))
    const values = wide(x!)
    const largest = max(values, { axis: axes, keepDims: true })
    const shift = where(finite(largest), largest, 0)
    const total = sum(exp(sub(values, shift)), { axis: axes, keepDims: true })
    const y = cast(add(log(total), shift), x!.dtype)
    return keepDims ? y : reshape(y, reducedShape(x!.shape, axes, false))
  },
  // the softmax, which is accurate where exp(x - y) would feel the rounding of a large y; 0 in a row of -inf
  vjp(ct, [x], { axes }, y) {
    if (x!.size === 0) return [expandOver(ct, x!.shape, axes)]
    const dead = expandOver(equal(y, Number.NEGATIVE_INFINITY), x!.shape, axes)
    const share = apply(softmax.op, [where(dead, 0, x!)], { axes })
    return [where(dead, 0, mul(expandOver(ct, x!.shape, axes), share))]
  },
})
