import { checkArguments } from '../arguments.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { normalizeAxis, type Shape } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { add, cast, div, greater, less, where } from './arithmetic.ts'
import { broadcastTo, full } from './broadcast.ts'
import { iota } from './create.ts'
import { gatherOp } from './indexing-op.ts'
import { logicalAnd } from './logical.ts'
import { permutation, randomUniform } from './random.ts'
import { foldIn } from './random-key.ts'
import { scan } from './scan.ts'

/**
 * `x` with the elements along `axis` (default 0) in random order. Keras: `random.shuffle`.
 *
 * @example
 * import { randomKey, shuffle, tensor } from '@gradus/tensor'
 * shuffle(randomKey(1), tensor([[1, 2, 3]])).array() // => [[1, 2, 3]]
 */
export function shuffle(key: Tensor, x: Tensor, axis = 0): Tensor {
  checkArguments('shuffle', [key, x, axis], ['key', 'tensor', 'integer'])
  const along = normalizeAxis('shuffle', axis, x.rank)
  return apply(gatherOp, [x, permutation(key, x.shape[along]!)], { axis: along })
}

/** The shape of the choice of zeros (default that of x); its axes of size 1 are chosen together. */
export interface DropoutOptions {
  readonly noiseShape?: Shape
}

/**
 * `x` with elements set to 0 with the probability `rate`, and the others divided by 1 - rate. Keras: `random.dropout`.
 *
 * @example
 * import { dropout, randomKey, tensor } from '@gradus/tensor'
 * dropout(randomKey(1), tensor([1, 2]), 0).array() // => [1, 2]
 */
export function dropout(key: Tensor, x: Tensor, rate: number, { noiseShape }: DropoutOptions = {}): Tensor {
  checkArguments('dropout', [key, x, rate], ['key', 'tensor', 'any'])
  if (!(rate >= 0 && rate <= 1)) {
    throw new RangeError(`dropout: the rate is ${rate}; it is a probability from 0 to 1.`)
  }
  if (rate === 0) return x
  if (rate === 1) return full(x.shape, 0, x.dtype, x)
  const stays = less(randomUniform(key, noiseShape ?? x.shape), 1 - rate)
  return where(broadcastTo(stays, x.shape), div(x, 1 - rate), 0)
}

/** The largest count. Needed where counts are a tensor of unknown values, as in compiled functions. */
export interface BinomialOptions {
  readonly maxCount?: number
}

/**
 * The numbers of successes, float32, among `counts` trials with `probabilities` of success: numbers, or tensors that are broadcast to
 * `shape`. Draws the trials one after the other; the number of trials is the largest count. Keras: `random.binomial`.
 *
 * @example
 * import { randomBinomial, randomKey } from '@gradus/tensor'
 * randomBinomial(randomKey(1), [3], 5, 1).array() // => [5, 5, 5]
 */
export function randomBinomial(
  key: Tensor,
  shape: Shape,
  counts: TensorLike,
  probabilities: TensorLike,
  { maxCount }: BinomialOptions = {},
): Tensor {
  checkArguments('randomBinomial', [key, shape, counts, probabilities], ['key', 'integers', 'any', 'any'])
  const trials = typeof counts === 'number' ? Math.max(0, Math.ceil(counts)) : trialsOf(counts, maxCount)
  const limit = counts instanceof Tensor ? cast(counts, 'float32') : Number(counts)
  const p = probabilities instanceof Tensor ? cast(probabilities, 'float32') : Number(probabilities)
  const step = (successes: Tensor, trial: Tensor) => {
    const hit = less(randomUniform(foldIn(key, trial), shape), p)
    const counted = logicalAnd(hit, greater(limit, cast(trial, 'float32')))
    return [add(successes, cast(broadcastTo(counted, shape), 'float32')), null] as const
  }
  const [total] = scan(step, full(shape, 0, 'float32', key), iota([trials], 0, 'uint32'))
  return total
}

function trialsOf(counts: TensorLike, maxCount: number | undefined): number {
  if (maxCount !== undefined) return maxCount
  if (!(counts instanceof Tensor)) return Number(counts)
  if (counts.concrete && counts.storage.readsAtOnce) {
    return Array.from<number>(counts.dataSync()).reduce(
      (most: number, count: number) => Math.max(most, Math.ceil(count)),
      0,
    )
  }
  throw new ShapeError(
    'randomBinomial: the counts are not known here, and the number of trials depends on them. Give the largest, as in { maxCount: 10 }.',
  )
}
