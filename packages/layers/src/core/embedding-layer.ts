import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeValue,
  type InputShape,
  isPlainObject,
  type Kind,
  Layer,
  type LayerOptions,
  type OptionsOf,
  type Regularizer,
  type Rng,
  requireIndices,
  titleOf,
} from '@gradus/core'
import { cast, type DType, equal, gather, isFloat, Tensor, tensor, where } from '@gradus/tensor'
import { apply } from '@gradus/tensor/internals'
import * as constraints from '../constraints/index.ts'
import * as initializers from '../initializers/index.ts'
import {
  adaptationFor,
  adapted,
  type EnableOptions,
  enableLowRank,
  type LowRank,
  lowRankOf,
  mergeLowRank,
  penalizedAs,
} from '../low-rank.ts'
import { constraintKind, initializerKind, regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'

/** The fields of `Embedding`. */
export const embeddingFields = {
  /** Number of different indices: the largest one plus 1. */
  inputDim: { type: 'integer', min: 1, required: true, example: '8' },
  /** Size of the vector of each index. */
  outputDim: { type: 'integer', min: 1, required: true, example: '8' },
  embeddingsInitializer: { type: initializerKind, among: initializers, default: 'uniform' },
  embeddingsRegularizer: { type: regularizerKind, among: regularizers },
  embeddingsConstraint: { type: constraintKind, among: constraints },
  /** A penalty on the output, divided by the batch size. */
  activityRegularizer: { type: regularizerKind, among: regularizers },
  /** Whether index 0 is padding, which later layers mask. */
  maskZero: { type: 'boolean', default: false },
  /** Initial values, `[inputDim, outputDim]`, in place of those of the initializer. */
  weights: { type: 'unknown' as Kind<EmbeddingWeights> },
  /** Inner dimension of a low-rank adaptation of the table (Hu et al., 2021). The table itself is then not trained. */
  loraRank: { type: 'integer', min: 1 },
  /** The adaptation is scaled by loraAlpha / loraRank (default loraRank). */
  loraAlpha: 'number',
  /** Has no effect, as in Keras 3; files of Keras 2 have it. */
  inputLength: { type: 'unknown' as Kind<number> },
} as const

/** Initial values of a table of embeddings: a matrix, or as in Keras a list that holds one. */
export type EmbeddingWeights =
  | Tensor
  | readonly (readonly number[])[]
  | readonly (readonly (readonly number[])[] | Tensor)[]

/** The options of layers with a table of embeddings. */
export interface EmbeddingOptions extends ConfigOf<typeof embeddingFields> {}

/** The parameters of `Embedding`; the last two only with `loraRank`. */
export type EmbeddingParams = {
  /** `[inputDim, outputDim]` */
  readonly embeddings: Tensor
  readonly loraEmbeddingsA?: Tensor
  readonly loraEmbeddingsB?: Tensor
}

/** The base class of layers that look up vectors in a table. It makes the table and implements low-rank adaptation. */
export abstract class EmbeddingLayer<C extends EmbeddingOptions, O extends object = object> extends Layer<
  C,
  EmbeddingParams,
  Record<string, never>,
  O
> {
  declare readonly options: OptionsOf<typeof embeddingFields>
  private lowRank: LowRank | undefined

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    const { inputDim, outputDim, embeddingsConstraint, weights } = this.options
    if (weights !== undefined) this.requireMatrix(matrixOf(weights), inputDim, outputDim)
    this.lowRank = lowRankOf(this.type, this.options, embeddingsConstraint)
  }

  override get inputDType(): DType {
    return 'int32'
  }

  override get supportsMasking(): boolean {
    return this.options.maskZero
  }

  override init(rng: Rng, _inputShape: InputShape): EmbeddingParams {
    const { inputDim, outputDim, embeddingsInitializer, weights } = this.options
    const { lowRank, dtype } = this
    const given = weights === undefined ? undefined : matrixOf(weights)
    return {
      embeddings: given
        ? given instanceof Tensor
          ? cast(given, dtype)
          : tensor(given as number[][], { dtype })
        : embeddingsInitializer.make(rng.next(), [inputDim, outputDim], dtype),
      ...(lowRank ? adaptationFor(rng, 'embeddings', [inputDim, outputDim], lowRank.rank, dtype) : {}),
    }
  }

  override isFrozen(key: string): boolean {
    return this.lowRank !== undefined && key === 'embeddings'
  }

  override regularizerOf(key: string): Regularizer | undefined {
    const owner = this.lowRank ? penalizedAs(key, 'embeddings') : key
    return owner === undefined ? undefined : super.regularizerOf(owner)
  }

  /**
   * Freezes the table of a layer that has weights and trains a low-rank adaptation of it from now on, as the option `loraRank` does
   * from the start; the output stays the same at first. Compile a model that has the layer again. Throws `ConfigError` for a layer
   * without weights, with a constraint on the table, or that is adapted already. Keras: `enable_lora`.
   *
   * @example
   * import { Embedding } from '@gradus/layers'
   * import { tensor } from '@gradus/tensor'
   * const layer = new Embedding({ inputDim: 3, outputDim: 2, embeddingsInitializer: 'ones' })
   * layer.call(tensor([2], { dtype: 'int32' })).array() // => [[1, 1]]
   * layer.enableLora(1)
   * layer.call(tensor([2], { dtype: 'int32' })).array() // => [[1, 1]]
   */
  enableLora(rank: number, options: EnableOptions = {}): void {
    this.lowRank = enableLowRank(this, 'embeddings', this.lowRank, rank, options)
  }

  /**
   * Adds the low-rank adaptation to the table and removes it: the output stays the same, and the table is trained again. Compile a
   * model that has the layer again. Throws `ConfigError` for a layer without an adaptation. Keras merges when it saves.
   *
   * @example
   * import { Embedding } from '@gradus/layers'
   * import { tensor } from '@gradus/tensor'
   * const layer = new Embedding({ inputDim: 3, outputDim: 2, embeddingsInitializer: 'ones', loraRank: 1 })
   * layer.call(tensor([2], { dtype: 'int32' })).array() // => [[1, 1]]
   * layer.mergeLora()
   * layer.options.loraRank // => undefined
   */
  mergeLora(): void {
    mergeLowRank(this, 'embeddings', this.lowRank)
    this.lowRank = undefined
  }

  /** The table: the parameter, or with `loraRank` the adapted one. */
  protected tableOf({ embeddings, loraEmbeddingsA, loraEmbeddingsB }: EmbeddingParams): Tensor {
    return loraEmbeddingsA && loraEmbeddingsB && this.lowRank
      ? adapted(embeddings, loraEmbeddingsA, loraEmbeddingsB, this.lowRank.scale)
      : embeddings
  }

  /** The vectors of indices. */
  protected lookUp(x: Tensor, params: EmbeddingParams): Tensor {
    const { inputDim } = this.options
    requireIndices(x, { size: inputDim, owner: `${titleOf(this)} (inputDim ${inputDim})` })
    return apply(gather.op, [this.tableOf(params), positionsOf(x)], { axis: 0, outside: Number.NaN })
  }

  private requireMatrix(weights: unknown, rows: number, columns: number): void {
    const isMatrix = weights instanceof Tensor || (Array.isArray(weights) && weights.every(Array.isArray))
    if (!isMatrix) {
      throw new ConfigError(
        `${this.type}: 'weights' must be rows of numbers, as in [[1, 2], [3, 4]], and is ${describeValue(weights)}.`,
      )
    }
    const lengths =
      weights instanceof Tensor ? weights.shape.slice(1) : weights.map((row: readonly unknown[]) => row.length)
    const count = weights instanceof Tensor ? weights.shape[0] : weights.length
    const isTable = !(weights instanceof Tensor) || weights.rank === 2
    if (isTable && count === rows && lengths.every((length) => length === columns)) return
    throw new ConfigError(
      `${this.type}: 'weights' must be ${rows} rows of ${columns} numbers (inputDim, outputDim) and has ${count} rows ` +
        `of ${[...new Set(lengths)].join(' or ')}. Change the weights or the two options.`,
    )
  }
}

/** The matrix of the option `weights`: itself, the only entry of a list, or the values of a tensor that was saved as data. */
function matrixOf(weights: unknown): unknown {
  if (isPlainObject(weights)) return (weights as { values?: unknown }).values
  const [only] = Array.isArray(weights) && weights.length === 1 ? (weights as [unknown]) : []
  const isMatrix = only instanceof Tensor || isPlainObject(only) || (Array.isArray(only) && Array.isArray(only[0]))
  return isMatrix ? matrixOf(only) : weights
}

/** Indices as int32; fractions become -1, which is out of range. */
function positionsOf(x: Tensor): Tensor {
  const positions = cast(x, 'int32')
  return isFloat(x.dtype) ? where(equal(cast(positions, x.dtype), x), positions, -1) : positions
}
