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

/** What initializers take whose variance depends on the size of the layer. */
export const scaledFields = {
  /** With a seed every call gives the same values, whatever the model's seed; without one they depend on the layer's key. */
  seed: 'integer',
  /** Axes of the parameter that count as inputs; only together with `outputAxes`. By default as `fansOf` says. */
  inputAxes: 'numbers',
  /** Axes of the parameter that count as outputs. */
  outputAxes: 'numbers',
} as const

export interface ScaledConfig extends ConfigOf<typeof scaledFields> {}

/** How `drawScaled` draws. */
export interface Scaling extends ScaledConfig {
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
