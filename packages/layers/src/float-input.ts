import type { BaseLayer } from '@gradus/core'
import { cast, isFloat, type Tensor } from '@gradus/tensor'

/** Casts integers and bools to the dtype of the layer's computations, as Keras does; floats are returned as they are. */
export function floatInput(layer: BaseLayer, x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : cast(x, layer.fullPrecision ? layer.dtype : layer.computeDType)
}
