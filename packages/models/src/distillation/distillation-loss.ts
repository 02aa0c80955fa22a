import { type Kind, Loss, type OptionsOf } from '@gradus/core'
import { div, log, maximum, mean, minimum, mul, softmax, square, sub, sum, type Tensor } from '@gradus/tensor'

const logitsFields = {
  /** Teacher and student are divided by it: larger numbers make the probabilities more alike. */
  temperature: { type: 'number', default: 3, above: 0 },
  /** The loss between teacher and student (default: the Kullback-Leibler divergence of their softmax). */
  loss: { type: 'loss' as Kind<Loss> },
} as const

export interface LogitsDistillationConfig extends Partial<OptionsOf<typeof logitsFields>> {}

/**
 * The distance of the student's logits from the teacher's, both divided by `temperature`: by default the Kullback-Leibler divergence of
 * their softmax, times the square of the temperature. Source: Keras `distillation.LogitsDistillation`.
 *
 * @example
 * import { LogitsDistillation } from '@gradus/models'
 * import { tensor } from '@gradus/tensor'
 * const loss = new LogitsDistillation({ temperature: 2 })
 * loss.call(tensor([[2, 0]]), tensor([[2, 0]])).item() // => 0
 */
export class LogitsDistillation extends Loss<LogitsDistillationConfig> {
  static readonly type = 'LogitsDistillation'
  static override readonly fields = logitsFields
  declare readonly options: OptionsOf<typeof logitsFields>

  compute(teacher: Tensor, student: Tensor): Tensor {
    const { temperature, loss } = this.options
    const [t, s] = [div(teacher, temperature), div(student, temperature)]
    if (loss) return loss.perSample(t, s)
    return mul(temperature ** 2, divergence(softmax(t), softmax(s)))
  }
}

/** Returns sum(target log(target / prediction)) over the last axis, of probabilities from 1e-7 to 1. */
function divergence(target: Tensor, prediction: Tensor): Tensor {
  const [t, p] = [target, prediction].map((x) => minimum(maximum(x, 1e-7), 1)) as [Tensor, Tensor]
  return sum(mul(t, log(div(t, p))), { axis: -1 })
}

const featureFields = {
  /** The loss between the features (default: the mean squared error). */
  loss: { type: 'loss' as Kind<Loss> },
  /** The layer of the teacher whose output is compared (default: the output of the teacher). */
  teacherLayerName: 'string',
  /** The layer of the student whose output is compared (default: the output of the student). */
  studentLayerName: 'string',
} as const

export interface FeatureDistillationConfig extends Partial<OptionsOf<typeof featureFields>> {}

/**
 * The distance of the output of a layer of the student from that of a layer of the teacher, which has the same shape. Source: Keras
 * `distillation.FeatureDistillation`.
 *
 * @example
 * import { FeatureDistillation } from '@gradus/models'
 * import { tensor } from '@gradus/tensor'
 * const loss = new FeatureDistillation({ teacherLayerName: 'features', studentLayerName: 'features' })
 * loss.call(tensor([[1, 2]]), tensor([[1, 4]])).item() // => 2
 */
export class FeatureDistillation extends Loss<FeatureDistillationConfig> {
  static readonly type = 'FeatureDistillation'
  static override readonly fields = featureFields
  declare readonly options: OptionsOf<typeof featureFields>

  compute(teacher: Tensor, student: Tensor): Tensor {
    return this.options.loss?.perSample(teacher, student) ?? mean(square(sub(teacher, student)), { axis: -1 })
  }
}
