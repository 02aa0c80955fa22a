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

/** No names: without a registry, options are instances and functions only. */
export interface NoNames extends KnownNames {
  readonly optimizer: never
  readonly loss: never
  readonly metric: never
}

/** A name that the model's registry knows, or one with a scope, such as `acme/Focal`, of the option `registry`. */
type Name<K extends keyof KnownNames, N extends KnownNames> = N[K] | `${string}/${string}`

/** A name, alone or with options, such as `{ loss: 'BinaryCrossentropy', fromLogits: true }`. */
type Named<K extends keyof KnownNames, N extends KnownNames> =
  | Name<K, N>
  | ({ readonly [P in K]: Name<K, N> } & { readonly [option: string]: unknown })

type LossOption<N extends KnownNames> = Loss | LossFunction | Named<'loss', N> | null
type MetricOption<N extends KnownNames> = Metric | MetricFunction | Named<'metric', N> | null
type MetricsOption<N extends KnownNames> =
  | readonly MetricOption<N>[]
  | readonly (readonly MetricOption<N>[])[]
  | { readonly [output: string]: MetricOption<N> | readonly MetricOption<N>[] }

type OptimizerOption<N extends KnownNames> = Optimizer | Named<'optimizer', N>

/** Options of `compile`, with Keras's meaning. */
export interface CompileOptions<N extends KnownNames = KnownNames> {
  /**
   * One optimizer for all parameters. Or several, for a custom `trainStep`: each under the name of the property of the model that
   * holds the layers it trains. Default: `rmsprop`, as in Keras, if the registry knows that name.
   */
  readonly optimizer?: OptimizerOption<N> | { readonly [part: string]: OptimizerOption<N> }
  /** One loss for all outputs, or one per output, by position or by name. */
  readonly loss?: PerOutput<LossOption<N>>
  /** The factor of each output's loss in the sum (default 1). */
  readonly lossWeights?: PerOutput<number>
  /** Metrics that ignore sample weights. With several outputs: a list per output, or by output name. */
  readonly metrics?: MetricsOption<N>
  /** Metrics that use sample weights and class weights. */
  readonly weightedMetrics?: MetricsOption<N>
  /** Whether steps are compiled to one program (default true); otherwise they run op by op, for debugging. */
  readonly jit?: boolean
  /** Keras's name of `jit`; `auto` is true. */
  readonly jitCompile?: boolean | 'auto' | null
  /** Keras's name of `jit: false`. */
  readonly runEagerly?: boolean | null
  /** Steps between two calls of batch callbacks (default 1). */
  readonly stepsPerExecution?: number
  /** The registry in which names are looked up (default that of the model's class). */
  readonly registry?: NameResolver
}
