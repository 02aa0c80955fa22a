import type { ConfigOf, OptionsOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { type Heads, HeadsAttention, type HeadsAttentionConfig, type HeadsAttentionOptions } from './heads-attention.ts'

const fields = {
  numHeads: { type: 'integer', min: 1, required: true, example: '4' },
  /** Size of each head of queries and keys. */
  keyDim: { type: 'integer', min: 1, required: true, example: '16' },
  /** Size of each head of values (default `keyDim`). */
  valueDim: { type: 'integer', min: 1 },
  /** The last axis of the output, or several (default that of the query). */
  outputShape: { type: ['integer', 'numbers'], min: 1 },
  /** Axes to attend over (default all between the batch and the features). */
  attentionAxes: ['integer', 'numbers'],
} as const

/** The options of `MultiHeadAttention`. */
export interface MultiHeadAttentionConfig extends ConfigOf<typeof fields>, HeadsAttentionConfig {}

/**
 * Multi-head attention. In each head, the output for a query is a weighted mean of the values; the weights are the softmax of the
 * scaled products of the query with the keys. Inputs are `[query, value]`, `[query, value, key]` or `{ query, value, key }` of
 * shapes `[batch, queries, features]` and `[batch, keys, features]`; a single tensor is all three. Returns
 * `[batch, queries, features]` with the mask of the query. Throws `ShapeError` for inputs with fewer than three axes, and for
 * keys and values of different lengths. Keras: `MultiHeadAttention` (Vaswani et al., 2017).
 *
 * @example
 * import { MultiHeadAttention } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 8 })
 * const [x, memory] = [ones([1, 5, 16]), ones([1, 7, 16])]
 * layer.call([x, memory]).shape // => [1, 5, 16]
 * layer.callAll([x, x], { useCausalMask: true, returnAttentionScores: true })[1].shape // => [1, 2, 5, 5]
 */
export class MultiHeadAttention extends HeadsAttention<MultiHeadAttentionConfig> {
  static readonly type = 'MultiHeadAttention'
  static override readonly fields = fields
  declare readonly options: HeadsAttentionOptions & OptionsOf<typeof fields>

  protected heads(): Heads {
    const { numHeads, keyDim, valueDim = keyDim } = this.options
    return { queries: numHeads, keys: numHeads, keySize: keyDim, valueSize: valueDim }
  }

  /** The mask of the tensor: the option `queryMask` is ignored, as in Keras. */
  protected override queryMaskOf(own: Tensor | undefined): Tensor | undefined {
    return own
  }

  protected override attentionAxes(rank: number): readonly number[] {
    const { attentionAxes } = this.options
    if (attentionAxes === undefined) return super.attentionAxes(rank)
    const axes = typeof attentionAxes === 'number' ? [attentionAxes] : attentionAxes
    return axes.map((axis) => (axis < 0 ? axis + rank - 1 : axis))
  }

  protected override outputSizes(features: number): readonly number[] {
    const { outputShape = features } = this.options
    return typeof outputShape === 'number' ? [outputShape] : outputShape
  }
}
