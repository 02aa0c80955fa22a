import {
  type ConfigArgument,
  type ConfigOf,
  type InputShape,
  isPlainObject,
  isShape,
  joinFields,
  Layer,
  type LayerConfig,
  type LayerOptions,
  type Masks,
  type OptionsOf,
  pickFields,
  type Rng,
  type Scope,
  shapeError,
} from '@gradus/core'
import { einsum, expandDims, formatShape, mul, type Shape, type Tensor, type Tree } from '@gradus/tensor'
import { EinsumDense, type EinsumDenseConfig } from '../core/einsum-dense.ts'
import { kernelFields } from '../kernel-layer.ts'
import { Dropout } from '../regularization/dropout.ts'
import { attentionEquations } from './attention-equations.ts'
import { attentionMask } from './attention-mask.ts'
import { maskedSoftmax } from './masked-softmax.ts'

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
  numHeads: { type: 'integer', min: 1, required: true, example: '4' },
  /** Size of each head of queries and keys. */
  keyDim: { type: 'integer', min: 1, required: true, example: '16' },
  /** Size of each head of values (default `keyDim`). */
  valueDim: { type: 'integer', min: 1 },
  /** The fraction of the attention scores that is set to 0 in training. */
  dropout: { type: 'number', min: 0, max: 1, default: 0 },
  /** Whether each projection adds a bias. */
  useBias: { type: 'boolean', default: true },
  /** The last axis of the output, or several (default that of the query). */
  outputShape: { type: ['integer', 'numbers'], min: 1 },
  /** Axes to attend over (default all between the batch and the features). */
  attentionAxes: ['integer', 'numbers'],
  /** A query attends only to keys at a distance below this. */
  slidingWindow: { type: 'integer', min: 1 },
  /** Whether the heads are multiplied by a sigmoid of a projection of the query. */
  useGate: { type: 'boolean', default: false },
  /** Layers with different seeds drop different scores. */
  seed: 'integer',
} as const)

/** The options of `MultiHeadAttention`. */
export interface MultiHeadAttentionConfig extends ConfigOf<typeof fields> {}

/** Options of a call of `MultiHeadAttention`. */
export interface AttentionCallOptions {
  /** The keys to which each query attends: bool `[batch, queries, keys]`. */
  readonly attentionMask: Tensor
  /** Ignored, as in Keras: the query has the mask of its tensor. */
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
export class MultiHeadAttention extends Layer<
  MultiHeadAttentionConfig,
  Record<string, never>,
  Record<string, never>,
  AttentionCallOptions
> {
  static readonly type = 'MultiHeadAttention'
  static override readonly fields = fields
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
  declare readonly options: OptionsOf<typeof fields>
  readonly queryDense: EinsumDense
  readonly keyDense: EinsumDense
  readonly gateDense: EinsumDense | undefined
  readonly valueDense: EinsumDense
  /** Made in the first call, because its size depends on the query. */
  outputDense: EinsumDense | undefined
  readonly dropoutLayer: Dropout | undefined

  constructor(...config: ConfigArgument<LayerOptions<MultiHeadAttentionConfig>>) {
    super(...config)
    const { keyDim, valueDim = keyDim, useGate, dropout: rate, seed } = this.options
    const { dtype } = this.config as LayerConfig
    this.queryDense = this.headProjection('query', keyDim)
    this.keyDense = this.headProjection('key', keyDim)
    this.gateDense = useGate ? this.headProjection('gate', valueDim, 'sigmoid') : undefined
    this.valueDense = this.headProjection('value', valueDim)
    this.outputDense = undefined
    this.dropoutLayer =
      rate > 0 ? new Dropout({ rate, ...(dtype && { dtype }), ...(seed !== undefined && { seed }) }) : undefined
  }

  override get supportsMasking(): boolean {
    return true
  }

  /** Undefined, because it is an option of the projections. */
  override get activityRegularizer(): undefined {
    return undefined
  }

  override init(_rng: Rng, inputShape: InputShape): Record<string, never> {
    const [query, value, key] = isShape(inputShape)
      ? queryValueKeyOf<Shape>([inputShape])
      : queryValueKeyOf<Shape>(inputShape)
    for (const shape of [query, value, key]) {
      if (shape.length < 3) {
        throw shapeError(
          this,
          'inputs of shape [batch, steps, ..., features]',
          shape,
          'Add the missing axis with reshape.',
        )
      }
    }
    if (value.slice(1, -1).some((d, axis) => d !== key[axis + 1])) {
      const expected = `a key with the steps of the value, which is ${formatShape(value)},`
      throw shapeError(this, expected, key, 'Only their last axes may differ.')
    }
    this.outputDense ??= this.outputProjection(query.at(-1)!)
    return {}
  }

  apply(inputs: Tree, scope: Scope<this>): Tree {
    const [query, value, key] = queryValueKeyOf<Tensor>(inputs)
    const mask = this.maskOf(query, value, scope)
    const gate = this.gateDense && scope.call(this.gateDense, query)
    const queries = scope.call(this.queryDense, query)
    const keys = scope.call(this.keyDense, key)
    const values = scope.call(this.valueDense, value)
    const equations = attentionEquations(queries.rank, this.attentionAxes(queries.rank))
    const products = einsum(equations.scores, keys, mul(queries, 1 / Math.sqrt(this.options.keyDim)))
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

  private maskOf(query: Tensor, value: Tensor, { mask, options }: Scope<this>): Tensor | undefined {
    const [ofQuery, ofValue, ofKey] = queryValueKeyOf<Tensor | undefined>(mask)
    const { valueMask = ofValue, keyMask = ofKey, attentionMask: given, useCausalMask = false } = options
    return attentionMask(
      {
        query: ofQuery,
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

  /** The axes to attend over, of projections with `rank` axes. */
  private attentionAxes(rank: number): readonly number[] {
    const { attentionAxes } = this.options
    if (attentionAxes === undefined) return Array.from({ length: rank - 3 }, (_, axis) => axis + 1)
    const axes = typeof attentionAxes === 'number' ? [attentionAxes] : attentionAxes
    return axes.map((axis) => (axis < 0 ? axis + rank - 1 : axis))
  }

  private headProjection(name: string, size: number, activation: 'linear' | 'sigmoid' = 'linear'): EinsumDense {
    return this.projection(name, {
      equation: '...a,abc->...bc',
      outputShape: [this.options.numHeads, size],
      biasAxes: 'bc',
      activation,
    })
  }

  private outputProjection(features: number): EinsumDense {
    const { outputShape = features } = this.options
    const sizes = typeof outputShape === 'number' ? [outputShape] : outputShape
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

/** The query, value and key of inputs, shapes or masks in any accepted form. */
function queryValueKeyOf<T>(inputs: unknown): readonly [query: T, value: T, key: T] {
  const list = Array.isArray(inputs) ? inputs : isPlainObject(inputs) ? named(inputs) : [inputs]
  const [query, value = query, key = value] = list as T[]
  return [query!, value!, key!]
}

function named({ query, value, key }: Record<string, unknown>): unknown[] {
  return [query, value, key]
}

/** A mask `[batch, queries, keys]` with axes of size 1 inserted, so that it broadcasts against scores with `rank` axes. */
function withHeadAxes(mask: Tensor, rank: number, keyAxes: number): Tensor {
  let wide = mask
  while (wide.rank < rank) wide = expandDims(wide, -2 * keyAxes - 1)
  return wide
}
