import type { SpatialRank } from '../spatial-input.ts'
import { type ConvTransposeConfig, ConvTransposeLayer } from './conv-transpose-layer.ts'

/** The options of `Conv2DTranspose`. */
export interface Conv2DTransposeConfig extends ConvTransposeConfig {}

/**
 * Transposed convolution of images: `[batch, height, width, channels]` gives `[batch, height, width, filters]` with each size
 * multiplied by its stride; with padding `valid` it grows by the reach of the kernel too. This is the gradient of `Conv2D` by
 * its input. Throws `ShapeError` for other ranks. Keras: `Conv2DTranspose`.
 *
 * @example
 * import { Conv2DTranspose } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new Conv2DTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })
 * layer.call(ones([1, 4, 4, 2])).shape // => [1, 8, 8, 3]
 */
export class Conv2DTranspose extends ConvTransposeLayer {
  static readonly type = 'Conv2DTranspose'
  static readonly aliases = ['Convolution2DTranspose'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 2
  }
}
