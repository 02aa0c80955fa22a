import type { ConfigOf, OptionsOf, Rng } from '@gradus/core'
import { add, expandDims, full, matmul, mul, type Shape, sum, swapAxes, type Tensor, tanh } from '@gradus/tensor'
import { AttentionLayer, type AttentionLayerConfig, type AttentionLayerOptions } from './attention-layer.ts'

const fields = {
  /** Whether the scores are multiplied by a trained number. */
  useScale: { type: 'boolean', default: false },
  /**
   * The scores: `dot` is the product of query and key, `concat` a trained number times the sum of tanh(query + key) over the
   * features.
   */
  scoreMode: { oneOf: ['dot', 'concat'], default: 'dot' },
} as const

/** The options of `Attention`. */
export interface AttentionConfig extends ConfigOf<typeof fields>, AttentionLayerConfig {}

/** The parameters of `Attention`: scalars, or none. */
export type AttentionParams = {
  readonly scale?: Tensor
  readonly concatScoreWeight?: Tensor
}

/**
 * Dot-product attention without projections. Inputs are `[query, value]` or `[query, value, key]` of shapes
 * `[batch, queries, features]` and `[batch, keys, features]`; the key defaults to the value. Returns `[batch, queries, features]`,
 * with zeros for masked queries; masked keys do not count. Throws `ShapeError` unless there are two or three inputs that fit. Keras:
 * `Attention` (Luong et al., 2015).
 *
 * @example
 * import { Attention } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const query = tensor([[[1, 0]]])
 * const value = tensor([[[10, 0], [0, 10]]])
 * new Attention().call([query, value]).array() // => [[[9.9995, 0.0005]]]
 */
export class Attention extends AttentionLayer<AttentionConfig, AttentionParams> {
  static readonly type = 'Attention'
  static override readonly fields = fields
  declare readonly options: AttentionLayerOptions & OptionsOf<typeof fields>

  protected makeParams(_rng: Rng, _query: Shape): AttentionParams {
    const { useScale, scoreMode } = this.options
    const one = () => full([], 1, this.dtype)
    return { ...(useScale && { scale: one() }), ...(scoreMode === 'concat' && { concatScoreWeight: one() }) }
  }

  protected scores(query: Tensor, key: Tensor, { scale, concatScoreWeight }: AttentionParams): Tensor {
    if (!concatScoreWeight) {
      const products = matmul(query, swapAxes(key, -2, -1))
      return scale ? mul(products, scale) : products
    }
    const sums = add(expandDims(query, -2), expandDims(key, -3))
    return mul(concatScoreWeight, sum(tanh(scale ? mul(scale, sums) : sums), { axis: -1 }))
  }
}
