import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeValue,
  type InputShape,
  Layer,
  type LayerOptions,
  type OptionsOf,
  type Regularizer,
  type Rng,
  requireIndices,
  type Scope,
  titleOf,
} from '@gradus/core'
import { cast, type DType, equal, gather, isFloat, notEqual, type Tensor, tensor, where } from '@gradus/tensor'
import { apply } from '@gradus/tensor/internals'
import * as constraints from '../constraints/index.ts'
import { HeUniform } from '../initializers/he-uniform.ts'
import * as initializers from '../initializers/index.ts'
import { Zeros } from '../initializers/zeros.ts'
import { adapted, lowRankOf, penalizedAs } from '../low-rank.ts'
import { constraintKind, initializerKind, regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'

const fields = {
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
  weights: 'unknown',
  /** Inner dimension of a low-rank adaptation of the table (Hu et al., 2021). The table itself is then not trained. */
  loraRank: { type: 'integer', min: 1 },
  /** The adaptation is scaled by loraAlpha / loraRank (default loraRank). */
  loraAlpha: 'number',
} as const

/** The options of `Embedding`. */
export interface EmbeddingConfig extends Omit<ConfigOf<typeof fields>, 'weights'> {
  /** Initial values, `[inputDim, outputDim]`, in place of those of the initializer. */
  readonly weights?: readonly (readonly number[])[]
}

/** The parameters of `Embedding`; the last two only with `loraRank`. */
export type EmbeddingParams = {
  /** `[inputDim, outputDim]` */
  readonly embeddings: Tensor
  readonly loraEmbeddingsA?: Tensor
  readonly loraEmbeddingsB?: Tensor
}

/**
 * A learned vector for each index: `[batch, ...]` gives `[batch, ..., outputDim]`. Indices are whole numbers from 0 to
 * `inputDim - 1`. Others, also negative ones and fractions, throw `DataError` where the values are known: in a call on tensors,
 * and in the data of `fit`, `evaluate` and `predict` for a layer that reads an input of the model. Inside of compiled steps they
 * give NaN, on which `fit` throws. Keras: `Embedding`.
 *
 * @example
 * import { Embedding } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new Embedding({ inputDim: 2, outputDim: 2, weights: [[1, 2], [3, 4]] })
 * layer.call(tensor([[1, 0]], { dtype: 'int32' })).array() // => [[[3, 4], [1, 2]]]
 */
export class Embedding extends Layer<EmbeddingConfig, EmbeddingParams> {
  static readonly type = 'Embedding'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly lowRank: { readonly rank: number; readonly scale: number } | undefined

  constructor(...config: ConfigArgument<LayerOptions<EmbeddingConfig>>) {
    super(...config)
    const { inputDim, outputDim, embeddingsConstraint } = this.options
    const { weights } = this.config
    if (weights && !(Array.isArray(weights) && weights.every(Array.isArray))) {
      throw new ConfigError(
        `Embedding: 'weights' must be rows of numbers, as in [[1, 2], [3, 4]], and is ${describeValue(weights)}.`,
      )
    }
    if (weights && (weights.length !== inputDim || weights.some((row) => row.length !== outputDim))) {
      throw new ConfigError(
        `Embedding: 'weights' must be ${inputDim} rows of ${outputDim} numbers (inputDim, outputDim) and has ${weights.length} rows ` +
          `of ${[...new Set(weights.map((row) => row.length))].join(' or ')}. Change the weights or the two options.`,
      )
    }
    this.lowRank = lowRankOf('Embedding', this.options, embeddingsConstraint)
  }

  override get inputDType(): DType {
    return 'int32'
  }

  override get supportsMasking(): boolean {
    return this.options.maskZero
  }

  override init(rng: Rng, _inputShape: InputShape): EmbeddingParams {
    const { inputDim, outputDim, embeddingsInitializer } = this.options
    const { weights } = this.config
    const { lowRank, dtype } = this
    return {
      embeddings: weights
        ? tensor(weights as number[][], { dtype })
        : embeddingsInitializer.make(rng.next(), [inputDim, outputDim], dtype),
      ...(lowRank
        ? {
            loraEmbeddingsA: new HeUniform().make(rng.next(), [inputDim, lowRank.rank], dtype),
            loraEmbeddingsB: new Zeros().make(rng.next(), [lowRank.rank, outputDim], dtype),
          }
        : {}),
    }
  }

  override regularizerOf(key: string): Regularizer | undefined {
    const owner = this.lowRank ? penalizedAs(key, 'embeddings') : key
    return owner === undefined ? undefined : super.regularizerOf(owner)
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const { embeddings, loraEmbeddingsA, loraEmbeddingsB } = params
    const table =
      loraEmbeddingsA && loraEmbeddingsB && this.lowRank
        ? adapted(embeddings, loraEmbeddingsA, loraEmbeddingsB, this.lowRank.scale)
        : embeddings
    const { inputDim } = this.options
    requireIndices(x, { size: inputDim, owner: `${titleOf(this)} (inputDim ${inputDim})` })
    return apply(gather.op, [table, positionsOf(x)], { axis: 0, outside: Number.NaN })
  }

  override computeMask(x: Tensor): Tensor | undefined {
    return this.options.maskZero ? notEqual(x, 0) : undefined
  }
}

/** Indices as int32; fractions become -1, which is out of range. */
function positionsOf(x: Tensor): Tensor {
  const positions = cast(x, 'int32')
  return isFloat(x.dtype) ? where(equal(cast(positions, x.dtype), x), positions, -1) : positions
}
