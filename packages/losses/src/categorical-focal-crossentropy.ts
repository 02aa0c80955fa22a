import { type ConfigOf, type HostArray, Loss, type OptionsOf, requireSameShape } from '@gradus/core'
import {
  div,
  log,
  mul,
  neg,
  normalizeAxis,
  pow,
  type SymbolicShape,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
} from '@gradus/tensor'
import { checkSeveralClasses } from './check-labels.ts'
import { clipProbability, smoothLabels } from './probability.ts'

const fields = {
  /** The weight of all classes, or a list with one for each class. */
  alpha: { type: ['number', 'numbers'], default: 0.25 },
  /** The exponent of the focal factor: the larger, the less count samples that are classified well. */
  gamma: { type: 'number', default: 2 },
  /** Whether predictions are logits; otherwise they are probabilities. */
  fromLogits: { type: 'boolean', default: false },
  /** The part of the target that is distributed evenly over the classes, 0 to 1. */
  labelSmoothing: { type: 'number', default: 0, min: 0, max: 1 },
  /** The axis of the classes. */
  axis: { type: 'integer', default: -1 },
} as const

/** Options of `CategoricalFocalCrossentropy`. */
export interface CategoricalFocalCrossentropyConfig extends ConfigOf<typeof fields> {}

/**
 * Returns -sum(alpha (1 - p)^gamma t log(p)) along `axis`, for one-hot or soft targets in the shape of the predictions; other shapes
 * throw `ShapeError`. Probabilities are divided by their sum first. A list of `alpha` belongs to the last axis. Source: Keras
 * `losses.categorical_focal_crossentropy`.
 *
 * @example
 * import { categoricalFocalCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = categoricalFocalCrossentropy(tensor([[0, 1]]), tensor([[0.5, 0.5]]), { alpha: 1 })
 * loss.array().map((x) => x.toFixed(4)) // => ['0.1733']
 */
export function categoricalFocalCrossentropy(
  target: Tensor,
  prediction: Tensor,
  {
    alpha = 0.25,
    gamma = 2,
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
  }: Partial<OptionsOf<typeof fields>> = {},
): Tensor {
  requireSameShape('categoricalFocalCrossentropy', target, prediction)
  const classes = prediction.shape[normalizeAxis('categoricalFocalCrossentropy', axis, prediction.rank)]!
  const t = smoothLabels(target, labelSmoothing, classes)
  const p = fromLogits ? softmax(prediction, { axis }) : prediction
  const clipped = clipProbability(div(p, sum(p, { axis, keepDims: true })))
  const weights = typeof alpha === 'number' ? alpha : tensor(alpha, { dtype: prediction.dtype })
  return neg(sum(mul(mul(pow(sub(1, clipped), gamma), weights), mul(t, log(clipped))), { axis }))
}

/**
 * Categorical crossentropy with the factor `alpha` (1 - p)^`gamma`, so that samples that are classified well count less. Targets are
 * one-hot or soft and have the shape of the predictions; other shapes throw `ShapeError`. Source: Keras
 * `losses.CategoricalFocalCrossentropy`.
 *
 * @example
 * import { CategoricalFocalCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = new CategoricalFocalCrossentropy({ alpha: [1, 2] })
 * loss.call(tensor([[0, 1]]), tensor([[0.5, 0.5]])).item().toFixed(4) // => '0.3466'
 */
export class CategoricalFocalCrossentropy extends Loss<CategoricalFocalCrossentropyConfig> {
  static readonly type = 'CategoricalFocalCrossentropy'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return categoricalFocalCrossentropy(target, prediction, this.options)
  }

  override checkTarget(_target: HostArray, prediction: SymbolicShape, name: string): void {
    checkSeveralClasses(prediction, this.options.axis, name)
  }
}
