import { cast, div, equal, expandDims, full, mean, mul, onesLike, squeeze, sum, type Tensor, where } from '@gradus/tensor'
import { Configured } from './configured.ts'
import type { Field, Fields } from './fields.ts'
import { snakeCase } from './names.ts'

/** How per-sample losses become one number; Keras's rules, with `none` for no reduction. */
export type Reduction = 'sumOverBatchSize' | 'sum' | 'mean' | 'meanWithSampleWeight' | 'none'

export interface LossConfig {
  readonly name?: string
  /** Default `sumOverBatchSize`: the sum of all elements of the per-sample loss, divided by their number. */
  readonly reduction?: Reduction
}

/** How far predictions are from targets. `compute` gives the loss of each sample; weighting and reduction are common to all. */
export abstract class Loss<C extends object = object> extends Configured<'loss', C & LossConfig> {
  static readonly kind = 'loss'
  static override readonly fields: Readonly<Record<string, Field>> = {
    name: 'string',
    reduction: { oneOf: ['sumOverBatchSize', 'sum', 'mean', 'meanWithSampleWeight', 'none'] },
  } satisfies Fields<LossConfig>

  get name(): string {
    return (this.config as LossConfig).name ?? snakeCase(this.type)
  }

  /** The loss of each sample: `[batch, ...]` without the last axis. Target and prediction have one rank and dtype. */
  abstract compute(target: Tensor, prediction: Tensor): Tensor

  /** Which samples count at all, where the loss itself decides that (`ignoreClass`). */
  maskOf(_target: Tensor): Tensor | undefined {
    return undefined
  }

  /** The weighted, reduced loss. `sampleWeight` is broadcast against the per-sample loss; `mask` leaves samples out. */
  call(target: Tensor, prediction: Tensor, options: { sampleWeight?: Tensor; mask?: Tensor } = {}): Tensor {
    const aligned = alignRanks(target, prediction)
    const own = this.maskOf(aligned.target)
    const mask = own && options.mask ? mul(cast(own, 'float32'), cast(options.mask, 'float32')) : (own ?? options.mask)
    const losses = this.compute(this.castTarget(aligned.target, aligned.prediction), aligned.prediction)
    return reduceWeighted(losses, (this.config as LossConfig).reduction ?? 'sumOverBatchSize', options.sampleWeight, mask)
  }

  /** Targets in the dtype of the prediction; losses whose targets are class numbers keep them. */
  protected castTarget(target: Tensor, prediction: Tensor): Tensor {
    return cast(target, prediction.dtype)
  }
}

/** Makes the ranks equal where they differ by a last axis of size 1, as Keras's `squeeze_or_expand_to_same_rank`. */
export function alignRanks(target: Tensor, prediction: Tensor): { target: Tensor; prediction: Tensor } {
  if (target.rank === prediction.rank) return { target, prediction }
  if (prediction.rank === target.rank + 1 && prediction.shape.at(-1) === 1) {
    return target.rank === 1 ? { target: expandDims(target, -1), prediction } : { target, prediction: squeeze(prediction, -1) }
  }
  if (target.rank === prediction.rank + 1 && target.shape.at(-1) === 1) return { target: squeeze(target, -1), prediction }
  return { target, prediction }
}

/** Weighted reduction of per-sample values by Keras's rules (`losses/loss.py`, reduce_weighted_values). */
export function reduceWeighted(values: Tensor, reduction: Reduction, sampleWeight?: Tensor, mask?: Tensor): Tensor {
  let weight = sampleWeight && cast(sampleWeight, values.dtype)
  if (mask) weight = applyMask(weight, cast(mask, values.dtype), reduction)
  const weighted = weight ? mul(values, alignWeight(weight, values)) : values
  if (reduction === 'none') return weighted
  const total = sum(weighted)
  if (reduction === 'sum') return total
  if (reduction === 'meanWithSampleWeight' && weight) return divideNoNan(total, sum(mul(onesLike(values), alignWeight(weight, values))))
  return mean(weighted)
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
    scaled = mul(mask, divideNoNan(full([], mask.size, mask.dtype, mask), sum(mask)))
  }
  return weight ? mul(alignWeight(weight, scaled), scaled) : scaled
}

function alignWeight(weight: Tensor, values: Tensor): Tensor {
  let aligned = weight
  if (aligned.rank === values.rank + 1 && aligned.shape.at(-1) === 1) aligned = squeeze(aligned, -1)
  while (aligned.rank < values.rank) aligned = expandDims(aligned, -1)
  return aligned
}
