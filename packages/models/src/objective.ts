import { addToMean, emptyMean, type Loss, type MeanState, meanOf, type SymbolicShape } from '@gradus/core'
import { add, cast, expandDims, full, mul, type Tensor, type Tree } from '@gradus/tensor'
import { type LossLike, type NameResolver, type Output, type PerOutput, perOutput, resolveLoss } from './resolve.ts'
import { type MetricOptions, type TrackedMetric, trackMetrics } from './tracked-metrics.ts'

/** What `compile` was told to minimise and to measure. */
export interface ObjectiveOptions extends MetricOptions {
  readonly loss?: PerOutput<LossLike>
  readonly lossWeights?: PerOutput<number>
}

/** Figures accumulated over batches, on the device. */
export interface TrackerState {
  readonly [key: string]: Tree
  readonly loss: MeanState
  /** One per output with a loss, where there are several. */
  readonly losses: readonly MeanState[]
  readonly metrics: readonly Tree[]
}

/** What the outputs of one batch are compared with. */
export interface Targets {
  readonly targets: readonly (Tensor | undefined)[]
  readonly weights: readonly (Tensor | undefined)[]
}

/** What a network gave for a batch. */
export interface Predictions {
  readonly outputs: readonly Tensor[]
  readonly masks: readonly (Tensor | undefined)[]
}

/** Predictions with the loss of each output that has one. */
export interface Compared extends Predictions {
  readonly parts: readonly Tensor[]
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
        : resolveLoss(like as LossLike, targetShapes[index], outputs[index]!, registry),
    )
    this.lossWeights = perOutput('lossWeights', options.lossWeights, outputs).map(
      (weight) => (weight as number | undefined) ?? 1,
    )
    this.tracked = trackMetrics(outputs, targetShapes, options, registry)
  }

  init(): TrackerState {
    return {
      loss: emptyMean(),
      losses: this.severalLosses ? this.losses.filter((loss) => loss).map(emptyMean) : [],
      metrics: this.tracked.map(({ metric }) => metric.init()),
    }
  }

  /** The weighted sum of the losses, and each of them. */
  loss({ outputs, masks }: Predictions, { targets, weights }: Targets): { total: Tensor | undefined; parts: Tensor[] } {
    const parts: Tensor[] = []
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
      parts.push(value)
      const weighted = this.lossWeights[index] === 1 ? value : mul(value, this.lossWeights[index]!)
      total = total ? add(total, weighted) : weighted
    })
    return { total, parts }
  }

  /** The figures with one more batch, of whose losses `total` is the sum. */
  update(
    state: TrackerState,
    total: Tensor,
    { parts, outputs, masks }: Compared,
    batch: Targets & { readonly size: number },
  ): TrackerState {
    const { targets, weights, size } = batch
    const samples = full([], size) // the loss of a batch counts once per sample
    return {
      loss: addToMean(state.loss, total, samples),
      losses: state.losses.map((mean, index) => addToMean(mean, parts[index]!, samples)),
      metrics: this.tracked.map(({ metric, output, weighted }, index) => {
        const target = targets[output]
        if (!target) return state.metrics[index]!
        return metric.update(
          state.metrics[index]!,
          target,
          outputs[output]!,
          metricWeight(weighted ? weights[output] : undefined, masks[output]),
        )
      }),
    }
  }

  /** The figures by name, in Keras's order (alphabetical). */
  results(state: TrackerState): Record<string, Tensor> {
    const entries: [string, Tensor][] = [['loss', meanOf(state.loss)]]
    const named = this.outputs.filter((_, index) => this.losses[index])
    state.losses.forEach((mean, index) => entries.push([`${named[index]!.name}_loss`, meanOf(mean)]))
    this.tracked.forEach(({ key, metric }, index) => entries.push([key, metric.result(state.metrics[index]!)]))
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  }

  /** Whether larger is better, for a key of the figures. */
  direction(key: string): 'up' | 'down' | undefined {
    const name = key.replace(/^val_/, '')
    if (name === 'loss' || (name.endsWith('_loss') && this.outputs.some((output) => `${output.name}_loss` === name)))
      return 'down'
    return this.tracked.find((tracked) => tracked.key === name)?.metric.direction
  }

  private get severalLosses(): boolean {
    return this.losses.filter((loss) => loss).length > 1
  }
}

/** As Keras: a mask weighs the metric; with sample weights both count. */
function metricWeight(weight: Tensor | undefined, mask: Tensor | undefined): Tensor | undefined {
  if (!mask) return weight
  const counted = cast(mask, 'float32')
  return weight ? mul(counted, weight.rank < counted.rank ? reshapeFor(weight, counted.rank) : weight) : counted
}

function reshapeFor(weight: Tensor, rank: number): Tensor {
  let aligned = weight
  while (aligned.rank < rank) aligned = expandDims(aligned, -1)
  return aligned
}
