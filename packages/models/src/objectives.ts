import {
  addToMean,
  ConfigError,
  Configured,
  describeValue,
  emptyMean,
  Loss,
  type MeanState,
  Metric,
  meanOf,
} from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/** A loss as a function: the loss of each sample. */
export type LossFunction = (target: Tensor, prediction: Tensor) => Tensor
/** A metric as a function: a value per sample, averaged over the epoch. */
export type MetricFunction = (target: Tensor, prediction: Tensor) => Tensor

/** Finds classes by name; a `Registry` is one. */
export interface NameResolver {
  parse(kind: string, data: unknown, path?: string): object
}

/** The instance that an option means: itself, or what its name or spec stands for. */
export function resolveOption(kind: string, value: unknown, registry: NameResolver | undefined, path: string): object {
  if (value instanceof Configured) {
    if (value.kind === kind) return value
    throw new ConfigError(`${path} must be a ${kind} and is the ${value.kind} ${value.type}.`)
  }
  if (registry) return registry.parse(kind, value, path)
  throw new ConfigError(
    `${path} is ${describeValue(value)}. Names and specs are looked up in a registry, and the model has none: ` +
      `give an instance (such as new ${kind === 'optimizer' ? 'Adam' : kind === 'loss' ? 'MeanSquaredError' : 'BinaryAccuracy'}()), ` +
      `or compile with { registry }, or use the models of the 'gradus' package, which know the standard names.`,
  )
}

/** A loss made from a function. */
export class FunctionLoss extends Loss {
  static readonly type = 'FunctionLoss'

  constructor(private readonly compare: LossFunction) {
    super({ name: compare.name || 'loss' })
  }

  compute(target: Tensor, prediction: Tensor): Tensor {
    return this.compare(target, prediction)
  }
}

/** The epoch's mean of a function of target and prediction. */
export class FunctionMetric extends Metric<object, MeanState> {
  static readonly type = 'FunctionMetric'

  constructor(private readonly measure: MetricFunction) {
    super({ name: measure.name || 'metric' })
  }

  init(): MeanState {
    return emptyMean()
  }

  update(state: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    return addToMean(state, this.measure(target, prediction), weight)
  }

  result(state: MeanState): Tensor {
    return meanOf(state)
  }
}
