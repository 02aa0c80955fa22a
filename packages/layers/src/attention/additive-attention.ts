import type { ConfigOf, OptionsOf, Rng } from '@gradus/core'
import { add, expandDims, mul, type Shape, sum, type Tensor, tanh } from '@gradus/tensor'
import { GlorotUniform } from '../initializers/glorot-uniform.ts'
import { AttentionLayer, type AttentionLayerConfig, type AttentionLayerOptions } from './attention-layer.ts'

const fields = {
  /** Whether each feature has a trained weight in the scores. */
  useScale: { type: 'boolean', default: true },
} as const

/** The options of `AdditiveAttention`. */
export interface AdditiveAttentionConfig extends ConfigOf<typeof fields>, AttentionLayerConfig {}

/** The parameters of `AdditiveAttention`. */
export type AdditiveAttentionParams = {
  /** The weight of each feature, `[features]`. */
  readonly scale?: Tensor
}

/**
 * Additive attention without projections: the score of a query and a key is the sum of scale * tanh(query + key) over the features.
 * Inputs are `[query, value]` or `[query, value, key]` of shapes `[batch, queries, features]` and `[batch, keys, features]`; the key
 * defaults to the value. Returns `[batch, queries, features]`, with zeros for masked queries; masked keys do not count. Throws
 * `ShapeError` unless there are two or three inputs that fit. Keras: `AdditiveAttention` (Bahdanau et al., 2014).
 *
 * @example
 * import { AdditiveAttention } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const value = tensor([[[2], [4]]])
 * new AdditiveAttention({ useScale: false }).call([tensor([[[50]]]), value]).array() // => [[[3]]]
 */
export class AdditiveAttention extends AttentionLayer<AdditiveAttentionConfig, AdditiveAttentionParams> {
  static readonly type = 'AdditiveAttention'
  static override readonly fields = fields
  declare readonly options: AttentionLayerOptions & OptionsOf<typeof fields>

  protected makeParams(rng: Rng, query: Shape): AdditiveAttentionParams {
    if (!this.options.useScale) return {}
    return { scale: new GlorotUniform().make(rng.next(), [query.at(-1)!], this.dtype) }
  }

  protected scores(query: Tensor, key: Tensor, { scale }: AdditiveAttentionParams): Tensor {
    const bent = tanh(add(expandDims(query, -2), expandDims(key, -3)))
    return sum(scale ? mul(scale, bent) : bent, { axis: -1 })
  }
}
