import type { SpatialRank } from '../spatial-input.ts'
import { type ConvTransposeConfig, ConvTransposeLayer } from './conv-transpose-layer.ts'

/** The options of `Conv1DTranspose`. */
export interface Conv1DTransposeConfig extends ConvTransposeConfig {}

/**
 * Transposed convolution of sequences: `[batch, steps, channels]` gives `[batch, steps, filters]` with `stride` times as many
 * steps; with padding `valid` it grows by the reach of the kernel too. This is the gradient of `Conv1D` by its input. Throws
 * `ShapeError` for other ranks. Keras: `Conv1DTranspose`.
 *
 * @example
 * import { Conv1DTranspose } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new Conv1DTranspose({ filters: 1, kernelSize: 2, strides: 2, kernelInitializer: 'ones' })
 * layer.call(tensor([[[1], [2]]])).array() // => [[[1], [1], [2], [2]]]
 */
export class Conv1DTranspose extends ConvTransposeLayer {
  static readonly type = 'Conv1DTranspose'
  static readonly aliases = ['Convolution1DTranspose'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 1
  }
}
