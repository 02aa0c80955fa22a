import {
  type ConfigArgument,
  type ConfigOf,
  type FieldTable,
  type InputShape,
  isShape,
  joinFields,
  Layer,
  type LayerConfig,
  type LayerOptions,
  type Masks,
  type OptionsOf,
  pickFields,
  type Regularizer,
  type Rng,
  type Scope,
  shapeError,
} from '@gradus/core'
import { einsum, expandDims, formatShape, mul, repeat, type Shape, type Tensor, type Tree } from '@gradus/tensor'
import { EinsumDense, type EinsumDenseConfig } from '../core/einsum-dense.ts'
import { kernelFields } from '../kernel-layer.ts'
import { Dropout } from '../regularization/dropout.ts'
import { attentionEquations } from './attention-equations.ts'
import { attentionMask } from './attention-mask.ts'
import { maskedSoftmax } from './masked-softmax.ts'
import { masksOf, queryValueKeyOf } from './query-value-key.ts'

/** The options that are passed to each projection. The activity regularizer is a penalty on the output of each projection. */
const projectionFields = /* @__PURE__ */ pickFields(
  kernelFields,
  'kernelInitializer',
  'biasInitializer',
  'kernelRegularizer',
  'biasRegularizer',
  'activityRegularizer',
  'kernelConstraint',
  'biasConstraint',
)

const fields = /* @__PURE__ */ joinFields(projectionFields, {
  /** The fraction of the attention scores that is set to 0 in training. */
  dropout: { type: 'number', min: 0, max: 1, default: 0 },
  /** Whether each projection adds a bias. */
  useBias: { type: 'boolean', default: true },
  /** A query attends only to keys at a distance below this. */
  slidingWindow: { type: 'integer', min: 1 },
  /** Whether the heads are multiplied by a sigmoid of a projection of the query. */
  useGate: { type: 'boolean', default: false },
  /** Layers with different seeds drop different scores. */
  seed: 'integer',
} as const)

/** The options that all layers with attention heads have. */
export interface HeadsAttentionConfig extends ConfigOf<typeof fields> {}

/** The complete options of a `HeadsAttention`. */
export type HeadsAttentionOptions = OptionsOf<typeof fields>

/** Options of a call of `MultiHeadAttention` or `GroupQueryAttention`. */
export interface AttentionCallOptions {
  /** The keys to which each query attends: bool `[batch, queries, keys]`. */
  readonly attentionMask: Tensor
  /**
   * The queries that attend to keys: bool `[batch, queries]` (default: the mask of the query). `MultiHeadAttention` ignores it, as
   * in Keras: its query has the mask of its tensor.
   */
  readonly queryMask: Tensor
  /** The keys to which queries attend: bool `[batch, keys]` (default: the mask of the value). */
  readonly valueMask: Tensor
  /** A further mask of the keys: bool `[batch, keys]` (default: the mask of the key). */
  readonly keyMask: Tensor
  /** Whether a query attends only to keys up to its own position. */
  readonly useCausalMask: boolean
  /** Whether the scores, `[batch, heads, queries, keys]`, are a second output. */
  readonly returnAttentionScores: boolean
}

/** The numbers and sizes of heads. */
export interface Heads {
  /** The number of heads of queries. */
  readonly queries: number
  /** The number of heads of keys and values, which divides that of queries. */
  readonly keys: number
  /** Size of each head of queries and keys. */
  readonly keySize: number
  /** Size of each head of values. */
  readonly valueSize: number
}

/**
 * The base class of attention layers with heads: projections of the query, the key and the value, attention in each head, and a
 * projection of the heads.
 */
export abstract class HeadsAttention<C extends HeadsAttentionConfig> extends Layer<
  C,
  Record<string, never>,
  Record<string, never>,
  AttentionCallOptions
> {
  static override readonly fields: FieldTable = fields
  static override readonly callFields = {
    attentionMask: 'unknown',
    queryMask: 'unknown',
    valueMask: 'unknown',
    keyMask: 'unknown',
    useCausalMask: 'boolean',
    returnAttentionScores: 'boolean',
  } as const
  static override readonly callArguments = ['value', 'key', 'queryMask', 'valueMask', 'keyMask', 'attentionMask']
  static override readonly callDefaults = {}
  declare readonly options: HeadsAttentionOptions
  readonly queryDense: EinsumDense
  readonly keyDense: EinsumDense
  readonly gateDense: EinsumDense | undefined
  readonly valueDense: EinsumDense
  /** Made in the first call, because its size depends on the query. */
  outputDense: EinsumDense | undefined
  readonly dropoutLayer: Dropout | undefined

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    const { useGate, dropout: rate, seed } = this.options
    const { dtype } = this.config as LayerConfig
    const { queries, keys, keySize, valueSize } = this.heads()
    this.queryDense = this.headProjection('query', [queries, keySize])
    this.keyDense = this.headProjection('key', [keys, keySize])
    this.gateDense = useGate ? this.headProjection('gate', [queries, valueSize], 'sigmoid') : undefined
    this.valueDense = this.headProjection('value', [keys, valueSize])
    this.outputDense = undefined
    this.dropoutLayer =
      rate > 0 ? new Dropout({ rate, ...(dtype && { dtype }), ...(seed !== undefined && { seed }) }) : undefined
  }

  /** The heads. The constructor calls it when the options are known. */
  protected abstract heads(): Heads

  override get supportsMasking(): boolean {
    return true
  }

  /** Undefined, because it is an option of the projections. */
  override get activityRegularizer(): Regularizer | undefined {
    return undefined
  }

  override init(_rng: Rng, inputShape: InputShape): Record<string, never> {
    const [query, value, key] = queryValueKeyOf<Shape>(isShape(inputShape) ? [inputShape] : inputShape)
    for (const shape of [query, value, key]) this.requireRank(shape)
    if (value.slice(1, -1).some((d, axis) => d !== key[axis + 1])) {
      const expected = `a key with the steps of the value, which is ${formatShape(value)},`
      throw shapeError(this, expected, key, 'Only their last axes may differ.')
    }
    this.outputDense ??= this.outputProjection(this.outputSizes(query.at(-1)!))
    return {}
  }

  apply(inputs: Tree, scope: Scope<this>): Tree {
    const [query, value, key] = queryValueKeyOf<Tensor>(inputs)
    const mask = this.maskFor(inputs, scope)
    const queries = scope.call(this.queryDense, query)
    const keys = this.forEachQuery(scope.call(this.keyDense, key))
    const gate = this.gateDense && scope.call(this.gateDense, query)
    const values = this.forEachQuery(scope.call(this.valueDense, value))
    const equations = attentionEquations(queries.rank, this.attentionAxes(queries.rank))
    const products = einsum(equations.scores, keys, mul(queries, 1 / Math.sqrt(this.heads().keySize)))
    const { keyAxes } = equations
    const { returnAttentionScores = false } = scope.options
    // a query without keys gets the mean of all values where Keras uses a fused operation, and zeros otherwise
    const uniformRows = queries.rank === 4 && !this.dropoutLayer && !returnAttentionScores
    const scoreMask = mask && withHeadAxes(mask, products.rank, keyAxes.length)
    const scores = maskedSoftmax(products, scoreMask, keyAxes, { uniformRows })
    const weights = this.dropoutLayer ? scope.call(this.dropoutLayer, scores) : scores
    const heads = einsum(equations.outputs, weights, values)
    const output = scope.call(this.outputDense!, gate ? mul(heads, gate) : heads)
    return returnAttentionScores ? [output, scores] : output
  }

  override computeMask(_inputs: Tree, mask: Masks): Masks {
    return queryValueKeyOf<Tensor | undefined>(mask)[0]
  }

  /** The mask of the queries in a call. */
  protected queryMaskOf(
    own: Tensor | undefined,
    { queryMask = own }: Partial<AttentionCallOptions>,
  ): Tensor | undefined {
    return queryMask
  }

  /** The axes to attend over, of projections with `rank` axes: all between the batch and the heads. */
  protected attentionAxes(rank: number): readonly number[] {
    return Array.from({ length: rank - 3 }, (_, axis) => axis + 1)
  }

  /** The last axes of the output for a query with this number of features. */
  protected outputSizes(features: number): readonly number[] {
    return [features]
  }

  /** Throws `ShapeError` for an input with too few axes. */
  protected requireRank(shape: Shape): void {
    if (shape.length >= 3) return
    throw shapeError(this, 'inputs of shape [batch, steps, ..., features]', shape, 'Add the missing axis with reshape.')
  }

  private maskFor(inputs: Tree, { mask, options }: Scope<this>): Tensor | undefined {
    const [ofQuery, ofValue, ofKey] = masksOf(inputs, mask)
    const { valueMask = ofValue, keyMask = ofKey, attentionMask: given, useCausalMask = false } = options
    const [query, value] = queryValueKeyOf<Tensor>(inputs)
    return attentionMask(
      {
        query: this.queryMaskOf(ofQuery, options),
        value: valueMask,
        key: keyMask,
        given,
        causal: useCausalMask,
        window: this.options.slidingWindow,
      },
      query.shape[1]!,
      value.shape[1]!,
    )
  }

  /** Keys or values `[batch, ..., heads, size]` with a head for each head of the queries. */
  private forEachQuery(x: Tensor): Tensor {
    const { queries, keys } = this.heads()
    return queries === keys ? x : repeat(x, queries / keys, -2)
  }

  private headProjection(name: string, sizes: readonly number[], activation: 'linear' | 'sigmoid' = 'linear') {
    return this.projection(name, { equation: '...a,abc->...bc', outputShape: sizes, biasAxes: 'bc', activation })
  }

  private outputProjection(sizes: readonly number[]): EinsumDense {
    const axes = 'cdefghij'.slice(0, sizes.length)
    const equation = `...ab,ab${axes}->...${axes}`
    return this.projection('attention_output', { equation, outputShape: sizes, biasAxes: axes })
  }

  private projection(name: string, { biasAxes, ...config }: EinsumDenseConfig): EinsumDense {
    const given = Object.entries(this.config).filter(([key]) => Object.hasOwn(projectionFields, key) || key === 'dtype')
    return new EinsumDense({
      ...Object.fromEntries(given),
      ...config,
      name,
      ...(this.options.useBias && biasAxes !== undefined && { biasAxes }),
    })
  }
}

/** A mask `[batch, queries, keys]` with axes of size 1 inserted, so that it broadcasts against scores with `rank` axes. */
function withHeadAxes(mask: Tensor, rank: number, keyAxes: number): Tensor {
  let wide = mask
  while (wide.rank < rank) wide = expandDims(wide, -2 * keyAxes - 1)
  return wide
}
