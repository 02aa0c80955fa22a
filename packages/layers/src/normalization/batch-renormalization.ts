import { add, clip, div, maximum, minimum, mul, relu, sqrt, sub, type Tensor } from '@gradus/tensor'
import { frozen } from '../frozen.ts'

/** The limits of the corrections r and d; missing ones are unlimited. */
export interface RenormClipping {
  readonly rmax?: number
  readonly rmin?: number
  readonly dmax?: number
}

interface Moments {
  readonly mean: Tensor
  readonly variance: Tensor
}

interface RenormState {
  readonly movingMean: Tensor
  readonly movingStddev?: Tensor
  readonly renormMean?: Tensor
  readonly renormStddev?: Tensor
}

/**
 * The correction x r + d of values that are normalized by the batch to values normalized by the moving statistics:
 * r = stddev / moving stddev, d = (mean - moving mean) / moving stddev. Both are clipped and have no gradient (Ioffe, 2017,
 * algorithm 1).
 */
export function correctionOf(
  batch: Moments,
  state: RenormState,
  epsilon: number,
  limits: RenormClipping = {},
): { r: Tensor; d: Tensor } {
  const moving = maximum(state.renormStddev!, Math.sqrt(epsilon))
  let r = div(sqrt(add(batch.variance, epsilon)), moving)
  let d = div(sub(batch.mean, state.renormMean!), moving)
  const { rmin, rmax, dmax } = limits
  if (rmin !== undefined) r = maximum(r, rmin)
  if (rmax !== undefined) r = minimum(r, rmax)
  if (dmax !== undefined) d = clip(d, -dmax, dmax)
  return { r: frozen(r), d: frozen(d) }
}

/** The moving statistics after a batch. The variance for inference is computed from the moving standard deviation. */
export function renormedStatistics(
  batch: Moments,
  state: RenormState,
  {
    epsilon,
    momentum,
    renormMomentum,
  }: { readonly epsilon: number; readonly momentum: number; readonly renormMomentum: number },
) {
  const stddev = sqrt(add(batch.variance, epsilon))
  const average = (old: Tensor, now: Tensor, keep: number) => add(mul(old, keep), mul(now, 1 - keep))
  const movingStddev = average(state.movingStddev!, stddev, momentum)
  return {
    movingMean: average(state.movingMean, batch.mean, momentum),
    // rounding could make it negative
    movingVariance: relu(sub(mul(movingStddev, movingStddev), epsilon)),
    movingStddev,
    renormMean: average(state.renormMean!, batch.mean, renormMomentum),
    renormStddev: average(state.renormStddev!, stddev, renormMomentum),
  }
}
