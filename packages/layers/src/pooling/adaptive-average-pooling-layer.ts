import { adaptiveAveragePool, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { AdaptivePoolingLayer } from './adaptive-pooling-layer.ts'

/** The pooling of Keras's `AdaptiveAveragePooling1D`, `AdaptiveAveragePooling2D` and `AdaptiveAveragePooling3D`. */
export abstract class AdaptiveAveragePoolingLayer extends AdaptivePoolingLayer {
  protected pooled(x: Tensor, outputSize: readonly number[]): Tensor {
    return adaptiveAveragePool(floatInput(this, x), outputSize)
  }
}
