import { ConfigError, Configured, describeValue, Loss, Metric, requireMethod } from '@gradus/core'
import type { SymbolicShape } from '@gradus/tensor'
import { FunctionLoss, FunctionMetric, type LossFunction, type MetricFunction } from './function-objectives.ts'
import { nameByShape } from './names-by-shape.ts'
import type { Output } from './per-output.ts'

/** Finds classes by name; a `Registry` is one. */
export interface NameResolver {
  parse(kind: string, data: unknown, path?: string, shared?: Map<unknown, object>): object
}

/** A loss: an instance, a function, or (with a registry) a name or spec. `null` for an output without one. */
export type LossLike<N = string> = Loss | LossFunction | N | { readonly loss: string } | null
/** A metric: an instance, a function, or (with a registry) a name or spec. */
export type MetricLike<N = string> = Metric | MetricFunction | N | { readonly metric: string } | null

const examples: Readonly<Record<string, string>> = {
  optimizer: 'Adam',
  loss: 'MeanSquaredError',
  metric: 'BinaryAccuracy',
}

/** Resolves an option to an instance: the value itself, or the class that a name or spec refers to. Throws `ConfigError`. */
export function resolveOption(kind: string, value: unknown, registry: NameResolver | undefined, path: string): object {
  if (value instanceof Configured) {
    if (value.kind === kind) return value
    throw new ConfigError(`${path} must be a ${kind} and is the ${value.kind} ${value.type}.`)
  }
  if (registry) return registry.parse(kind, value, path)
  throw new ConfigError(
    `${path} is ${describeValue(value)}. Names and specs are looked up in a registry, and the model has none: ` +
      `give an instance (such as new ${examples[kind]}()), ` +
      `or compile with { registry }, or use the models of the 'gradus' package, which know the standard names.`,
  )
}

/** Whether a value is a function rather than a class of a kind, which was given in place of an instance. */
function isPlainFunction<F>(
  value: F,
  base: { readonly prototype: object },
): value is Extract<F, (...args: never) => unknown> {
  return typeof value === 'function' && !(value.prototype instanceof (base as never))
}

/** Resolves the loss of an output; the meaning of `'crossentropy'` depends on the shapes. */
export function resolveLoss(
  like: NonNullable<LossLike>,
  target: SymbolicShape | undefined,
  output: Output,
  registry: NameResolver | undefined,
): Loss {
  if (isPlainFunction(like, Loss)) return new FunctionLoss(like)
  const named = typeof like === 'string' && target ? nameByShape('loss', like, target, output.shape) : like
  const loss = resolveOption('loss', named, registry, 'compile: loss')
  if (loss instanceof Loss) return loss
  throw new ConfigError(`compile: loss is ${describeValue(like)}; expected a loss.`)
}

/** Resolves a metric of an output, and its name; the meaning of `'accuracy'` depends on the shapes. */
export function resolveMetric(
  like: NonNullable<MetricLike>,
  target: SymbolicShape | undefined,
  output: Output,
  registry: NameResolver | undefined,
): { metric: Metric; name: string } {
  if (isPlainFunction(like, Metric)) {
    const metric = new FunctionMetric(like)
    return { metric, name: metric.name }
  }
  const named = typeof like === 'string' && target ? nameByShape('metric', like, target, output.shape) : like
  const metric = resolveOption('metric', named, registry, 'compile: metrics')
  if (!(metric instanceof Metric))
    throw new ConfigError(`compile: metrics holds ${describeValue(like)}; expected a metric.`)
  requireMethod(metric, 'init()', 'add_variable')
  requireMethod(metric, 'update(state, target, prediction, weight)', 'update_state')
  requireMethod(metric, 'result(state)', 'result')
  return { metric, name: typeof like === 'string' ? like : metric.name }
}
