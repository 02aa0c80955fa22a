import type { Scope } from '@gradus/core'
import { mean, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { GlobalPoolingLayer, type GlobalReduction } from './global-pooling-layer.ts'

/** The pooling of Keras's `GlobalAveragePooling1D`, `GlobalAveragePooling2D` and `GlobalAveragePooling3D`. */
export abstract class GlobalAveragePoolingLayer extends GlobalPoolingLayer {
  protected reduced(x: Tensor, reduction: GlobalReduction, _scope: Scope<this>): Tensor {
    return mean(floatInput(this, x), reduction)
  }
}
