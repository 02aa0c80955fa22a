import {
  type ConfigOf,
  type InputShape,
  joinFields,
  type OptionsOf,
  type Rng,
  type Scope,
  setMask,
  shapeError,
} from '@gradus/core'
import { cast, div, type FloatDType, matmul, mul, notEqual, type Tensor, tanh, transpose } from '@gradus/tensor'
import { EmbeddingLayer, type EmbeddingParams, embeddingFields } from './embedding-layer.ts'

const fields = /* @__PURE__ */ joinFields(embeddingFields, {
  /** Whether vectors are projected back with the transposed table, rather than with a matrix that is learned for it. */
  tieWeights: { type: 'boolean', default: true },
  /** The dtype of the projection back and of its result (default: that of the layer's computations). */
  reverseDtype: { oneOf: ['float16', 'float32', 'float64'] },
  /** Projections x become softCap * tanh(x / softCap), so that none is larger. */
  logitSoftCap: { type: 'number', above: 0 },
} as const)

/** The options of `ReversibleEmbedding`. */
export interface ReversibleEmbeddingConfig extends ConfigOf<typeof fields> {}

/** The options of a call of `ReversibleEmbedding`. */
export interface ReversibleCallOptions {
  /** Whether vectors are projected back to a number for each index. */
  readonly reverse: boolean
}

/** The parameters of `ReversibleEmbedding`. */
type ReversibleParams = EmbeddingParams & {
  /** `[outputDim, inputDim]`, without `tieWeights`. */
  readonly reverseEmbeddings?: Tensor
}

/**
 * An `Embedding` that also projects vectors back to a number for each index, as the last layer of a language model does: with
 * `reverse: true`, `[batch, ..., outputDim]` gives `[batch, ..., inputDim]`. Throws `ShapeError` for vectors of another size. Keras:
 * `ReversibleEmbedding`.
 *
 * @example
 * import { ReversibleEmbedding } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new ReversibleEmbedding({ inputDim: 2, outputDim: 2, weights: [[1, 2], [3, 4]] })
 * const vectors = layer.call(tensor([[1]], { dtype: 'int32' }))
 * vectors.array() // => [[[3, 4]]]
 * layer.call(vectors, { reverse: true }).array() // => [[[11, 25]]]
 */
export class ReversibleEmbedding extends EmbeddingLayer<ReversibleEmbeddingConfig, ReversibleCallOptions> {
  static readonly type = 'ReversibleEmbedding'
  static override readonly fields = fields
  static override readonly callFields = { reverse: 'boolean' } as const
  static override readonly callArguments = ['reverse']
  static override readonly callDefaults = { training: false, reverse: false }
  declare readonly options: OptionsOf<typeof fields>

  /** The result may have the dtype `reverseDtype`, so `apply` casts it. */
  override get autocast(): boolean {
    return false
  }

  override init(rng: Rng, inputShape: InputShape): ReversibleParams {
    const { inputDim, outputDim, tieWeights, embeddingsInitializer } = this.options
    const params = super.init(rng, inputShape)
    if (tieWeights) return params
    return { ...params, reverseEmbeddings: embeddingsInitializer.make(rng.next(), [outputDim, inputDim], this.dtype) }
  }

  apply(x: Tensor, { params, options }: Scope<this>): Tensor {
    if ((options as Partial<ReversibleCallOptions>).reverse) return this.projected(x, params)
    const vectors = cast(this.lookUp(x, params), this.computeDType)
    // set here, because a projection has no mask
    if (this.options.maskZero) setMask(vectors, notEqual(x, 0))
    return vectors
  }

  override computeMask(): undefined {
    return undefined
  }

  private projected(x: Tensor, params: ReversibleParams): Tensor {
    const { outputDim, reverseDtype, logitSoftCap } = this.options
    if (x.shape.at(-1) !== outputDim) {
      throw shapeError(
        this,
        `with reverse: true an input of shape [batch, ..., ${outputDim}]`,
        x.shape,
        "Give it vectors of the size 'outputDim'.",
      )
    }
    const dtype: FloatDType = reverseDtype ?? this.computeDType
    const kernel = params.reverseEmbeddings ?? transpose(this.tableOf(params))
    const logits = matmul(cast(x, dtype), cast(kernel, dtype))
    return logitSoftCap === undefined ? logits : mul(tanh(div(logits, logitSoftCap)), logitSoftCap)
  }
}
