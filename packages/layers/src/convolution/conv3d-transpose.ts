import type { SpatialRank } from '../spatial-input.ts'
import { type ConvTransposeConfig, ConvTransposeLayer } from './conv-transpose-layer.ts'

/** The options of `Conv3DTranspose`. */
export interface Conv3DTransposeConfig extends ConvTransposeConfig {}

/**
 * Transposed convolution of volumes: `[batch, depth, height, width, channels]` gives `[batch, depth, height, width, filters]`
 * with each size multiplied by its stride; with padding `valid` it grows by the reach of the kernel too. This is the gradient
 * of `Conv3D` by its input. Throws `ShapeError` for other ranks. Keras: `Conv3DTranspose`.
 *
 * @example
 * import { Conv3DTranspose } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new Conv3DTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })
 * layer.call(ones([1, 2, 4, 4, 2])).shape // => [1, 4, 8, 8, 3]
 */
export class Conv3DTranspose extends ConvTransposeLayer {
  static readonly type = 'Conv3DTranspose'
  static readonly aliases = ['Convolution3DTranspose'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 3
  }
}
