import { type ConfigArgument, ConfigError, type ConfigOf, Metric, type OptionsOf } from '@gradus/core'
import {
  broadcastTo,
  div,
  formatShape,
  full,
  mean,
  mul,
  ShapeError,
  type SymbolicShape,
  sigmoid,
  sum,
  type Tensor,
  tensor,
} from '@gradus/tensor'
import { addCounts, areEven, type Confusion, confusionOf, scored } from './confusion.ts'
import { areas } from './curve.ts'

const fields = {
  /** The number of thresholds from 0 to 1 at which the curve is computed. */
  numThresholds: { type: 'integer', min: 2, default: 200 },
  /** Receiver operating characteristic, precision and recall, or the gains of precision and recall. */
  curve: { oneOf: ['ROC', 'PR', 'PRGAIN'], default: 'ROC' },
  /** The height between two points: that of their mean (`PR`: of an exact interpolation), the smaller or the larger one. */
  summationMethod: { oneOf: ['interpolation', 'minoring', 'majoring'], default: 'interpolation' },
  /** Thresholds between 0 and 1, instead of `numThresholds`. */
  thresholds: { type: 'numbers', min: 0, max: 1 },
  /** Whether to compute one curve for each column of `[batch, labels]` and to return the mean of their areas. */
  multiLabel: { type: 'boolean', default: false },
  /** The number of labels, if `multiLabel` is set. */
  numLabels: { type: 'integer', min: 1 },
  /** The weight of each label: in the mean of the areas with `multiLabel`, otherwise of its values. */
  labelWeights: { type: 'numbers', min: 0 },
  /** Whether predictions are logits; otherwise they are probabilities. */
  fromLogits: { type: 'boolean', default: false },
} as const

/** Options of `AUC`. */
export interface AUCConfig extends ConfigOf<typeof fields> {}

const epsilon = 1e-7

/**
 * The area under a curve over all samples, 0 to 1: that of the ROC (true against false positive rate) or of precision against recall.
 * Labels are 0 and 1, and predictions probabilities of the same shape; other shapes throw `ShapeError`. Throws `ConfigError` for
 * `numLabels` without `multiLabel`. Source: Keras `metrics.AUC`.
 *
 * @example
 * import { AUC } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new AUC({ numThresholds: 3 })
 * const state = metric.update(metric.init(), tensor([0, 0, 1, 1]), tensor([0, 0.5, 0.3, 0.9]))
 * metric.result(state).item() // => 0.75
 */
export class AUC extends Metric<AUCConfig, Confusion> {
  static readonly type = 'AUC'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly thresholds: readonly number[]

  constructor(...args: ConfigArgument<AUCConfig>) {
    super(...args)
    const { multiLabel, numLabels, labelWeights, thresholds, numThresholds: count } = this.options
    if (numLabels !== undefined && !multiLabel) {
      throw new ConfigError(
        `AUC: numLabels is ${numLabels} and multiLabel false. Set multiLabel, or leave numLabels out.`,
      )
    }
    if (numLabels !== undefined && labelWeights && labelWeights.length !== numLabels) {
      throw new ConfigError(
        `AUC: there are ${labelWeights.length} labelWeights for ${numLabels} labels. Give one for each label.`,
      )
    }
    const inner = thresholds
      ? [...thresholds].sort((a, b) => a - b)
      : Array.from({ length: count - 2 }, (_, i) => (i + 1) / (count - 1))
    this.thresholds = [-epsilon, ...inner, 1 + epsilon]
  }

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  init(prediction?: SymbolicShape): Confusion {
    const { multiLabel, numLabels } = this.options
    const labels = numLabels ?? prediction?.at(-1) ?? 1
    const zeros = () => full(multiLabel ? [this.thresholds.length, labels] : [this.thresholds.length], 0)
    return { truePositives: zeros(), falsePositives: zeros(), trueNegatives: zeros(), falseNegatives: zeros() }
  }

  update(state: Confusion, target: Tensor, prediction: Tensor, weight?: Tensor): Confusion {
    const { multiLabel, labelWeights, fromLogits, thresholds } = this.options
    if ((multiLabel || labelWeights) && prediction.rank !== 2) {
      throw new ShapeError(
        `AUC: the predictions have shape ${formatShape(prediction.shape)}; with multiLabel or labelWeights they must be [batch, labels].`,
      )
    }
    const batch = scored(this.type, [target, fromLogits ? sigmoid(prediction) : prediction], weight)
    const weights = labelWeights && !multiLabel ? this.weightLabels(batch.prediction, batch.weight) : batch.weight
    const even = thresholds ? areEven(this.thresholds) : true
    const counts = confusionOf({ ...batch, weight: weights }, this.thresholds, { perLabel: multiLabel, even })
    return addCounts(state, counts)
  }

  result(state: Confusion): Tensor {
    const { curve, summationMethod, multiLabel, labelWeights } = this.options
    const area = areas(state, curve, summationMethod)
    if (!multiLabel) return area
    if (!labelWeights) return mean(area)
    const weights = tensor(labelWeights)
    return div(sum(mul(area, weights)), sum(weights))
  }

  private weightLabels(prediction: Tensor, weight: Tensor | undefined): Tensor {
    const labels = broadcastTo(tensor(this.options.labelWeights!), prediction.shape)
    return weight ? mul(labels, weight) : labels
  }
}
