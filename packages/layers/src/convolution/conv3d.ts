import type { ConfigOf, OptionsOf } from '@gradus/core'
import type { SpatialRank } from '../spatial-input.ts'
import { type ConvConfig, ConvLayer, type ConvOptions } from './conv-layer.ts'
import { paddingField } from './window.ts'

const fields = { padding: paddingField } as const

/** The options of `Conv3D`. */
export interface Conv3DConfig extends ConvConfig, ConfigOf<typeof fields> {}

/**
 * 3D convolution of volumes: `[batch, depth, height, width, channels]` gives `[batch, depth, height, width, filters]`, with the
 * sizes that strides and padding leave. Throws `ShapeError` for other ranks and for channels that the groups do not divide.
 * Keras: `Conv3D`.
 *
 * @example
 * import { Conv3D } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new Conv3D({ filters: 2, kernelSize: [1, 2, 2], kernelInitializer: 'ones' })
 * layer.call(ones([1, 1, 2, 2, 1])).array() // => [[[[[4, 4]]]]]
 */
export class Conv3D extends ConvLayer<Conv3DConfig> {
  static readonly type = 'Conv3D'
  static readonly aliases = ['Convolution3D'] as const
  static override readonly fields = fields
  declare readonly options: ConvOptions & OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 3
  }
}
