import { averagePool, type PoolOptions, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { PoolingLayer } from './pooling-layer.ts'

/** The pooling of Keras's `AveragePooling1D`, `AveragePooling2D` and `AveragePooling3D`. */
export abstract class AveragePoolingLayer extends PoolingLayer {
  protected pooled(x: Tensor, options: PoolOptions): Tensor {
    return averagePool(floatInput(this, x), options)
  }
}
