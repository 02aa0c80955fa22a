import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  type LayerOptions,
  type OptionsOf,
  type Regularizer,
  shapeError,
} from '@gradus/core'
import type { Shape } from '@gradus/tensor'
import { type Heads, HeadsAttention, type HeadsAttentionConfig, type HeadsAttentionOptions } from './heads-attention.ts'

const fields = {
  /** Size of each head. */
  headDim: { type: 'integer', min: 1, required: true, example: '16' },
  /** The number of heads of queries. */
  numQueryHeads: { type: 'integer', min: 1, required: true, example: '8' },
  /** The number of heads of keys and values, which divides that of queries; with 1 it is multi-query attention. */
  numKeyValueHeads: { type: 'integer', min: 1, required: true, example: '2' },
} as const

/** The options of `GroupQueryAttention`. */
export interface GroupQueryAttentionConfig extends ConfigOf<typeof fields>, HeadsAttentionConfig {}

/**
 * Multi-head attention in which groups of query heads share a head of keys and values, so that there are fewer keys and values to
 * compute and keep. Inputs are `[query, value]`, `[query, value, key]` or `{ query, value, key }` of shapes
 * `[batch, queries, features]` and `[batch, keys, features]`; a single tensor is all three. Returns `[batch, queries, features]`
 * with the mask of the query. Throws `ConfigError` unless `numKeyValueHeads` divides `numQueryHeads`, and `ShapeError` for inputs of
 * other ranks. Keras: `GroupQueryAttention` (Ainslie et al., 2023).
 *
 * @example
 * import { GroupQueryAttention } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new GroupQueryAttention({ headDim: 8, numQueryHeads: 4, numKeyValueHeads: 2 })
 * const x = ones([1, 5, 16])
 * layer.call([x, x], { useCausalMask: true }).shape // => [1, 5, 16]
 * layer.keyDense.options.outputShape // => [2, 8]
 */
export class GroupQueryAttention extends HeadsAttention<GroupQueryAttentionConfig> {
  static readonly type = 'GroupQueryAttention'
  static readonly aliases = ['GroupedQueryAttention'] as const
  static override readonly fields = fields
  declare readonly options: HeadsAttentionOptions & OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<GroupQueryAttentionConfig>>) {
    super(...config)
    const { numQueryHeads, numKeyValueHeads } = this.options
    if (numQueryHeads % numKeyValueHeads === 0) return
    throw new ConfigError(
      `GroupQueryAttention: 'numQueryHeads' is ${numQueryHeads} and 'numKeyValueHeads' is ${numKeyValueHeads}; the second must divide the first.`,
    )
  }

  /** The penalty on the outputs of the layer. Those of its projections have the same penalty, as in Keras. */
  override get activityRegularizer(): Regularizer | undefined {
    return this.options.activityRegularizer ?? undefined
  }

  protected heads(): Heads {
    const { headDim, numQueryHeads, numKeyValueHeads } = this.options
    return { queries: numQueryHeads, keys: numKeyValueHeads, keySize: headDim, valueSize: headDim }
  }

  protected override requireRank(shape: Shape): void {
    if (shape.length === 3) return
    throw shapeError(this, 'inputs of shape [batch, steps, features]', shape, 'Change the axes with reshape.')
  }
}
