import {
  accuracyName,
  addToMean,
  ConfigError,
  crossentropyName,
  describeValue,
  emptyMean,
  type Loss,
  Loss as LossClass,
  type MeanState,
  type Metric,
  Metric as MetricClass,
  meanOf,
  type SymbolicShape,
  suggest,
} from '@gradus/core'
import { add, cast, expandDims, full, mul, type Tensor, type Tree } from '@gradus/tensor'
import {
  FunctionLoss,
  FunctionMetric,
  type LossFunction,
  type MetricFunction,
  type NameResolver,
  resolveOption,
} from './objectives.ts'

/** One value per output: alone for a single output, by position, or by the output's name. */
export type PerOutput<T> = T | readonly T[] | { readonly [output: string]: T }

/** A loss: an instance, a function, or (with a registry) a name or spec. `null` for an output without one. */
export type LossLike<N = string> = Loss | LossFunction | N | { readonly loss: string } | null
/** A metric: an instance, a function, or (with a registry) a name or spec. */
export type MetricLike<N = string> = Metric | MetricFunction | N | { readonly metric: string } | null

export interface ObjectiveOptions {
  readonly loss?: PerOutput<LossLike>
  readonly lossWeights?: PerOutput<number>
  readonly metrics?:
    | readonly MetricLike[]
    | readonly (readonly MetricLike[])[]
    | { readonly [output: string]: MetricLike | readonly MetricLike[] }
  readonly weightedMetrics?: ObjectiveOptions['metrics']
}

interface Output {
  readonly name: string
  readonly shape: SymbolicShape
}

interface TrackedMetric {
  readonly key: string
  readonly metric: Metric
  readonly output: number
  readonly weighted: boolean
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
  loss(
    predictions: readonly Tensor[],
    { targets, weights }: Targets,
    masks: readonly (Tensor | undefined)[],
  ): { total: Tensor | undefined; parts: Tensor[] } {
    const parts: Tensor[] = []
    let total: Tensor | undefined
    this.losses.forEach((loss, index) => {
      const target = targets[index]
      if (!loss || !target) return
      const sampleWeight = weights[index]
      const mask = masks[index]
      const value = loss.call(target, predictions[index]!, {
        ...(sampleWeight && { sampleWeight }),
        ...(mask && { mask }),
      })
      parts.push(value)
      const weighted = this.lossWeights[index] === 1 ? value : mul(value, this.lossWeights[index]!)
      total = total ? add(total, weighted) : weighted
    })
    return { total, parts }
  }

  update(
    state: TrackerState,
    batchSize: number,
    total: Tensor,
    parts: readonly Tensor[],
    predictions: readonly Tensor[],
    { targets, weights }: Targets,
    masks: readonly (Tensor | undefined)[],
  ): TrackerState {
    const samples = full([], batchSize) // the loss of a batch counts once per sample
    return {
      loss: addToMean(state.loss, total, samples),
      losses: state.losses.map((mean, index) => addToMean(mean, parts[index]!, samples)),
      metrics: this.tracked.map(({ metric, output, weighted }, index) => {
        const target = targets[output]
        if (!target) return state.metrics[index]!
        return metric.update(
          state.metrics[index]!,
          target,
          predictions[output]!,
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

/** An option as one entry per output. */
function perOutput(option: string, value: unknown, outputs: readonly Output[]): unknown[] {
  if (value === undefined || value === null) return outputs.map(() => undefined)
  if (Array.isArray(value)) {
    if (value.length !== outputs.length) {
      throw new ConfigError(
        `compile: ${option} has ${value.length} entries and the model ${outputs.length} outputs (${outputs.map(({ name }) => name).join(', ')}). Give one for each.`,
      )
    }
    return value
  }
  if (isByName(value)) {
    const names = outputs.map(({ name }) => name)
    for (const key of Object.keys(value)) {
      if (!names.includes(key))
        throw new ConfigError(
          `compile: ${option} names the output '${key}', which the model does not have.${suggest(key, names)}`,
        )
    }
    return names.map((name) => (value as Record<string, unknown>)[name])
  }
  return outputs.map(() => value)
}

function isByName(value: unknown): value is object {
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false
  return (
    !('loss' in value && typeof value.loss === 'string') && !('metric' in value && typeof value.metric === 'string')
  )
}

function resolveLoss(
  like: LossLike,
  targetShape: SymbolicShape | undefined,
  output: Output,
  registry: NameResolver | undefined,
): Loss {
  if (typeof like === 'function') return new FunctionLoss(like)
  const named =
    typeof like === 'string' && /^(ce|crossentropy)$/i.test(like) && targetShape
      ? crossentropyName(targetShape, output.shape)
      : like
  const loss = resolveOption('loss', named, registry, 'compile: loss')
  if (loss instanceof LossClass) return loss
  throw new ConfigError(`compile: loss is ${describeValue(like)}; expected a loss.`)
}

function resolveMetric(
  like: MetricLike,
  targetShape: SymbolicShape | undefined,
  output: Output,
  registry: NameResolver | undefined,
): { metric: Metric; name: string } {
  if (typeof like === 'function') {
    const metric = new FunctionMetric(like)
    return { metric, name: metric.name }
  }
  let named: unknown = like
  if (typeof like === 'string' && targetShape) {
    if (/^acc(uracy)?$/i.test(like)) named = accuracyName(targetShape, output.shape)
    else if (/^(ce|crossentropy)$/i.test(like)) named = crossentropyName(targetShape, output.shape)
  }
  const metric = resolveOption('metric', named, registry, 'compile: metrics')
  if (!(metric instanceof MetricClass))
    throw new ConfigError(`compile: metrics holds ${describeValue(like)}; expected a metric.`)
  return { metric, name: typeof like === 'string' ? like : metric.name }
}

function trackMetrics(
  outputs: readonly Output[],
  targetShapes: readonly (SymbolicShape | undefined)[],
  options: ObjectiveOptions,
  registry: NameResolver | undefined,
): TrackedMetric[] {
  const tracked: TrackedMetric[] = []
  const several = outputs.length > 1
  for (const weighted of [false, true]) {
    const option = weighted ? 'weightedMetrics' : 'metrics'
    metricsPerOutput(option, options[option], outputs).forEach((list, output) => {
      for (const like of list) {
        if (like === null || like === undefined) continue
        const { metric, name } = resolveMetric(like, targetShapes[output], outputs[output]!, registry)
        const base = several ? `${outputs[output]!.name}_${name}` : name
        tracked.push({ key: uniqueKey(base, weighted, tracked), metric, output, weighted })
      }
    })
  }
  return tracked
}

function uniqueKey(base: string, weighted: boolean, tracked: readonly TrackedMetric[]): string {
  const taken = (key: string) => tracked.some((other) => other.key === key)
  if (!taken(base)) return base
  const stem = weighted && !taken(`weighted_${base}`) ? `weighted_${base}` : base
  let key = stem
  for (let count = 1; taken(key); count++) key = `${stem}_${count}`
  return key
}

function metricsPerOutput(
  option: string,
  value: ObjectiveOptions['metrics'],
  outputs: readonly Output[],
): (readonly MetricLike[])[] {
  if (value === undefined || value === null) return outputs.map(() => [])
  if (Array.isArray(value)) {
    const nested = value.some((entry) => Array.isArray(entry))
    if (!nested && outputs.length === 1) return [value as readonly MetricLike[]]
    if (!nested && value.length !== outputs.length) {
      throw new ConfigError(
        `compile: the model has ${outputs.length} outputs; give ${option} as one list per output, or by output name (${outputs.map(({ name }) => name).join(', ')}).`,
      )
    }
  }
  return perOutput(option, value, outputs).map(
    (entry) => (entry === undefined || entry === null ? [] : Array.isArray(entry) ? entry : [entry]) as MetricLike[],
  )
}
