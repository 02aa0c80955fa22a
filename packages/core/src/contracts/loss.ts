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
import { type ConfigArgument, Configured } from '../config/configured.ts'
import type { ConfigOf, FieldTable, OptionsOf } from '../config/fields.ts'
import { snakeCase } from '../config/names.ts'
import { refuseOverride, requireMethod, tensorFrom } from '../config/own-methods.ts'
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
  /** The dtype in which the loss is computed (default float32, or float64 for predictions in float64). */
  dtype: { oneOf: ['float16', 'float32', 'float64'] },
} as const

/** Options that every loss takes. */
export interface LossConfig extends ConfigOf<typeof fields> {}

/** A way to reduce per-sample losses to one number. */
export type Reduction = NonNullable<LossConfig['reduction']>

/** The options of `Loss.call`. */
export interface LossOptions {
  /** One weight per sample (or per element of the per-sample loss). */
  readonly sampleWeight?: Tensor
  /** Which samples (or time steps) count: those that are false or 0 are left out of the sum and of the divisor. */
  readonly mask?: Tensor
}

/**
 * The base class of losses, which measure the distance of predictions from targets. A subclass computes the loss of each sample
 * in `compute`; alignment, weights, masks and reduction are common to all losses and follow Keras's `Loss.__call__`.
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

  constructor(...args: ConfigArgument<C & LossConfig>) {
    super(...args)
    refuseOverride(
      this,
      'call',
      'compute',
      'perSample',
      'Write compute(target, prediction), which returns the loss of each sample: call weights and reduces its result.',
    )
  }

  /** The key of the loss in the logs. */
  get name(): string {
    return this.commonOptions.name ?? snakeCase(this.type)
  }

  get reduction(): Reduction {
    return this.commonOptions.reduction
  }

  // subclasses declare another type for `options`
  private get commonOptions(): OptionsOf<typeof fields> {
    return this.options as OptionsOf<typeof fields>
  }

  /** The loss of each sample: `[batch, ...]` without the last axis. Target and prediction have equal ranks and dtypes. */
  abstract compute(target: Tensor, prediction: Tensor): Tensor

  /**
   * Which samples count, for a loss that excludes some itself (`ignoreClass`): bool in the shape of the result of `compute`.
   * Undefined if all count.
   */
  maskOf(_target: Tensor, _prediction: Tensor): Tensor | undefined {
    return undefined
  }

  /**
   * Throws `DataError` for targets that the loss cannot take; the message calls them `name`. It reads values, so it is called
   * on the host, before training. `prediction` is the shape of the output, batch first.
   */
  checkTarget(_target: HostArray, _prediction: SymbolicShape, _name: string): void {}

  /** The loss of each sample, before weights and reduction: aligns the ranks, casts and calls `compute`. */
  perSample(target: Tensor, prediction: Tensor): Tensor {
    const [truth, aligned] = this.align(target, prediction)
    return this.computed(truth, aligned)
  }

  /**
   * The weighted, reduced loss: a scalar, or with reduction `none` one value per sample. Throws `ShapeError` for weights that do
   * not fit the per-sample losses.
   */
  call(target: Tensor, prediction: Tensor, { sampleWeight, mask }: LossOptions = {}): Tensor {
    const [truth, aligned] = this.align(target, prediction)
    const lossMask = this.maskOf(truth, aligned)
    const joined = lossMask && mask ? logicalAnd(lossMask, cast(mask, 'bool')) : (lossMask ?? mask)
    return reduceWeighted(this.computed(truth, aligned), this.reduction, sampleWeight, joined)
  }

  private computed(target: Tensor, prediction: Tensor): Tensor {
    requireMethod(this, 'compute(target, prediction)', 'call')
    return tensorFrom(`${this.type}.compute`, this.compute(target, prediction))
  }

  private align(target: Tensor, prediction: Tensor): [target: Tensor, prediction: Tensor] {
    const { dtype } = this.commonOptions
    const float = dtype ? cast(prediction, dtype) : asFloat(prediction)
    const aligned = alignRanks(target, float)
    return [this.castTarget(aligned.target, float), aligned.prediction]
  }

  /** Targets in the dtype of the prediction. Losses of class numbers override it and keep the targets as they are. */
  protected castTarget(target: Tensor, prediction: Tensor): Tensor {
    return cast(target, prediction.dtype)
  }
}

/**
 * Weighted reduction of per-sample values by Keras's rules (`losses/loss.py`, `reduce_weighted_values`): a scalar, or the
 * weighted values with reduction `none`. Throws `ShapeError` for weights that do not fit the values.
 */
export function reduceWeighted(values: Tensor, reduction: Reduction, sampleWeight?: Tensor, mask?: Tensor): Tensor {
  let weighted = values
  let weight = sampleWeight && cast(sampleWeight, values.dtype)
  if (mask) weight = applyMask(weight, cast(mask, values.dtype), reduction)
  if (weight) {
    const aligned = alignWeight(values, weight)
    weight = aligned.weight
    weighted = mul(aligned.values, weight)
  }
  // Keras does not reduce a single number, so it does not divide it by its weight
  if (reduction === 'none' || weighted.rank === 0) return weighted
  const total = sum(weighted)
  if (reduction === 'sum' || weighted.size === 0) return total
  return reduction === 'meanWithSampleWeight' && weight ? divideNoNan(total, sum(weight)) : mean(weighted)
}

function applyMask(weight: Tensor | undefined, mask: Tensor, reduction: Reduction): Tensor {
  let scaled = mask
  if (reduction === 'mean' || reduction === 'sumOverBatchSize') {
    // the divisor counts all elements, so the valid ones are scaled up to give the mean over them
    const valid = sum(mask)
    scaled = mul(mask, where(equal(valid, 0), 0, div(mask.size, where(equal(valid, 0), 1, valid))))
  }
  if (!weight) return scaled
  const aligned = alignWeight(scaled, weight)
  return mul(aligned.weight, aligned.values)
}

/** Weights and values with equal ranks; a weight of lower rank would otherwise be broadcast along the wrong axis. */
function alignWeight(values: Tensor, weight: Tensor): { values: Tensor; weight: Tensor } {
  const { target, prediction } = alignRanks(values, weight)
  // a single value fits weights of any shape
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
