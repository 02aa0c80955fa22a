import type { BaseLayer } from '@gradus/core'
import { cast, isFloat, type Tensor } from '@gradus/tensor'

/** Floats as they are, and whole numbers in the dtype that the layer computes with; as Keras promotes them. */
export function floatInput(layer: BaseLayer, x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : cast(x, layer.fullPrecision ? layer.dtype : layer.computeDType)
}
