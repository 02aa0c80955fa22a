import type { ConfigOf } from '@gradus/core'
import {
  type DType,
  type FloatDType,
  randomNormal,
  randomUniform,
  type Shape,
  type Tensor,
  truncatedNormal,
} from '@gradus/tensor'
import { fansOf } from './fans.ts'
import { seededKey } from './seeded.ts'

/** The options of initializers whose variance depends on the size of the layer. */
export const scaledFields = {
  /** With a seed, every call gives the same values; without one, they depend on the key of the layer. */
  seed: 'integer',
  /** Axes of the parameter that are inputs; only together with `outputAxes`. By default those of `fansOf`. */
  inputAxes: 'numbers',
  /** Axes of the parameter that are outputs. */
  outputAxes: 'numbers',
} as const

/** The options of `scaledFields`. */
export interface ScaledConfig extends ConfigOf<typeof scaledFields> {}

/** The distribution of `drawScaled`. */
export interface Scaling extends ScaledConfig {
  readonly scale: number
  readonly mode: 'fanIn' | 'fanOut' | 'fanAvg'
  readonly distribution: 'truncatedNormal' | 'untruncatedNormal' | 'uniform'
}

// the standard deviation of a standard normal distribution that is truncated at two standard deviations
const truncatedStddev = 0.8796256610342398

/** Draws random numbers of variance scale / fan, so that a layer preserves the variance of its inputs. */
export function drawScaled(key: Tensor, shape: Shape, dtype: DType, scaling: Scaling): Tensor {
  const { fanIn, fanOut } = fansOf(shape, scaling.inputAxes ?? undefined, scaling.outputAxes ?? undefined)
  const fan = scaling.mode === 'fanIn' ? fanIn : scaling.mode === 'fanOut' ? fanOut : (fanIn + fanOut) / 2
  const variance = scaling.scale / Math.max(1, fan)
  const drawKey = seededKey(key, scaling.seed ?? undefined)
  const float = dtype as FloatDType
  if (scaling.distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance)
    return randomUniform(drawKey, shape, { low: -limit, high: limit, dtype: float })
  }
  const stddev = Math.sqrt(variance)
  if (scaling.distribution === 'untruncatedNormal') return randomNormal(drawKey, shape, { stddev, dtype: float })
  // truncation reduces the variance; the division restores it
  return truncatedNormal(drawKey, shape, { stddev: stddev / truncatedStddev, dtype: float })
}
