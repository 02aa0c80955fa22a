import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, greaterEqual, mul, where } from './arithmetic.ts'
import { broadcastTo } from './broadcast.ts'
import { iota } from './create.ts'
import { matmul } from './matmul.ts'
import { transpose } from './movement.ts'
import { repeat } from './rearrange.ts'
import { softmax } from './softmax.ts'
import { wide } from './wide.ts'

/** All are broadcast to the scores `[batch, heads, queries, keys]`. */
export interface DotProductAttentionOptions {
  /** Added to the scores. */
  readonly bias?: Tensor
  /** Keys of which the bool is false are left out. If all keys of a query are left out, they have equal weights. */
  readonly mask?: Tensor
  /** The factor of the scores; the default is 1 / sqrt(size of a head). */
  readonly scale?: number
  /** Whether later keys are left out. */
  readonly isCausal?: boolean
}

/** The score of a key that is left out: finite, so that a row of them has a softmax. */
const leftOut = -2.381976426469702e38

/**
 * Means of values, weighted by the softmax of scaled products of queries and keys. Queries are `[batch, queries, heads, size]`, keys
 * and values `[batch, keys, heads, size]`; with fewer heads, each serves several heads of queries. The result is like the queries.
 * Keras: `dot_product_attention`.
 *
 * @example
 * import { dotProductAttention, tensor } from '@gradus/tensor'
 * const query = tensor([[[[0]], [[0]]]])
 * const value = tensor([[[[1]], [[3]]]])
 * dotProductAttention(query, query, value).array() // => [[[[2]], [[2]]]]
 * dotProductAttention(query, query, value, { isCausal: true }).array() // => [[[[1]], [[2]]]]
 */
export const dotProductAttention = /* @__PURE__ */ operation(
  'dotProductAttention',
  (query: Tensor, key: Tensor, value: Tensor, options: DotProductAttentionOptions = {}): Tensor => {
    const { bias, mask, isCausal = false } = options
    const [q, k, v] = [query, key, value].map((x) => headsFirst(x, query)) as [Tensor, Tensor, Tensor]
    const scale = options.scale ?? 1 / Math.sqrt(query.shape[3]!)
    let scores = mul(wide(matmul(q, k, { transposeB: true })), scale)
    if (bias) scores = add(scores, cast(bias, scores.dtype))
    if (mask) scores = where(mask, scores, leftOut)
    if (isCausal) {
      const square = scores.shape.slice(-2)
      scores = where(broadcastTo(greaterEqual(iota(square, 0), iota(square, 1)), scores.shape), scores, leftOut)
    }
    const weights = cast(softmax(scores), value.dtype)
    return transpose(matmul(weights, v), [0, 2, 1, 3])
  },
  ['tensor', 'tensor', 'tensor', ['bias', 'mask', 'scale', 'isCausal']],
)

/** Repeats the heads of `[batch, heads, steps, size]` up to the number of heads of the queries. */
function headsFirst(x: Tensor, query: Tensor): Tensor {
  const heads = query.shape[2]
  if (x.rank !== 4 || query.rank !== 4 || heads! % x.shape[2]! !== 0) {
    throw new ShapeError(
      `dotProductAttention takes tensors [batch, steps, heads, size], where the number of heads of the queries is a multiple of that of the others, ` +
        `and got ${formatShape(query.shape)} and ${formatShape(x.shape)}.`,
    )
  }
  const all = x.shape[2] === heads ? x : repeat(x, heads! / x.shape[2]!, 2)
  return transpose(all, [0, 2, 1, 3])
}
