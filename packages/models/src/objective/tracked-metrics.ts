import { ConfigError, type Metric } from '@gradus/core'
import type { SymbolicShape } from '@gradus/tensor'
import { type Output, perOutput } from './per-output.ts'
import { type MetricLike, type NameResolver, resolveMetric } from './resolve.ts'

/** Options of `compile` that choose metrics. */
export interface MetricOptions {
  readonly metrics?:
    | readonly MetricLike[]
    | readonly (readonly MetricLike[])[]
    | { readonly [output: string]: MetricLike | readonly MetricLike[] }
  readonly weightedMetrics?: MetricOptions['metrics']
}

/** A metric of one output, with its key in the figures. */
export interface TrackedMetric {
  readonly key: string
  readonly metric: Metric
  readonly output: number
  readonly weighted: boolean
}

/** Returns the metrics of all outputs, with keys that are unique as in Keras. */
export function trackMetrics(
  outputs: readonly Output[],
  targetShapes: readonly (SymbolicShape | undefined)[],
  options: MetricOptions,
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
  value: MetricOptions['metrics'],
  outputs: readonly Output[],
): (readonly MetricLike[])[] {
  if (value === undefined || value === null) return outputs.map(() => [])
  if (Array.isArray(value)) {
    const nested = value.some((item) => Array.isArray(item))
    if (!nested && outputs.length === 1) return [value as readonly MetricLike[]]
    if (!nested && value.length !== outputs.length) {
      throw new ConfigError(
        `compile: the model has ${outputs.length} outputs; give ${option} as one list per output, or by output name (${outputs.map(({ name }) => name).join(', ')}).`,
      )
    }
  }
  return perOutput(option, value, outputs).map(
    (item) => (item === undefined || item === null ? [] : Array.isArray(item) ? item : [item]) as MetricLike[],
  )
}
