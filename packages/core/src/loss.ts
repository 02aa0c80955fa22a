import {
  cast,
  div,
  equal,
  expandDims,
  formatShape,
  logicalAnd,
  mean,
  mul,
  type Shape,
  ShapeError,
  sameShape,
  squeeze,
  sum,
  type Tensor,
  where,
} from '@gradus/tensor'
import { Configured } from './configured.ts'
import type { HostArray } from './dataset.ts'
import type { Field, Fields } from './fields.ts'
import type { SymbolicShape } from './infer.ts'
import { snakeCase } from './names.ts'

/**
 * How per-sample losses become one number, by Keras's rules: `sumOverBatchSize` and `mean` divide the weighted sum by the
 * number of elements, `meanWithSampleWeight` by the sum of the weights; `none` keeps the per-sample losses.
 */
export type Reduction = 'sumOverBatchSize' | 'sum' | 'mean' | 'meanWithSampleWeight' | 'none'

export interface LossConfig {
  readonly name?: string
  /** Default `sumOverBatchSize`: the sum of all elements of the per-sample loss, divided by their number. */
  readonly reduction?: Reduction
}

export interface LossOptions {
  /** One weight per sample (or per element of the per-sample loss). */
  readonly sampleWeight?: Tensor
  /** Samples (or time steps) that count: those where it is false or 0 are left out of sum and divisor. */
  readonly mask?: Tensor
}

/**
 * How far predictions are from targets. `compute` gives the loss of each sample; alignment, weights, masks and reduction
 * are common to all and follow Keras's `Loss.__call__`.
 *
 * @example
 * import { Loss } from '@gradus/core'
 * import { abs, max, sub, tensor } from '@gradus/tensor'
 * class LargestError extends Loss {
 *   static readonly type = 'acme/LargestError'
 *   compute(target, prediction) {
 *     return max(abs(sub(prediction, target)), { axis: -1 })
 *   }
 * }
 * new LargestError().call(tensor([[1, 2], [3, 4]]), tensor([[1, 4], [9, 4]])).item() // => 4
 */
export abstract class Loss<C extends object = object> extends Configured<'loss', C & LossConfig> {
  static readonly kind = 'loss'
  static override readonly fields: Readonly<Record<string, Field>> = {
    name: 'string',
    reduction: { oneOf: ['sumOverBatchSize', 'sum', 'mean', 'meanWithSampleWeight', 'none'] },
  } satisfies Fields<LossConfig>

  get name(): string {
    return (this.config as LossConfig).name ?? snakeCase(this.type)
  }

  get reduction(): Reduction {
    return (this.config as LossConfig).reduction ?? 'sumOverBatchSize'
  }

  /** The loss of each sample: `[batch, ...]` without the last axis. Target and prediction are aligned, of one dtype. */
  abstract compute(target: Tensor, prediction: Tensor): Tensor

  /** Which samples count at all, where the loss itself decides that (`ignoreClass`); in the shape of `compute`'s result. */
  maskOf(_target: Tensor, _prediction: Tensor): Tensor | undefined {
    return undefined
  }

  /**
   * Throws `DataError` for targets that the loss cannot take, naming the place (`name` is what the user calls them). Looks
   * at values, so it is asked on the host, before training. `prediction` is the shape of the output, batch first.
   */
  checkTarget(_target: HostArray, _prediction: SymbolicShape, _name: string): void {}

  /** The weighted, reduced loss: a scalar, or with reduction `none` one value per sample. */
  call(target: Tensor, prediction: Tensor, { sampleWeight, mask }: LossOptions = {}): Tensor {
    const float = asFloat(prediction)
    const aligned = alignRanks(target, float)
    const truth = this.castTarget(aligned.target, float)
    const own = this.maskOf(truth, aligned.prediction)
    const both = own && mask ? logicalAnd(own, cast(mask, 'bool')) : (own ?? mask)
    return reduceWeighted(this.compute(truth, aligned.prediction), this.reduction, sampleWeight, both)
  }

  /** Targets in the dtype of the prediction; losses whose targets are class numbers keep them. */
  protected castTarget(target: Tensor, prediction: Tensor): Tensor {
    return cast(target, prediction.dtype)
  }
}

/** Predictions as losses and metrics take them: float64 as it is, anything else as float32. */
export function asFloat(prediction: Tensor): Tensor {
  return prediction.dtype === 'float64' ? prediction : cast(prediction, 'float32')
}

/** Makes the ranks equal where they differ by a last axis of size 1, as Keras's `squeeze_or_expand_to_same_rank`. */
export function alignRanks(target: Tensor, prediction: Tensor): { target: Tensor; prediction: Tensor } {
  if (target.rank > prediction.rank) {
    const [a, b] = alignLast(target, prediction)
    return { target: a, prediction: b }
  }
  const [b, a] = alignLast(prediction, target)
  return { target: a, prediction: b }
}

/** Throws `ShapeError` unless both have one shape. A silent broadcast of targets against predictions is never meant. */
export function requireSameShape(owner: string, target: Tensor, prediction: Tensor): void {
  if (sameShape(target.shape, prediction.shape)) return
  throw new ShapeError(
    `${owner}: the targets have shape ${formatShape(target.shape)} and the predictions ${formatShape(prediction.shape)}; ` +
      'they must be equal. Check the units of the last layer, or whether the targets should be one-hot.',
  )
}

/** Weighted reduction of per-sample values by Keras's rules (`losses/loss.py`, reduce_weighted_values). */
export function reduceWeighted(values: Tensor, reduction: Reduction, sampleWeight?: Tensor, mask?: Tensor): Tensor {
  let weighted = values
  let weight = sampleWeight && cast(sampleWeight, values.dtype)
  if (mask) weight = applyMask(weight, cast(mask, values.dtype), reduction)
  if (weight) {
    const aligned = alignWeight(values, weight)
    weight = aligned.weight
    weighted = mul(aligned.values, weight)
  }
  if (reduction === 'none') return weighted
  const total = sum(weighted)
  if (reduction === 'sum' || weighted.size === 0) return total
  return reduction === 'meanWithSampleWeight' && weight ? divideNoNan(total, sum(weight)) : mean(weighted)
}

/** `a / b`, and 0 where b is 0. */
export function divideNoNan(a: Tensor, b: Tensor): Tensor {
  const zero = equal(b, 0)
  return where(zero, 0, div(a, where(zero, 1, b)))
}

function applyMask(weight: Tensor | undefined, mask: Tensor, reduction: Reduction): Tensor {
  let scaled = mask
  if (reduction === 'mean' || reduction === 'sumOverBatchSize') {
    // the divisor counts every element, so the valid ones are scaled up to make a mean over them
    const valid = sum(mask)
    scaled = mul(mask, where(equal(valid, 0), 0, div(mask.size, where(equal(valid, 0), 1, valid))))
  }
  if (!weight) return scaled
  const aligned = alignWeight(scaled, weight)
  return mul(aligned.weight, aligned.values)
}

/** Weights and values with ranks made equal; a weight of lower rank would otherwise be broadcast along the wrong axis. */
function alignWeight(values: Tensor, weight: Tensor): { values: Tensor; weight: Tensor } {
  const { target, prediction } = alignRanks(values, weight)
  // one value for all samples takes weights of any shape
  if (prediction.rank !== 0 && target.rank !== 0 && !fits(prediction.shape, target.shape)) {
    throw new ShapeError(
      `Sample weights of shape ${formatShape(weight.shape)} do not fit per-sample values of shape ${formatShape(values.shape)}; ` +
        `give one weight per value, or dimensions of 1 such as ${formatShape(values.shape.map((d, axis) => (axis === 0 ? d : 1)))}.`,
    )
  }
  return { values: target, weight: prediction }
}

function fits(weight: Shape, values: Shape): boolean {
  return (
    weight.length === values.length && weight.every((d, axis) => d === 1 || values[axis] === 1 || d === values[axis])
  )
}

// `high` has the higher rank (or the same)
function alignLast(high: Tensor, low: Tensor): [Tensor, Tensor] {
  if (high.rank !== low.rank + 1 || high.shape.at(-1) !== 1) return [high, low]
  return low.rank === 1 ? [high, expandDims(low, -1)] : [squeeze(high, -1), low]
}
