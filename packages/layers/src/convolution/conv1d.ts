import type { ConfigOf, OptionsOf } from '@gradus/core'
import type { SpatialRank } from '../spatial-input.ts'
import { type ConvConfig, ConvLayer, type ConvOptions } from './conv-layer.ts'

const fields = {
  /**
   * `valid` pads nothing; `same` pads with zeros, so that the output has ceil(steps / stride) steps; `causal` pads on the left only,
   * so that no output depends on later steps.
   */
  padding: { oneOf: ['valid', 'same', 'causal'], default: 'valid' },
} as const

/** The options of `Conv1D`. */
export interface Conv1DConfig extends ConvConfig, ConfigOf<typeof fields> {}

/**
 * 1D convolution of sequences: `[batch, steps, channels]` gives `[batch, steps, filters]`, with the number of steps that strides
 * and padding leave. Throws `ShapeError` for other ranks and for channels that the groups do not divide. Keras: `Conv1D`.
 *
 * @example
 * import { Conv1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new Conv1D({ filters: 1, kernelSize: 2, padding: 'causal', kernelInitializer: 'ones' })
 * layer.call(tensor([[[1], [2], [3]]])).array() // => [[[1], [3], [5]]]
 */
export class Conv1D extends ConvLayer<Conv1DConfig> {
  static readonly type = 'Conv1D'
  static readonly aliases = ['Convolution1D'] as const
  static override readonly fields = fields
  declare readonly options: ConvOptions & OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 1
  }
}
