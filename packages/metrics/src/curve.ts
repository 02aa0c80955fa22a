import { divideNoNan } from '@gradus/core'
import {
  add,
  equal,
  greater,
  log,
  logicalAnd,
  maximum,
  minimum,
  mul,
  sliceAxis,
  sub,
  sum,
  type Tensor,
  where,
} from '@gradus/tensor'
import type { Confusion } from './confusion.ts'

/**
 * The area under the curve of counts `[thresholds, ...]`, whose thresholds rise: `[...]`. Source: Keras `metrics.AUC`; Davis and
 * Goadrich 2006 for the interpolation of `PR`.
 */
export function areas(
  counts: Confusion,
  curve: 'ROC' | 'PR' | 'PRGAIN',
  method: 'interpolation' | 'minoring' | 'majoring',
): Tensor {
  if (curve === 'PR' && method === 'interpolation') return interpolatedPR(counts)
  const [x, y] = curve === 'ROC' ? roc(counts) : curve === 'PR' ? precisionRecall(counts) : gains(counts)
  const [first, second] = [heads(y), tails(y)]
  const heights =
    method === 'interpolation'
      ? mul(add(first, second), 0.5)
      : method === 'minoring'
        ? minimum(first, second)
        : maximum(first, second)
  return sum(mul(sub(heads(x), tails(x)), heights), { axis: 0 })
}

type Curve = readonly [x: Tensor, y: Tensor]

function roc({ truePositives, falsePositives, trueNegatives, falseNegatives }: Confusion): Curve {
  return [
    divideNoNan(falsePositives, add(falsePositives, trueNegatives)),
    divideNoNan(truePositives, add(truePositives, falseNegatives)),
  ]
}

function precisionRecall({ truePositives, falsePositives, falseNegatives }: Confusion): Curve {
  return [
    divideNoNan(truePositives, add(truePositives, falseNegatives)),
    divideNoNan(truePositives, add(truePositives, falsePositives)),
  ]
}

function gains({ truePositives, falsePositives, trueNegatives, falseNegatives }: Confusion): Curve {
  const odds = divideNoNan(add(truePositives, falseNegatives), add(trueNegatives, falsePositives))
  const gain = (errors: Tensor) => sub(1, mul(odds, divideNoNan(errors, truePositives)))
  const none = equal(truePositives, 0)
  return [maximum(where(none, 0, gain(falseNegatives)), 0), where(none, 1, gain(falsePositives))]
}

// Between two thresholds the true positives are a linear function of all positives, of which the precision follows.
function interpolatedPR({ truePositives, falsePositives, falseNegatives }: Confusion): Tensor {
  const positives = add(truePositives, falsePositives)
  const [more, fewer] = [heads(positives), tails(positives)]
  const rise = sub(heads(truePositives), tails(truePositives))
  const slope = divideNoNan(rise, maximum(sub(more, fewer), 0))
  const intercept = sub(tails(truePositives), mul(slope, fewer))
  const ratio = where(logicalAnd(greater(more, 0), greater(fewer, 0)), divideNoNan(more, fewer), 1)
  const labels = maximum(tails(add(truePositives, falseNegatives)), 0)
  return sum(divideNoNan(mul(slope, add(rise, mul(intercept, log(ratio)))), labels), { axis: 0 })
}

function heads(x: Tensor): Tensor {
  return sliceAxis(x, 0, 0, x.shape[0]! - 1)
}

function tails(x: Tensor): Tensor {
  return sliceAxis(x, 0, 1, x.shape[0]! - 1)
}
