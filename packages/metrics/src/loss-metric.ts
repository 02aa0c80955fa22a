import {
  alignRanks,
  type ConfigArgument,
  type Definition,
  type FieldTable,
  inheritedFieldsOf,
  type Loss,
  type MeanState,
} from '@gradus/core'
import { cast, mul, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

/** A loss class from which a metric can be made. */
type LossClass = Definition<'loss'> & (new (config: never) => Loss)

/** The class of the metric made from a loss: it has the name and the options of the loss, without the reduction. */
export type LossMetricClass<D extends LossClass, T extends string = D['type']> = {
  new (...config: ConfigArgument<Omit<ConfigOfLoss<D>, 'reduction'>>): MeanMetric<Omit<ConfigOfLoss<D>, 'reduction'>>
  readonly kind: 'metric'
  readonly type: T
  readonly aliases: D extends { readonly aliases: infer A } ? A : readonly []
  readonly fields: FieldTable
}

type ConfigOfLoss<D> = D extends new (...args: infer A) => unknown ? NonNullable<A[0]> : never

/**
 * Makes a metric class from a loss class: the mean of the loss over all samples, as in `const MeanSquaredError =
 * lossMetric(losses.MeanSquaredError)`. `type` and `name` replace the class name and the key in the logs.
 *
 * @example
 * import { MeanSquaredError as Loss } from '@gradus/losses'
 * import { lossMetric } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const Metric = lossMetric(Loss)
 * const metric = new Metric()
 * const state = metric.update(metric.init(), tensor([[0, 1], [0, 0]]), tensor([[2, 1], [0, 0]]))
 * metric.result(state).item() // => 1
 */
/* @__NO_SIDE_EFFECTS__ */
export function lossMetric<D extends LossClass, const T extends string = D['type']>(
  loss: D,
  { type = loss.type as T, name }: { readonly type?: T; readonly name?: string } = {},
): LossMetricClass<D, T> {
  const { reduction: _, ...options } = inheritedFieldsOf(loss)
  const fields = name === undefined ? options : { ...options, name: { type: 'string', default: name } }
  const made = class extends MeanMetric {
    static override readonly name: string = type
    static readonly type = type
    static readonly aliases = loss.aliases ?? []
    static override readonly fields: FieldTable = fields
    private readonly loss = new (loss as unknown as new (config: object) => Loss)(this.config)

    protected values(target: Tensor, prediction: Tensor): Tensor {
      return this.loss.perSample(target, prediction)
    }

    override update(state: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
      return super.update(state, target, prediction, countedWeight(this.loss, target, prediction, weight))
    }
  }
  return made as unknown as LossMetricClass<D, T>
}

/**
 * The weights of samples in the mean of a loss. As in Keras, samples that the loss leaves out have the value 0, and with sample weights
 * the weight 0.
 */
export function countedWeight(
  loss: Loss,
  target: Tensor,
  prediction: Tensor,
  weight: Tensor | undefined,
): Tensor | undefined {
  const counted = weight && loss.maskOf(target, prediction)
  if (!weight || !counted) return weight
  const aligned = alignRanks(cast(counted, 'float32'), cast(weight, 'float32'))
  return mul(aligned.target, aligned.prediction)
}
