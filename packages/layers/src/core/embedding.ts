import type { ConfigOf, Scope } from '@gradus/core'
import { notEqual, type Tensor } from '@gradus/tensor'
import { EmbeddingLayer, embeddingFields } from './embedding-layer.ts'

const fields = embeddingFields

/** The options of `Embedding`. */
export interface EmbeddingConfig extends ConfigOf<typeof fields> {}

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
export class Embedding extends EmbeddingLayer<EmbeddingConfig> {
  static readonly type = 'Embedding'
  static override readonly fields = fields

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return this.lookUp(x, params)
  }

  override computeMask(x: Tensor): Tensor | undefined {
    return this.options.maskZero ? notEqual(x, 0) : undefined
  }
}
