import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operationOf } from '../operation.ts'
import { normalizeAxes, normalizeAxis, reducedShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, div, equal, maximum, minimum, mul, neg, sub, where } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { expandOver } from './broadcast-op.ts'
import { binary } from './elementwise.ts'
import { exp, log, log1p } from './exponential.ts'
import { logicalAnd, logicalOr } from './logical.ts'
import { max } from './reduction.ts'
import { likeInput, requireAlike, requireFloat } from './rules.ts'
import { sigmoid } from './sigmoid.ts'
import { wide } from './wide.ts'

/** exp(x) divided by its sum over `axes`. */
const softmaxOp: Op<{ axes: readonly number[] }> = {
  name: 'softmax',
  shape: /* @__PURE__ */ likeInput('softmax', requireFloat),
  inline([x], { axes }) {
    const power = exp(shifted(wide(x!), axes))
    return cast(div(power, sum(power, { axis: axes, keepDims: true })), x!.dtype)
  },
  // dx = y (ct - sum(ct y))
  vjp(ct, [x], { axes }, y) {
    const [given, share] = [wide(ct), wide(y)]
    return [cast(mul(share, sub(given, sum(mul(given, share), { axis: axes, keepDims: true }))), x!.dtype)]
  },
}

/** The logarithm of `softmax`, without taking the logarithm of small numbers. */
const logSoftmaxOp: Op<{ axes: readonly number[] }> = {
  name: 'logSoftmax',
  shape: /* @__PURE__ */ likeInput('logSoftmax', requireFloat),
  inline([x], { axes }) {
    const below = shifted(wide(x!), axes)
    return cast(sub(below, log(sum(exp(below), { axis: axes, keepDims: true }))), x!.dtype)
  },
  // dx = ct - softmax(x) sum(ct)
  vjp(ct, [x], { axes }, y) {
    const given = wide(ct)
    // the exponential of a rounded logarithm would have too few digits
    const share = y.dtype === given.dtype ? exp(y) : apply(softmaxOp, [wide(x!)], { axes })
    return [cast(sub(given, mul(share, sum(given, { axis: axes, keepDims: true }))), x!.dtype)]
  },
}

/** `x` minus its largest element, so that `exp` cannot overflow. */
function shifted(x: Tensor, axes: readonly number[]): Tensor {
  return sub(x, max(x, { axis: axes, keepDims: true }))
}

/**
 * `[logits, target]`: minus the sum of target * log(softmax(logits)) along `axis`, where 0 * log(0) is 0, so that a class with the
 * logit -Infinity and the target 0 is left out. The gradient of such a term is 0 too.
 */
const softmaxCrossEntropyOp: Op<{ axis: number }> = {
  name: 'softmaxCrossEntropy',
  shape([logits, target], { axis }) {
    requireFloat('softmaxCrossEntropy', logits!)
    requireAlike('softmaxCrossEntropy', logits!, target!)
    return { shape: reducedShape(logits!.shape, [axis], false), dtype: logits!.dtype }
  },
  inline: ([logits, target], { axis }) => neg(sum(timesLog(target!, logits!, target!, axis), { axis })),
  // dlogits = ct (softmax sum(target) - target), where the sum is 1 for probabilities; dtarget = -ct logSoftmax
  vjp(ct, [logits, target], { axis }) {
    const each = expandOver(ct, logits!.shape, [axis])
    const expected = mul(softmax(logits!, { axis }), sum(target!, { axis, keepDims: true }))
    return [mul(each, sub(expected, target!)), neg(timesLog(target!, logits!, each, axis))]
  },
}

/** `factor * logSoftmax(logits)`, and 0 where both the target and the probability are 0. */
function timesLog(target: Tensor, logits: Tensor, factor: Tensor, axis: number): Tensor {
  const log = logSoftmax(logits, { axis })
  const leftOut = logicalAnd(equal(target, 0), equal(log, Number.NEGATIVE_INFINITY))
  return mul(factor, where(leftOut, 0, log))
}

/** The axis or axes over which the probabilities add up to 1; the last by default. */
export interface SoftmaxOptions {
  readonly axis?: number | readonly number[]
}

/**
 * Probabilities proportional to exp(x): positive, adding up to 1 over `axis`.
 *
 * @example
 * import { softmax, tensor } from '@gradus/tensor'
 * softmax(tensor([1, 1, 1, 1])).array() // => [0.25, 0.25, 0.25, 0.25]
 */
export const softmax = /* @__PURE__ */ operationOf(
  softmaxOp,
  (x: Tensor, { axis = -1 }: SoftmaxOptions = {}): Tensor =>
    apply(softmaxOp, [x], { axes: normalizeAxes('softmax', axis, x.rank) }),
  ['tensor', ['axis']],
)

/** log(softmax(x)) over `axis`, exact where the probability is too small for a float. */
export const logSoftmax = /* @__PURE__ */ operationOf(
  logSoftmaxOp,
  (x: Tensor, { axis = -1 }: SoftmaxOptions = {}): Tensor =>
    apply(logSoftmaxOp, [x], { axes: normalizeAxes('logSoftmax', axis, x.rank) }),
  ['tensor', ['axis']],
)

/**
 * Cross-entropy of `softmax(logits)` along `axis` with target probabilities of the same shape: one number per row. Exact
 * for confident rows, where the probability itself would round to 0 or 1. A class that is masked with the logit -Infinity is left
 * out if its target is 0; with another target the result is Infinity.
 *
 * @example
 * import { softmaxCrossEntropy, tensor } from '@gradus/tensor'
 * softmaxCrossEntropy(tensor([[100, 0]]), tensor([[0, 1]])).array() // => [100]
 * softmaxCrossEntropy(tensor([[0, -Infinity]]), tensor([[1, 0]])).array() // => [0]
 */
export const softmaxCrossEntropy = /* @__PURE__ */ operationOf(
  softmaxCrossEntropyOp,
  (logits: Tensor, target: Tensor, { axis = -1 }: { readonly axis?: number } = {}): Tensor => {
    const along = normalizeAxis('softmaxCrossEntropy', axis, logits.rank)
    return apply(softmaxCrossEntropyOp, [logits, target], { axis: along })
  },
  ['tensor', 'tensor', ['axis']],
)

/**
 * `sigmoidCrossEntropy(logits, target)`: binary cross-entropy of the logistic function of `logits` with targets from 0 to
 * 1, element by element.
 *
 * @example
 * import { sigmoidCrossEntropy, tensor } from '@gradus/tensor'
 * sigmoidCrossEntropy(tensor([-100, 100]), tensor([1, 1])).array() // => [100, 0]
 */
export const sigmoidCrossEntropy = /* @__PURE__ */ binary('sigmoidCrossEntropy', requireFloat, {
  // -t log(p) - (1 - t) log(1 - p) with p the logistic function of x; in this form no exponential overflows and no
  // logarithm of 0 is taken: max(x, 0) - x t + log(1 + exp(-|x|)). An infinite logit of the right sign costs nothing.
  inline(x, t) {
    const cost = where(isCertain(x, t), 0, sub(maximum(x, 0), mul(x, t)))
    return add(cost, log1p(exp(minimum(x, neg(x)))))
  },
  vjp: (ct, x, t) => [mul(ct, sub(sigmoid(x), t)), neg(mul(ct, where(isCertain(x, t), 0, x)))],
})

/** Whether a logit is infinite and its target is the class that it predicts. */
function isCertain(x: Tensor, target: Tensor): Tensor {
  const negative = logicalAnd(equal(x, Number.NEGATIVE_INFINITY), equal(target, 0))
  return logicalOr(negative, logicalAnd(equal(x, Number.POSITIVE_INFINITY), equal(target, 1)))
}
