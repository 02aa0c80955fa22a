import { type HostArray, Loss } from '@gradus/core'
import {
  add,
  broadcastTo,
  cast,
  concat,
  equal,
  expandDims,
  formatShape,
  full,
  iota,
  logAddExp,
  logicalAnd,
  logicalOr,
  logSoftmax,
  logSumExp,
  mul,
  neg,
  notEqual,
  reshape,
  ShapeError,
  type SymbolicShape,
  scan,
  sliceAxis,
  stack,
  sub,
  sum,
  type Tensor,
  takeAlongAxis,
  transpose,
  where,
  zeros,
} from '@gradus/tensor'
import { checkClassNumbers } from './check-labels.ts'

/** The logarithm of a probability of 0: finite, so that labels that do not fit into the steps have finite gradients. */
const logZero = -1e5

/**
 * Returns the connectionist temporal classification loss of each sample, `[batch]`: -log of the probability that the predictions spell
 * the labels. `target` is `[batch, labels]` with class numbers, filled up with 0, and `prediction` holds logits `[batch, steps,
 * classes]`; class 0 is the blank. Other shapes throw `ShapeError`. Labels that do not fit into the steps give about 100000.
 * Source: Keras `losses.ctc`; Graves et al. 2006.
 *
 * @example
 * import { ctc } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = ctc(tensor([[1]]), tensor([[[0, 0], [0, 0]]]))
 * loss.array().map((x) => x.toFixed(4)) // => ['0.2877']
 */
export function ctc(target: Tensor, prediction: Tensor): Tensor {
  requireSequences(target, prediction)
  const { dtype } = prediction
  const [batch, count] = target.shape as [number, number]
  const steps = prediction.shape[1]!
  const labels = cast(target, 'int32')
  const length = sum(cast(notEqual(labels, 0), 'int32'), { axis: 1, keepDims: true })

  // a state for each label and for the blanks around the labels: blank, label, blank, label, ..., blank
  const states = 2 * count + 1
  const blank = zeros([batch, 1], 'int32')
  const pairs = reshape(stack([zeros([batch, count], 'int32'), labels], 2), [batch, 2 * count])
  const symbols = concat([pairs, blank], 1)
  const emissions = takeAlongAxis(
    logSoftmax(prediction),
    broadcastTo(expandDims(symbols, 1), [batch, steps, states]),
    2,
  )

  // a blank may be left out between two labels that differ
  const before = concat([zeros([batch, 2], 'int32'), sliceAxis(symbols, 1, 0, states - 2)], 1)
  const skippable = logicalAnd(notEqual(symbols, 0), notEqual(symbols, before))
  const skip = where(skippable, full([], 0, dtype), logZero)
  const none = (width: number) => full([batch, width], logZero, dtype, prediction)
  const shifted = (x: Tensor, by: number) => concat([none(by), sliceAxis(x, 1, 0, states - by)], 1)
  const step = (score: Tensor, emission: Tensor): [Tensor, null] => {
    const reached = logAddExp(logAddExp(score, shifted(score, 1)), add(shifted(score, 2), skip))
    return [add(reached, emission), null]
  }
  const start = concat([full([batch, 1], 0, dtype, prediction), none(states - 1)], 1)
  const [score] = scan(step, start, transpose(emissions, [1, 0, 2]))

  // the end is the last label or the blank after it
  const position = iota([batch, states], 1, 'int32')
  const last = mul(length, 2)
  const atEnd = logicalOr(equal(position, last), equal(position, sub(last, 1)))
  return neg(logSumExp(where(atEnd, score, Number.NEGATIVE_INFINITY), { axis: 1 }))
}

/**
 * Connectionist temporal classification, for sequences of labels without positions (speech, handwriting): -log of the probability
 * that the predictions spell the labels. Targets are `[batch, labels]` with class numbers from 1, filled up with 0; predictions are
 * logits `[batch, steps, classes]`, of which class 0 is the blank. Other shapes throw `ShapeError`. Labels that do not fit into the
 * steps have a loss of about 100000. Source: Keras `losses.CTC`.
 *
 * @example
 * import { CTC } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new CTC().call(tensor([[1]]), tensor([[[0, 0], [0, 0]]])).item().toFixed(4) // => '0.2877'
 */
export class CTC extends Loss {
  static readonly type = 'CTC'
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return ctc(target, prediction)
  }

  override checkTarget(target: HostArray, prediction: SymbolicShape, name: string): void {
    checkClassNumbers(target, prediction, name, { advice: 'Correct the labels, or give the last layer more units.' })
  }

  // class numbers keep their dtype
  protected override castTarget(target: Tensor): Tensor {
    return target
  }
}

function requireSequences(target: Tensor, prediction: Tensor): void {
  if (target.rank === 2 && prediction.rank === 3 && target.shape[0] === prediction.shape[0]) return
  throw new ShapeError(
    `CTC: the targets have shape ${formatShape(target.shape)} and the predictions ${formatShape(prediction.shape)}; ` +
      'expected labels [batch, labels] and logits [batch, steps, classes].',
  )
}
