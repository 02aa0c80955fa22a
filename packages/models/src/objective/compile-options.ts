import type { Loss, Metric, Optimizer } from '@gradus/core'
import type { LossFunction, MetricFunction } from './function-objectives.ts'
import type { PerOutput } from './per-output.ts'
import type { NameResolver } from './resolve.ts'

/** The names that a model's registry knows, by kind; `never` where there is no registry. */
export interface KnownNames {
  readonly optimizer: string
  readonly loss: string
  readonly metric: string
}

/** Without a registry there are instances and functions only. */
export interface NoNames extends KnownNames {
  readonly optimizer: never
  readonly loss: never
  readonly metric: never
}

type LossOption<N extends KnownNames> = Loss | LossFunction | N['loss'] | { readonly loss: N['loss'] } | null
type MetricOption<N extends KnownNames> =
  | Metric
  | MetricFunction
  | N['metric']
  | { readonly metric: N['metric'] }
  | null
type MetricsOption<N extends KnownNames> =
  | readonly MetricOption<N>[]
  | readonly (readonly MetricOption<N>[])[]
  | { readonly [output: string]: MetricOption<N> | readonly MetricOption<N>[] }

type OptimizerOption<N extends KnownNames> = Optimizer | N['optimizer'] | { readonly optimizer: N['optimizer'] }

/** Options of `compile`, with Keras's meaning. */
export interface CompileOptions<N extends KnownNames = KnownNames> {
  /**
   * One for all parameters; or several, each by the name of the part of the model that it trains (a property that holds
   * layers), for a `trainStep` that says when.
   */
  readonly optimizer: OptimizerOption<N> | { readonly [part: string]: OptimizerOption<N> }
  /** One for all outputs, or one per output by position or name. */
  readonly loss?: PerOutput<LossOption<N>>
  readonly lossWeights?: PerOutput<number>
  /** Figures that ignore sample weights. With several outputs: a list per output, or by output name. */
  readonly metrics?: MetricsOption<N>
  /** Figures that sample and class weights count in. */
  readonly weightedMetrics?: MetricsOption<N>
  /** Whether a step is one program (default) or runs op by op, for debugging. */
  readonly jit?: boolean
  /** Batches between two calls of batch callbacks (default 1). */
  readonly stepsPerExecution?: number
  /** Where names are looked up; by default the model's own registry. */
  readonly registry?: NameResolver
}
