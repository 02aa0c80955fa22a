import { maxPool, type PoolOptions, type Tensor } from '@gradus/tensor'
import { PoolingLayer } from './pooling-layer.ts'

/** The pooling of Keras's `MaxPooling1D`, `MaxPooling2D` and `MaxPooling3D`. */
export abstract class MaxPoolingLayer extends PoolingLayer {
  protected pooled(x: Tensor, options: PoolOptions): Tensor {
    return maxPool(x, options)
  }
}
