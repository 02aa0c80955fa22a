import { add, broadcastTo, cast, full, mean, mul, sum, type Tensor, type Tree } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'
import type { ConfigOf, FieldTable } from '../config/fields.ts'
import { snakeCase } from '../config/names.ts'
import { alignRanks, asFloat, divideNoNan } from './alignment.ts'

const fields = {
  /** Key in the logs; by default the type in snake_case. */
  name: 'string',
} as const

/** Options that every metric takes. */
export interface MetricConfig extends ConfigOf<typeof fields> {}

/**
 * A figure accumulated over batches. Pure: the state goes in and comes out, and lives on the device.
 *
 * A figure that is a mean of per-sample values needs no state of its own: extend `MeanMetric` of `@gradus/metrics`.
 */
export abstract class Metric<C extends object = object, S extends Tree = Tree> extends Configured<
  'metric',
  C & MetricConfig
> {
  static readonly kind = 'metric'
  static override readonly fields: FieldTable = fields

  get name(): string {
    return (this.options as MetricConfig).name ?? snakeCase(this.type)
  }

  /** Whether larger is better. Callbacks with `mode: 'auto'` ask for it. */
  get direction(): 'up' | 'down' {
    return 'down'
  }

  /** The state before the first batch. */
  abstract init(): S
  /** The state after one more batch; `weight` is broadcast against the per-sample values. */
  abstract update(state: S, target: Tensor, prediction: Tensor, weight?: Tensor): S
  /** The figure so far, a scalar (some metrics give one per class). */
  abstract result(state: S): Tensor
}

/** A weighted sum and the sum of its weights, float32 scalars. */
export interface MeanState {
  readonly [key: string]: Tensor
  readonly total: Tensor
  readonly count: Tensor
}

/** The mean of nothing yet. */
export function emptyMean(): MeanState {
  return { total: full([], 0), count: full([], 0) }
}

/**
 * Adds a batch of values (`[batch, ...]` or a scalar) to a mean: each sample counts once, or with its weight. Values of a
 * sample are averaged first, as in Keras's `Mean`.
 */
export function addToMean({ total, count }: MeanState, values: Tensor, weight?: Tensor): MeanState {
  const samples = toSamples(values, mean, weight)
  const counted = samples.weight ? sum(samples.weight) : (samples.values.shape[0] ?? 1)
  return { total: add(total, sum(samples.values)), count: add(count, counted) }
}

/** The mean so far; 0 where nothing was added. */
export function meanOf({ total, count }: MeanState): Tensor {
  return divideNoNan(total, count)
}

/**
 * One float32 number per sample, multiplied by its weight, and the weights. Keras's `reduce_to_samplewise_values`: values
 * of higher rank than their weights are reduced to that rank first, so `[batch]` weights always fit.
 */
export function toSamples(
  values: Tensor,
  reduce: (x: Tensor, options: { readonly axis: readonly number[] }) => Tensor,
  weight?: Tensor,
): { values: Tensor; weight: Tensor | undefined } {
  const from = (x: Tensor, first: number) => (x.rank > first ? reduce(x, { axis: axesFrom(first, x.rank) }) : x)
  const float = cast(values, 'float32')
  if (!weight) return { values: from(float, 1), weight: undefined }
  const aligned = alignRanks(float, cast(weight, 'float32'))
  const rank = aligned.prediction.rank
  const reduced = from(aligned.target, rank)
  const weights = broadcastTo(aligned.prediction, reduced.shape)
  return { values: from(mul(reduced, weights), 1), weight: rank > 1 ? from(weights, 1) : weights }
}

/** Predictions in a floating dtype, and targets in that dtype; ranks made equal. For metrics of equal shapes. */
export function alignFloats(target: Tensor, prediction: Tensor): { target: Tensor; prediction: Tensor } {
  const float = asFloat(prediction)
  return alignRanks(cast(target, float.dtype), float)
}

function axesFrom(first: number, rank: number): number[] {
  return Array.from({ length: rank - first }, (_, index) => first + index)
}
