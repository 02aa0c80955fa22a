import { ConfigError, Configured, describeValue, Loss, Metric } from '@gradus/core'
import { add, cast, div, expandDims, full, mul, onesLike, squeeze, sum, type Tensor } from '@gradus/tensor'

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

/** Sum of weighted values and sum of weights; their ratio is the mean. */
export interface MeanState {
  readonly [key: string]: Tensor
  readonly total: Tensor
  readonly count: Tensor
}

export function initMean(): MeanState {
  return { total: full([], 0), count: full([], 0) }
}

/** Adds one value that stands for `weight` samples. */
export function updateMean(state: MeanState, value: Tensor, weight: number): MeanState {
  return { total: add(state.total, mul(cast(value, 'float32'), weight)), count: add(state.count, weight) }
}

export function meanResult({ total, count }: MeanState): Tensor {
  return div(total, count)
}

/** The epoch's mean of a function of target and prediction. */
export class FunctionMetric extends Metric<object, MeanState> {
  static readonly type = 'FunctionMetric'

  constructor(private readonly measure: MetricFunction) {
    super({ name: measure.name || 'metric' })
  }

  init(): MeanState {
    return initMean()
  }

  update(state: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    const values = cast(this.measure(target, prediction), 'float32')
    let weights = weight ? cast(weight, 'float32') : onesLike(values)
    if (weights.rank === values.rank + 1) weights = squeeze(weights, -1)
    while (weights.rank < values.rank) weights = expandDims(weights, -1)
    const full = mul(onesLike(values), weights)
    return { total: add(state.total, sum(mul(values, full))), count: add(state.count, sum(full)) }
  }

  result(state: MeanState): Tensor {
    return meanResult(state)
  }
}
