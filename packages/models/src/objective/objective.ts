import {
  addToMean,
  alignRanks,
  emptyMean,
  type Loss,
  type MeanState,
  type Metric,
  meanOf,
  tensorFrom,
  wrongResult,
} from '@gradus/core'
import { add, cast, expandDims, full, mul, type SymbolicShape, type Tensor, type Tree } from '@gradus/tensor'
import { type Output, type PerOutput, perOutput } from './per-output.ts'
import { type LossLike, type NameResolver, resolveLoss } from './resolve.ts'
import { type MetricOptions, type TrackedMetric, trackMetrics } from './tracked-metrics.ts'

/** The options of `compile` for losses and metrics. */
export interface ObjectiveOptions extends MetricOptions {
  readonly loss?: PerOutput<LossLike>
  readonly lossWeights?: PerOutput<number>
}

/** Figures accumulated over batches, on the device. */
export interface TrackerState {
  readonly [key: string]: Tree
  /** Means of the figures that steps returned, such as `loss`. */
  readonly figures: { readonly [name: string]: MeanState }
  /** Means of the losses of the outputs; empty if only one output has a loss. */
  readonly losses: readonly MeanState[]
  readonly metrics: readonly Tree[]
}

/** The targets and sample weights of one batch, per output. */
export interface Targets {
  readonly targets: readonly (Tensor | undefined)[]
  readonly weights: readonly (Tensor | undefined)[]
}

/** The outputs of a model for one batch, with their masks. */
export interface Predictions {
  readonly outputs: readonly Tensor[]
  readonly masks: readonly (Tensor | undefined)[]
}

/** Predictions with their targets, and the loss of each output that has one. */
export interface Compared extends Predictions, Targets {
  readonly lossValues: readonly Tensor[]
}

/** Losses and metrics of all outputs, resolved for the shapes of the targets. */
export class Objective {
  readonly losses: readonly (Loss | undefined)[]
  private readonly lossWeights: readonly number[]
  private readonly tracked: readonly TrackedMetric[]

  constructor(
    private readonly outputs: readonly Output[],
    targetShapes: readonly (SymbolicShape | undefined)[],
    options: ObjectiveOptions,
    registry: NameResolver | undefined,
  ) {
    this.losses = perOutput('loss', options.loss, outputs).map((like, index) =>
      like === undefined || like === null
        ? undefined
        : resolveLoss(like as NonNullable<LossLike>, targetShapes[index], outputs[index]!, registry),
    )
    this.lossWeights = perOutput('lossWeights', options.lossWeights, outputs).map(
      (weight) => (weight as number | undefined) ?? 1,
    )
    this.tracked = trackMetrics(outputs, targetShapes, options, registry)
  }

  /** Returns the state before the first batch, for steps that return figures of these names. */
  init(figures: readonly string[]): TrackerState {
    return {
      figures: Object.fromEntries(figures.map((name) => [name, emptyMean()])),
      losses: this.severalLosses ? this.losses.filter((loss) => loss).map(emptyMean) : [],
      metrics: this.tracked.map(({ metric, output }) => metric.init(this.outputs[output]!.shape) as Tree),
    }
  }

  /** Computes the losses and their weighted sum; `total` is undefined if no output has a loss and a target. */
  compare(predictions: Predictions, { targets, weights }: Targets): Compared & { readonly total: Tensor | undefined } {
    const { outputs, masks } = predictions
    const lossValues: Tensor[] = []
    let total: Tensor | undefined
    this.losses.forEach((loss, index) => {
      const target = targets[index]
      if (!loss || !target) return
      const sampleWeight = weights[index]
      const mask = masks[index]
      const value = loss.call(target, outputs[index]!, {
        ...(sampleWeight && { sampleWeight }),
        ...(mask && { mask }),
      })
      lossValues.push(value)
      const weighted = this.lossWeights[index] === 1 ? value : mul(value, this.lossWeights[index]!)
      total = total ? add(total, cast(weighted, total.dtype)) : weighted
    })
    return { outputs, masks, targets, weights, lossValues, total }
  }

  /** Returns the state after one more batch of `size` samples, from the figures and the comparison of its step. */
  update(
    state: TrackerState,
    figures: Readonly<Record<string, Tensor>>,
    compared: Compared | undefined,
    size: number,
  ): TrackerState {
    const samples = full([], size) // the weight of the batch: its number of samples
    const means = Object.entries(state.figures).map(
      ([name, mean]) => [name, figures[name] ? addToMean(mean, figures[name], samples) : mean] as const,
    )
    return {
      figures: Object.fromEntries(means),
      losses: compared
        ? state.losses.map((mean, index) => addToMean(mean, compared.lossValues[index]!, samples))
        : state.losses,
      metrics: compared ? this.measure(state.metrics, compared) : state.metrics,
    }
  }

  private measure(states: readonly Tree[], { outputs, masks, targets, weights }: Compared): Tree[] {
    return this.tracked.map(({ metric, output, weighted }, index) => {
      const target = targets[output]
      if (!target) return states[index]!
      const weight = metricWeight(weighted ? weights[output] : undefined, masks[output])
      const aligned = alignRanks(target, outputs[output]!)
      const next: unknown = metric.update(states[index]!, aligned.target, aligned.prediction, weight)
      if (typeof next !== 'object' || next === null) throw wrongResult(`${metric.type}.update`, next, 'the new state')
      return next as Tree
    })
  }

  /** Returns the figures by name, in alphabetical order as in Keras. */
  results(state: TrackerState): Record<string, Tensor> {
    const entries = Object.entries(state.figures).map(([name, mean]): [string, Tensor] => [name, meanOf(mean)])
    const named = this.outputs.filter((_, index) => this.losses[index])
    state.losses.forEach((mean, index) => entries.push([`${named[index]!.name}_loss`, meanOf(mean)]))
    this.tracked.forEach(({ key, metric }, index) =>
      entries.push([key, tensorFrom(`${metric.type}.result`, metric.result(state.metrics[index]!))]),
    )
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  }

  /** Whether the figure with this key should rise or fall; undefined if unknown. */
  direction(key: string): 'up' | 'down' | undefined {
    const name = key.replace(/^val_/, '')
    if (name === 'loss' || (name.endsWith('_loss') && this.outputs.some((output) => `${output.name}_loss` === name)))
      return 'down'
    return this.tracked.find((tracked) => tracked.key === name)?.metric.direction
  }

  /** The metrics in the order of `compile`. */
  get metrics(): Metric[] {
    return this.tracked.map(({ metric }) => metric)
  }

  private get severalLosses(): boolean {
    return this.losses.filter((loss) => loss).length > 1
  }
}

/** The weight of each sample in a metric, as in Keras: the mask, multiplied by the sample weights if there are any. */
function metricWeight(weight: Tensor | undefined, mask: Tensor | undefined): Tensor | undefined {
  if (!mask) return weight
  const counted = cast(mask, 'float32')
  if (!weight) return counted
  let aligned = weight
  while (aligned.rank < counted.rank) aligned = expandDims(aligned, -1)
  return mul(counted, aligned)
}
