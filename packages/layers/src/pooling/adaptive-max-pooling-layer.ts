import { adaptiveMaxPool, type Tensor } from '@gradus/tensor'
import { AdaptivePoolingLayer } from './adaptive-pooling-layer.ts'

/** The pooling of Keras's `AdaptiveMaxPooling1D`, `AdaptiveMaxPooling2D` and `AdaptiveMaxPooling3D`. */
export abstract class AdaptiveMaxPoolingLayer extends AdaptivePoolingLayer {
  protected pooled(x: Tensor, outputSize: readonly number[]): Tensor {
    return adaptiveMaxPool(x, outputSize)
  }
}
