import type { ConfigOf, OptionsOf } from '@gradus/core'
import type { SpatialRank } from '../spatial-input.ts'
import { type ConvConfig, ConvLayer, type ConvOptions } from './conv-layer.ts'
import { paddingField } from './window.ts'

const fields = { padding: paddingField } as const

/** The options of `Conv2D`. */
export interface Conv2DConfig extends ConvConfig, ConfigOf<typeof fields> {}

/**
 * 2D convolution of images: `[batch, height, width, channels]` gives `[batch, height, width, filters]`, with the height and width
 * that strides and padding leave. Throws `ShapeError` for other ranks and for channels that the groups do not divide. Keras:
 * `Conv2D`.
 *
 * @example
 * import { Conv2D } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new Conv2D({ filters: 1, kernelSize: 2, kernelInitializer: 'ones' })
 * layer.call(ones([1, 3, 3, 1])).array() // => [[[[4], [4]], [[4], [4]]]]
 */
export class Conv2D extends ConvLayer<Conv2DConfig> {
  static readonly type = 'Conv2D'
  static readonly aliases = ['Convolution2D'] as const
  static override readonly fields = fields
  declare readonly options: ConvOptions & OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 2
  }
}
