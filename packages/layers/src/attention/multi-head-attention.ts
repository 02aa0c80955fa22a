import {
  type ConfigArgument,
  type ConfigOf,
  type InputShape,
  isPlainObject,
  joinFields,
  Layer,
  type LayerConfig,
  type LayerOptions,
  type Masks,
  type OptionsOf,
  pickFields,
  type Rng,
  type Scope,
} from '@gradus/core'
import { einsum, expandDims, formatShape, mul, type Shape, type Tensor, type Tree } from '@gradus/tensor'
import { EinsumDense, type EinsumDenseConfig } from '../core/einsum-dense.ts'
import { kernelFields } from '../kernel-layer.ts'
import { shapeError } from '../layer-shapes.ts'
import { Dropout } from '../regularization/dropout.ts'
import { attentionEquations } from './attention-equations.ts'
import { attentionMask } from './attention-mask.ts'
import { maskedSoftmax } from './masked-softmax.ts'

/** The options that each projection takes over. The penalty on activities is that of each projection's output. */
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
  /** Which part of the attention scores is set to 0 in training. */
  dropout: { type: 'number', min: 0, max: 1, default: 0 },
  /** Whether each projection adds a bias. */
  useBias: { type: 'boolean', default: true },
  /** The last axis of the output, or several (default that of the query). */
  outputShape: { type: ['integer', 'numbers'], min: 1 },
  /** Axes to attend over (default all between the batch and the features). */
  attentionAxes: ['integer', 'numbers'],
  /** A query sees only keys that are nearer than this. */
  slidingWindow: { type: 'integer', min: 1 },
  /** Whether the heads are multiplied by a sigmoid of a projection of the query. */
  useGate: { type: 'boolean', default: false },
  /** Sets the dropout of this layer apart from that of other seeds. */
  seed: 'integer',
} as const)

export interface MultiHeadAttentionConfig extends ConfigOf<typeof fields> {}

/** Options of a call of `MultiHeadAttention`. */
export interface AttentionCallOptions {
  /** Which keys each query sees: bool `[batch, queries, keys]`. */
  readonly attentionMask: Tensor
  /** Ignored, as in Keras: the mask of the query is the one that comes with it. */
  readonly queryMask: Tensor
  /** Which keys count: bool `[batch, keys]` (default the mask that comes with the value). */
  readonly valueMask: Tensor
  /** Which keys count as well (default the mask that comes with the key). */
  readonly keyMask: Tensor
  /** Whether a query sees only keys up to its own position. */
  readonly useCausalMask: boolean
  /** Whether the scores, `[batch, heads, queries, keys]`, are a second output. */
  readonly returnAttentionScores: boolean
}

/**
 * Each query gathers values by how well their keys fit it, in several heads with projections of their own. Inputs are
 * `[query, value]`, `[query, value, key]` or `{ query, value, key }` of shapes `[batch, queries, features]` and
 * `[batch, keys, features]`; a single tensor attends to itself. Gives `[batch, queries, features]` with the query's mask.
 * Throws `ShapeError` for inputs without steps. Keras: `MultiHeadAttention` (Vaswani et al., 2017).
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
  declare readonly options: OptionsOf<typeof fields>
  readonly queryDense: EinsumDense
  readonly keyDense: EinsumDense
  readonly gateDense: EinsumDense | undefined
  readonly valueDense: EinsumDense
  /** Made at the first call, because its size is that of the query. */
  outputDense: EinsumDense | undefined
  readonly dropoutLayer: Dropout | undefined

  constructor(...config: ConfigArgument<LayerOptions<MultiHeadAttentionConfig>>) {
    super(...config)
    const { keyDim, valueDim = keyDim, useGate, dropout: rate, seed } = this.options
    const { dtype } = this.config as LayerConfig
    this.queryDense = this.headsOf('query', keyDim)
    this.keyDense = this.headsOf('key', keyDim)
    this.gateDense = useGate ? this.headsOf('gate', valueDim, 'sigmoid') : undefined
    this.valueDense = this.headsOf('value', valueDim)
    this.outputDense = undefined
    this.dropoutLayer =
      rate > 0 ? new Dropout({ rate, ...(dtype && { dtype }), ...(seed !== undefined && { seed }) }) : undefined
  }

  override get supportsMasking(): boolean {
    return true
  }

  /** The projections bear it. */
  override get activityRegularizer(): undefined {
    return undefined
  }

  override init(_rng: Rng, inputShape: InputShape): Record<string, never> {
    const [query, value, key] = isShape(inputShape) ? sourcesOf<Shape>([inputShape]) : sourcesOf<Shape>(inputShape)
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
    this.outputDense ??= this.projectionTo(query.at(-1)!)
    return {}
  }

  apply(inputs: Tree, scope: Scope<this>): Tree {
    const [query, value, key] = sourcesOf<Tensor>(inputs)
    const mask = this.maskOf(query, value, scope)
    const gate = this.gateDense && scope.call(this.gateDense, query)
    const queries = scope.call(this.queryDense, query)
    const keys = scope.call(this.keyDense, key)
    const values = scope.call(this.valueDense, value)
    const equations = attentionEquations(queries.rank, this.attentionAxes(queries.rank))
    const fit = einsum(equations.scores, keys, mul(queries, 1 / Math.sqrt(this.options.keyDim)))
    const { keyAxes } = equations
    const { returnAttentionScores = false } = scope.options
    // where Keras has one operation for it all, a query that sees no key gathers the mean of all values, and else nothing
    const uniformRows = queries.rank === 4 && !this.dropoutLayer && !returnAttentionScores
    const seen = mask && withHeads(mask, fit.rank, keyAxes.length)
    const scores = maskedSoftmax(fit, seen, keyAxes, { uniformRows })
    const kept = this.dropoutLayer ? scope.call(this.dropoutLayer, scores) : scores
    const heads = einsum(equations.outputs, kept, values)
    const output = scope.call(this.outputDense!, gate ? mul(heads, gate) : heads)
    return returnAttentionScores ? [output, scores] : output
  }

  override computeMask(_inputs: Tree, mask: Masks): Masks {
    return sourcesOf<Tensor | undefined>(mask)[0]
  }

  private maskOf(query: Tensor, value: Tensor, { mask, options }: Scope<this>): Tensor | undefined {
    const [ofQuery, ofValue, ofKey] = sourcesOf<Tensor | undefined>(mask)
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

  /** The axes of projections with so many axes over which queries attend. */
  private attentionAxes(rank: number): readonly number[] {
    const { attentionAxes } = this.options
    if (attentionAxes === undefined) return Array.from({ length: rank - 3 }, (_, axis) => axis + 1)
    const axes = typeof attentionAxes === 'number' ? [attentionAxes] : attentionAxes
    return axes.map((axis) => (axis < 0 ? axis + rank - 1 : axis))
  }

  private headsOf(name: string, size: number, activation: 'linear' | 'sigmoid' = 'linear'): EinsumDense {
    return this.projection(name, {
      equation: '...a,abc->...bc',
      outputShape: [this.options.numHeads, size],
      biasAxes: 'bc',
      activation,
    })
  }

  private projectionTo(features: number): EinsumDense {
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

/** Query, value and key of what was given for them. */
function sourcesOf<T>(inputs: unknown): readonly [query: T, value: T, key: T] {
  const list = Array.isArray(inputs) ? inputs : isPlainObject(inputs) ? named(inputs) : [inputs]
  const [query, value = query, key = value] = list as T[]
  return [query!, value!, key!]
}

function named({ query, value, key }: Record<string, unknown>): unknown[] {
  return [query, value, key]
}

function isShape(shape: InputShape): shape is Shape {
  return Array.isArray(shape) && typeof shape[0] !== 'object'
}

/** A mask `[batch, queries, keys]` with axes for what scores of `rank` axes have before the queries. */
function withHeads(mask: Tensor, rank: number, keyAxes: number): Tensor {
  let wide = mask
  while (wide.rank < rank) wide = expandDims(wide, -2 * keyAxes - 1)
  return wide
}
