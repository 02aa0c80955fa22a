import { max, type Tensor } from '@gradus/tensor'
import { GlobalPoolingLayer, type GlobalReduction } from './global-pooling-layer.ts'

/** The pooling of Keras's `GlobalMaxPooling1D`, `GlobalMaxPooling2D` and `GlobalMaxPooling3D`. */
export abstract class GlobalMaxPoolingLayer extends GlobalPoolingLayer {
  protected reduced(x: Tensor, reduction: GlobalReduction): Tensor {
    return max(x, reduction)
  }
}
