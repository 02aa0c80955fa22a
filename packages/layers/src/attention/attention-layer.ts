import {
  type ConfigArgument,
  type ConfigOf,
  type FieldTable,
  type InputShape,
  isPlainObject,
  isShape,
  Layer,
  type LayerConfig,
  type LayerOptions,
  type Masks,
  type OptionsOf,
  type Rng,
  type Scope,
  shapeError,
  titleOf,
} from '@gradus/core'
import {
  cast,
  expandDims,
  formatShape,
  matmul,
  type Shape,
  ShapeError,
  softmax,
  sub,
  type Tensor,
  type Tree,
  where,
} from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { Dropout } from '../regularization/dropout.ts'
import { attentionMask } from './attention-mask.ts'
import { masksOf, queryValueKeyOf } from './query-value-key.ts'

const fields = {
  /** The fraction of the attention scores that is set to 0 in training. */
  dropout: { type: 'number', min: 0, max: 1, default: 0 },
  /** Layers with different seeds drop different scores. */
  seed: 'integer',
} as const

/** The options that attention layers without heads have. */
export interface AttentionLayerConfig extends ConfigOf<typeof fields> {}

/** The complete options of an `AttentionLayer`. */
export type AttentionLayerOptions = OptionsOf<typeof fields>

/** Options of a call of `Attention` or `AdditiveAttention`. */
export interface ScoreCallOptions {
  /** Whether a query attends only to keys up to its own position. */
  readonly useCausalMask: boolean
  /** Whether the scores, `[batch, queries, keys]`, are a second output. */
  readonly returnAttentionScores: boolean
}

/**
 * The base class of attention layers without heads: the output for a query is the mean of the values, weighted by the softmax of
 * its scores with the keys. Subclasses compute the scores.
 */
export abstract class AttentionLayer<C extends AttentionLayerConfig, P extends object> extends Layer<
  C,
  P,
  Record<string, never>,
  ScoreCallOptions
> {
  static override readonly fields: FieldTable = fields
  static override readonly callFields = { useCausalMask: 'boolean', returnAttentionScores: 'boolean' } as const
  declare readonly options: AttentionLayerOptions
  readonly dropoutLayer: Dropout | undefined

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    const { dropout: rate, seed } = this.options
    const { dtype } = this.config as LayerConfig
    this.dropoutLayer =
      rate > 0 ? new Dropout({ rate, ...(dtype && { dtype }), ...(seed !== undefined && { seed }) }) : undefined
  }

  override get supportsMasking(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: InputShape): P {
    return this.makeParams(rng, this.requireFitting(inputShape))
  }

  apply(inputs: Tree, scope: Scope<this>): Tree {
    const [query, value, key] = queryValueKeyOf<Tensor>(inputs).map((x) => floatInput(this, x)) as [
      Tensor,
      Tensor,
      Tensor,
    ]
    const { useCausalMask = false, returnAttentionScores = false } = scope.options
    const [queryMask, valueMask] = masksOf(inputs, scope.mask)
    const scores = this.scores(query, key, scope.params as P)
    const [queries, keys] = [scores.shape.at(-2)!, scores.shape.at(-1)!]
    const sources = { query: undefined, key: undefined, given: undefined, window: undefined }
    const mask = attentionMask({ ...sources, value: valueMask, causal: useCausalMask }, queries, keys)
    const likely = softmax(mask ? masked(scores, mask) : scores, { axis: -1 })
    const weights = this.dropoutLayer ? scope.call(this.dropoutLayer, likely) : likely
    const mean = matmul(weights, value)
    const output = queryMask ? where(expandDims(cast(queryMask, 'bool'), -1), mean, 0) : mean
    return returnAttentionScores ? [output, weights] : output
  }

  override computeMask(_inputs: Tree, mask: Masks): Masks {
    return mask === undefined ? undefined : queryValueKeyOf<Tensor | undefined>(mask)[0]
  }

  /** Makes the parameters for a query of this shape. */
  protected abstract makeParams(rng: Rng, query: Shape): P

  /** Computes the scores `[batch, queries, keys]` of a query and a key. */
  protected abstract scores(query: Tensor, key: Tensor, params: P): Tensor

  /** Returns the shape of the query. Throws `ShapeError` unless there are two or three inputs that fit. */
  private requireFitting(inputShape: InputShape): Shape {
    const isNamed = isPlainObject(inputShape)
    const count = isShape(inputShape) ? 1 : Object.keys(inputShape).length
    if (count < 2 || count > 3 || (isNamed && !('query' in inputShape && 'value' in inputShape))) {
      throw new ShapeError(
        `${titleOf(this)} takes a list [query, value] or [query, value, key] and was given ` +
          `${count === 1 ? 'one input' : `${count} inputs`}. For attention of a sequence to itself, give [x, x].`,
      )
    }
    const [query, value, key] = queryValueKeyOf<Shape>(inputShape)
    const short = [query, value, key].find((shape) => shape.length < 3)
    if (short)
      throw shapeError(this, 'inputs of shape [batch, steps, features]', short, 'Add the missing axis with reshape.')
    if (key.at(-1) !== query.at(-1)) {
      const expected = `a key with the features of the query, which is ${formatShape(query)},`
      throw shapeError(this, expected, key, 'Project one of them with Dense.')
    }
    if (key.at(-2) !== value.at(-2)) {
      const expected = `a key with the steps of the value, which is ${formatShape(value)},`
      throw shapeError(this, expected, key, 'Only their last axes may differ.')
    }
    return query
  }
}

/** Scores from which a large number is subtracted where the mask is false, as in Keras. */
function masked(scores: Tensor, mask: Tensor): Tensor {
  let wide = mask
  while (wide.rank < scores.rank) wide = expandDims(wide, 1)
  return where(wide, scores, sub(scores, scores.dtype === 'float16' ? 65504 : 1e9))
}
