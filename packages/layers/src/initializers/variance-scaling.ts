import { ConfigError, type Fields, Initializer } from '@gradus/core'
import {
  type DType,
  type FloatDType,
  randomNormal,
  randomUniform,
  type Shape,
  type Tensor,
  truncatedNormal,
} from '@gradus/tensor'
import { chooseOption } from '../choice.ts'
import { fansOf } from './fans.ts'
import { type SeedConfig, seededKey } from './seeded.ts'

/** Axes of the parameter that count as inputs and outputs; both or neither. By default the last two, as `fansOf` says. */
export interface FanAxesConfig {
  readonly inputAxes?: readonly number[]
  readonly outputAxes?: readonly number[]
}

export interface VarianceScalingConfig extends SeedConfig, FanAxesConfig {
  /** Variance times the fan (default 1). */
  readonly scale?: number
  /** What the variance is divided by (default fanIn). */
  readonly mode?: 'fanIn' | 'fanOut' | 'fanAvg'
  /** Default truncatedNormal. */
  readonly distribution?: 'truncatedNormal' | 'untruncatedNormal' | 'uniform'
}

/** What `drawScaled` needs to know. */
export interface Scaling extends SeedConfig, FanAxesConfig {
  readonly scale: number
  readonly mode: 'fanIn' | 'fanOut' | 'fanAvg'
  readonly distribution: 'truncatedNormal' | 'untruncatedNormal' | 'uniform'
}

// The standard deviation of a standard normal cut at two standard deviations.
const truncatedStddev = 0.8796256610342398

/** Random numbers of variance scale / fan, so that signals keep their size through a layer. */
export function drawScaled(key: Tensor, shape: Shape, dtype: DType, scaling: Scaling): Tensor {
  const { fanIn, fanOut } = fansOf(shape, scaling.inputAxes, scaling.outputAxes)
  const fan = scaling.mode === 'fanIn' ? fanIn : scaling.mode === 'fanOut' ? fanOut : (fanIn + fanOut) / 2
  const variance = scaling.scale / Math.max(1, fan)
  const own = seededKey(key, scaling.seed)
  const float = dtype as FloatDType
  if (scaling.distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance)
    return randomUniform(own, shape, { low: -limit, high: limit, dtype: float })
  }
  const stddev = Math.sqrt(variance)
  if (scaling.distribution === 'untruncatedNormal') return randomNormal(own, shape, { stddev, dtype: float })
  // what is cut off takes variance away; dividing gives it back
  return truncatedNormal(own, shape, { stddev: stddev / truncatedStddev, dtype: float })
}

/**
 * Random numbers whose variance is `scale` divided by the number of inputs, of outputs, or their mean.
 * Keras: `VarianceScaling`.
 *
 * @example
 * import { VarianceScaling } from '@gradus/layers'
 * import { randomKey } from '@gradus/tensor'
 * new VarianceScaling({ scale: 2, mode: 'fanOut' }).make(randomKey(1), [4, 8], 'float32').shape // => [4, 8]
 */
export class VarianceScaling extends Initializer<VarianceScalingConfig> {
  static readonly type = 'VarianceScaling'
  static override readonly fields = {
    scale: 'number',
    mode: 'string',
    distribution: 'string',
    seed: 'integer',
    inputAxes: 'numbers',
    outputAxes: 'numbers',
  } satisfies Fields<VarianceScalingConfig>
  private readonly scaling: Scaling

  constructor(config: VarianceScalingConfig = {}) {
    super(config)
    const { scale = 1, mode, distribution } = config
    if (!(scale > 0)) throw new ConfigError(`VarianceScaling: 'scale' must be a positive number and is ${scale}.`)
    this.scaling = {
      ...config,
      scale,
      mode: chooseOption('VarianceScaling', 'mode', mode, ['fanIn', 'fanOut', 'fanAvg']),
      // 'normal' is Keras's older name for the truncated one
      distribution: chooseOption(
        'VarianceScaling',
        'distribution',
        (distribution as string | undefined) === 'normal' ? 'truncatedNormal' : distribution,
        ['truncatedNormal', 'untruncatedNormal', 'uniform'],
      ),
    }
  }

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, this.scaling)
  }
}
