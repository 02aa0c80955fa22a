import {
  add,
  broadcastTo,
  cast,
  formatShape,
  full,
  mean,
  mul,
  type Shape,
  ShapeError,
  type SymbolicShape,
  sum,
  Tensor,
  type TensorValues,
  TraceError,
  type Tree,
  tensor,
  tidy,
  treeLeaves,
  treeMap,
} from '@gradus/tensor'
import { apply, identityOp, keepTensors } from '@gradus/tensor/internals'
import { type ConfigArgument, Configured } from '../config/configured.ts'
import type { ConfigOf, FieldTable } from '../config/fields.ts'
import { snakeCase } from '../config/names.ts'
import { refuseOverride } from '../config/own-methods.ts'
import { ConfigError } from '../errors.ts'
import { alignRanks, asFloat, divideNoNan } from './alignment.ts'

const fields = {
  /** Key in the logs; by default the type in snake_case. */
  name: 'string',
  /** Figures are float32, whatever the dtype of the model; the option is there for programs that say so. */
  dtype: { oneOf: ['float32'] },
} as const

/** Options that every metric takes. */
export interface MetricConfig extends ConfigOf<typeof fields> {}

const advice =
  'Write update(state, target, prediction, weight), which returns the new state, and init(), which returns the first one.'

/**
 * The base class of metrics: figures accumulated over batches. A metric is pure: `update` takes the old state, a tree of
 * tensors, and returns the new one. For a mean of per-sample values extend `MeanMetric` of `@gradus/metrics`, which has the
 * state already.
 *
 * @example
 * import { Metric } from '@gradus/core'
 * import { abs, full, max, maximum, sub, tensor } from '@gradus/tensor'
 * class LargestError extends Metric {
 *   static type = 'acme/LargestError'
 *   init() {
 *     return { largest: full([], 0) }
 *   }
 *   update({ largest }, target, prediction) {
 *     return { largest: maximum(largest, max(abs(sub(prediction, target)))) }
 *   }
 *   result({ largest }) {
 *     return largest
 *   }
 * }
 * const metric = new LargestError()
 * metric.result(metric.update(metric.init(), tensor([1, 2]), tensor([1, 5]))).item() // => 3
 */
export abstract class Metric<C extends object = object, S extends object = object> extends Configured<
  'metric',
  C & MetricConfig
> {
  static readonly kind = 'metric'
  static override readonly fields: FieldTable = fields

  /** The state of the metric itself, for use outside of models; undefined before the first batch. */
  declare private running: S | undefined

  constructor(...args: ConfigArgument<C & MetricConfig>) {
    super(...args)
    refuseOverride(this, 'updateState', 'update', 'resetState', advice)
    const figure = this.result
    // not enumerable, because metrics with equal options are equal
    Object.defineProperty(this, 'running', { writable: true, value: undefined })
    if (!figure) return // a missing method is reported when a model is compiled
    const result = (state?: S) => (state ? figure.call(this, state) : this.runningFigure(figure))
    Object.defineProperty(this, 'result', { value: result, writable: true, configurable: true })
  }

  /** The key of the figure in the logs. */
  get name(): string {
    return (this.options as MetricConfig).name ?? snakeCase(this.type)
  }

  /** `up` if larger is better, otherwise `down`. Callbacks with `mode: 'auto'` read it. */
  get direction(): 'up' | 'down' {
    return 'down'
  }

  /**
   * The state before the first batch. `prediction` is the shape of the predictions, batch first: metrics with numbers for each class
   * need it for a state that keeps its shape, as compiled steps require.
   */
  abstract init(prediction?: SymbolicShape): S
  /**
   * The state after one more batch of `[batch, ...]`. As losses do, models make the ranks of target and prediction equal if they
   * differ by a last axis of size 1: targets `[batch]` of an output `[batch, 1]` become `[batch, 1]`. `weight` has one number per
   * sample, `[batch]`, or per value; `weightsLike` gives it the rank of the values that it is multiplied with.
   */
  abstract update(state: S, target: Tensor, prediction: Tensor, weight?: Tensor): S
  /**
   * The figure of a state: a scalar, or `[classes]` for metrics with one figure per class. Subclasses write `result(state)`. A program
   * may leave the state out, and gets the figure of the batches given to `updateState`.
   */
  abstract result(state?: S): Tensor

  /**
   * Adds a batch of `[batch, ...]` to the metric itself, for loops of your own, and returns the figure so far. Metrics of values, such
   * as `Mean`, take the values alone. Models and compiled functions use `update` and `result` instead. Throws `TraceError` in a compiled
   * function, where tensors have no values yet. Keras: `update_state`, and `metric(target, prediction)`.
   *
   * @example
   * import { BinaryAccuracy } from '@gradus/metrics'
   * const metric = new BinaryAccuracy()
   * metric.updateState([[1], [0]], [[0.9], [0.2]]).item() // => 1
   * metric.updateState([[1], [1]], [[0.6], [0.3]]).item() // => 0.75
   */
  updateState(
    target: Tensor | TensorValues,
    prediction: Tensor | TensorValues = target,
    { sampleWeight }: { readonly sampleWeight?: Tensor | TensorValues | undefined } = {},
  ): Tensor {
    const before = this.running
    const [state, figure] = tidy(() => {
      const aligned = alignRanks(concreteTensor(target), concreteTensor(prediction))
      const weight = sampleWeight === undefined ? undefined : concreteTensor(sampleWeight)
      const next = this.update(
        before ?? this.init(aligned.prediction.shape),
        aligned.target,
        aligned.prediction,
        weight,
      )
      const old = treeLeaves(before ?? {})
      // the old state is freed, and the figure may be a part of the new one
      return [treeMap((x) => (old.includes(x) ? copy(x) : x), next as Tree) as S, copy(this.result(next))] as const
    })
    keepTensors(treeLeaves(state))
    this.resetState()
    this.running = state
    return figure
  }

  private runningFigure(figure: (state: S) => Tensor): Tensor {
    return tidy(() => copy(figure.call(this, this.running ?? this.init())))
  }

  /** Throws `ConfigError`: a metric keeps its numbers in the state that `init` returns. */
  protected addVariable(): never {
    throw new ConfigError(
      `${this.type} calls addVariable, which Keras has. Return the initial values from init() as an object of tensors, and the new ones from update(state, target, prediction, weight).`,
    )
  }

  /** Drops the batches given to `updateState`. Keras: `reset_state`. */
  resetState(): void {
    for (const tensor of treeLeaves(this.running ?? {})) tensor.dispose()
    this.running = undefined
  }
}

function concreteTensor(value: Tensor | TensorValues): Tensor {
  const given = value instanceof Tensor ? value : tensor(value)
  if (given.concrete) return given
  throw new TraceError(
    'updateState was called in a compiled function, where tensors have no values. Use update(state, target, prediction) there, and return the state.',
  )
}

function copy(x: Tensor): Tensor {
  return apply(identityOp, [x], null)
}

/** A weighted sum and the sum of its weights, float32 scalars. */
export interface MeanState {
  readonly [key: string]: Tensor
  readonly total: Tensor
  readonly count: Tensor
}

/** The state of a mean before any value was added. */
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

/** The mean so far, a float32 scalar; 0 if nothing was added. */
export function meanOf({ total, count }: MeanState): Tensor {
  return divideNoNan(total, count)
}

/**
 * Reduces values to one float32 number per sample, multiplied by its weight, and weights to one per sample. Values of higher
 * rank than their weights are first reduced to that rank, so `[batch]` weights always fit. Throws `ShapeError` for other weights. Keras:
 * `reduce_to_samplewise_values`.
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
  requireFit(values, weight, aligned.prediction.shape, reduced.shape)
  const weights = broadcastTo(aligned.prediction, reduced.shape)
  return { values: from(mul(reduced, weights), 1), weight: rank > 1 ? from(weights, 1) : weights }
}

/** Throws `ShapeError` unless weights of the first shape can be broadcast to the second one. */
function requireFit(values: Tensor, weight: Tensor, from: Shape, to: Shape): void {
  if (from.length <= to.length && from.every((d, axis) => d === 1 || d === to.at(axis - from.length))) return
  const advice =
    values.rank === 0
      ? 'Targets and predictions of shape [n] count as one sample: give both as [n, 1] for n samples.'
      : 'Give one weight per sample or one per value.'
  throw new ShapeError(
    `Sample weights of shape ${formatShape(weight.shape)} do not fit the values of a metric, which have shape ${formatShape(values.shape)}. ${advice}`,
  )
}

/** Casts predictions as `asFloat` does and targets to the same dtype, and makes their ranks equal. */
export function alignFloats(target: Tensor, prediction: Tensor): { target: Tensor; prediction: Tensor } {
  const float = asFloat(prediction)
  return alignRanks(cast(target, float.dtype), float)
}

function axesFrom(first: number, rank: number): number[] {
  return Array.from({ length: rank - first }, (_, index) => first + index)
}
