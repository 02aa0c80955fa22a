import {
  cast,
  div,
  equal,
  formatShape,
  logicalAnd,
  mean,
  mul,
  type Shape,
  ShapeError,
  type SymbolicShape,
  sum,
  type Tensor,
  where,
} from '@gradus/tensor'
import { Configured } from '../config/configured.ts'
import type { ConfigOf, FieldTable, OptionsOf } from '../config/fields.ts'
import { snakeCase } from '../config/names.ts'
import type { HostArray } from '../data/dataset.ts'
import { alignRanks, asFloat, divideNoNan } from './alignment.ts'

const fields = {
  /** By default the type in snake_case. */
  name: 'string',
  /**
   * How per-sample losses become one number, by Keras's rules: `sumOverBatchSize` and `mean` divide the weighted sum by the
   * number of elements, `meanWithSampleWeight` by the sum of the weights; `none` keeps the per-sample losses.
   */
  reduction: {
    oneOf: ['sumOverBatchSize', 'sum', 'mean', 'meanWithSampleWeight', 'none'],
    default: 'sumOverBatchSize',
  },
} as const

/** Options that every loss takes. */
export interface LossConfig extends ConfigOf<typeof fields> {}

/** A way to reduce per-sample losses to one number. */
export type Reduction = NonNullable<LossConfig['reduction']>

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
  static override readonly fields: FieldTable = fields

  get name(): string {
    return this.common.name ?? snakeCase(this.type)
  }

  get reduction(): Reduction {
    return this.common.reduction
  }

  // a subclass declares the type of `options` by its own fields
  private get common(): OptionsOf<typeof fields> {
    return this.options as OptionsOf<typeof fields>
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

  /** The loss of each sample, before weights and reduction: aligns the ranks, casts and calls `compute`. */
  perSample(target: Tensor, prediction: Tensor): Tensor {
    const [truth, aligned] = this.align(target, prediction)
    return this.compute(truth, aligned)
  }

  /** The weighted, reduced loss: a scalar, or with reduction `none` one value per sample. */
  call(target: Tensor, prediction: Tensor, { sampleWeight, mask }: LossOptions = {}): Tensor {
    const [truth, aligned] = this.align(target, prediction)
    const own = this.maskOf(truth, aligned)
    const both = own && mask ? logicalAnd(own, cast(mask, 'bool')) : (own ?? mask)
    return reduceWeighted(this.compute(truth, aligned), this.reduction, sampleWeight, both)
  }

  private align(target: Tensor, prediction: Tensor): [target: Tensor, prediction: Tensor] {
    const float = asFloat(prediction)
    const aligned = alignRanks(target, float)
    return [this.castTarget(aligned.target, float), aligned.prediction]
  }

  /** Targets in the dtype of the prediction; losses whose targets are class numbers keep them. */
  protected castTarget(target: Tensor, prediction: Tensor): Tensor {
    return cast(target, prediction.dtype)
  }
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
