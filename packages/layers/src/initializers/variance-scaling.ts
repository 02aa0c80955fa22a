import { type ConfigOf, Initializer, type OptionsOf } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import { drawScaled } from './draw-scaled.ts'

const fields = {
  /** The product of variance and fan. */
  scale: { type: 'number', default: 1, above: 0 },
  /** The fan that divides the variance: the number of inputs, of outputs, or their mean. */
  mode: { oneOf: ['fanIn', 'fanOut', 'fanAvg'], default: 'fanIn' },
  /** `normal` is Keras's older name of `truncatedNormal`. */
  distribution: {
    oneOf: ['truncatedNormal', 'untruncatedNormal', 'uniform', 'normal'],
    default: 'truncatedNormal',
  },
  /** With a seed, every call gives the same values; without one, they depend on the key of the layer. */
  seed: 'integer',
  /** Axes of the parameter that are inputs; only together with `outputAxes`. By default those of `fansOf`. */
  inputAxes: 'numbers',
  /** Axes of the parameter that are outputs. */
  outputAxes: 'numbers',
} as const

/** The options of `VarianceScaling`. */
export interface VarianceScalingConfig extends ConfigOf<typeof fields> {}

/**
 * Random numbers whose variance is `scale` divided by the number of inputs, of outputs, or their mean.
 * Keras: `VarianceScaling`.
 *
 * @example
 * import { VarianceScaling } from '@gradus/layers/initializers'
 * import { randomKey } from '@gradus/tensor'
 * new VarianceScaling({ scale: 2, mode: 'fanOut' }).make(randomKey(1), [4, 8], 'float32').shape // => [4, 8]
 */
export class VarianceScaling extends Initializer<VarianceScalingConfig> {
  static readonly type = 'VarianceScaling'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    const { distribution, ...scaling } = this.options
    return drawScaled(key, shape, dtype, {
      ...scaling,
      distribution: distribution === 'normal' ? 'truncatedNormal' : distribution,
    })
  }
}
