import {
  ConfigError,
  type Fields,
  type Initializer,
  Layer,
  type LayerConfig,
  type Regularizer,
  type Rng,
  type Scope,
} from '@gradus/core'
import { cast, type DType, gather, notEqual, type Shape, type Tensor, tensor } from '@gradus/tensor'
import type { ConstraintLike } from '../constraints/resolve.ts'
import { type InitializerLike, resolveInitializer } from '../initializers/resolve.ts'
import { adapted, type LowRankConfig, lowRankOf, penalisedAs } from '../low-rank.ts'
import { withInstances } from '../named-options.ts'
import { wholeNumber } from '../option-checks.ts'
import type { RegularizerLike } from '../regularizers/resolve.ts'

export interface EmbeddingConfig extends LowRankConfig {
  /** Number of different indices: the largest one plus 1. */
  readonly inputDim: number
  /** Size of the vector of each index. */
  readonly outputDim: number
  /** Default uniform. */
  readonly embeddingsInitializer?: InitializerLike
  readonly embeddingsRegularizer?: RegularizerLike
  readonly embeddingsConstraint?: ConstraintLike
  /** Index 0 means "nothing here": later layers skip it (default false). */
  readonly maskZero?: boolean
  /** First values, `[inputDim, outputDim]`, instead of an initializer's. */
  readonly weights?: readonly (readonly number[])[]
}

export type EmbeddingParams = {
  /** `[inputDim, outputDim]` */
  readonly embeddings: Tensor
  readonly loraEmbeddingsA?: Tensor
  readonly loraEmbeddingsB?: Tensor
}

/**
 * A learnt vector for each index: int32 `[batch, ...]` gives `[batch, ..., outputDim]`. An index outside 0 to
 * inputDim - 1 gives zeros, except that negative ones count from the end. Keras: `Embedding`.
 *
 * @example
 * import { Rng } from '@gradus/core'
 * import { Embedding } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new Embedding({ inputDim: 2, outputDim: 2, weights: [[1, 2], [3, 4]] })
 * const scope = { params: layer.init(new Rng(1)), state: {}, rng: new Rng(1), training: false, addLoss() {} }
 * layer.apply(tensor([[1, 0]], { dtype: 'int32' }), scope).array() // => [[[3, 4], [1, 2]]]
 */
export class Embedding extends Layer<EmbeddingConfig, EmbeddingParams> {
  static readonly type = 'Embedding'
  static override readonly fields = {
    inputDim: 'integer',
    outputDim: 'integer',
    embeddingsInitializer: 'initializer',
    embeddingsRegularizer: 'regularizer',
    embeddingsConstraint: 'constraint',
    maskZero: 'boolean',
    weights: 'unknown',
    loraRank: 'integer',
    loraAlpha: 'number',
  } satisfies Fields<EmbeddingConfig>
  private readonly initializer: Initializer
  private readonly lowRank: { readonly rank: number; readonly scale: number } | undefined

  constructor(config: EmbeddingConfig & LayerConfig) {
    super(withInstances('Embedding', config))
    const { inputDim, outputDim, weights } = this.config
    wholeNumber('Embedding', 'inputDim', inputDim)
    wholeNumber('Embedding', 'outputDim', outputDim)
    if (weights && (weights.length !== inputDim || weights.some((row) => row.length !== outputDim))) {
      throw new ConfigError(
        `Embedding: 'weights' must be ${inputDim} rows of ${outputDim} numbers (inputDim, outputDim) and has ${weights.length} rows ` +
          `of ${[...new Set(weights.map((row) => row.length))].join(' or ')}. Change the weights or the two options.`,
      )
    }
    this.initializer = resolveInitializer(config.embeddingsInitializer ?? 'uniform', 'Embedding: embeddingsInitializer')
    this.lowRank = lowRankOf('Embedding', config, config.embeddingsConstraint)
  }

  override get inputDType(): DType {
    return 'int32'
  }

  override get supportsMasking(): boolean {
    return this.config.maskZero ?? false
  }

  override init(rng: Rng, _inputShape?: Shape | readonly Shape[]): EmbeddingParams {
    const { inputDim, outputDim, weights } = this.config
    return {
      embeddings: weights
        ? tensor(weights as number[][], { dtype: this.dtype })
        : this.initializer.make(rng.next(), [inputDim, outputDim], this.dtype),
      ...(this.lowRank
        ? {
            loraEmbeddingsA: resolveInitializer('heUniform').make(
              rng.next(),
              [inputDim, this.lowRank.rank],
              this.dtype,
            ),
            loraEmbeddingsB: resolveInitializer('zeros').make(rng.next(), [this.lowRank.rank, outputDim], this.dtype),
          }
        : {}),
    }
  }

  override regularizerOf(key: string): Regularizer | undefined {
    const owner = this.lowRank ? penalisedAs(key, 'embeddings') : key
    return owner === undefined ? undefined : super.regularizerOf(owner)
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const { embeddings, loraEmbeddingsA, loraEmbeddingsB } = params
    const table =
      loraEmbeddingsA && loraEmbeddingsB && this.lowRank
        ? adapted(embeddings, loraEmbeddingsA, loraEmbeddingsB, this.lowRank.scale)
        : embeddings
    return gather(table, cast(x, 'int32'))
  }

  override computeMask(x: Tensor): Tensor | undefined {
    return this.config.maskZero ? notEqual(x, 0) : undefined
  }
}
