import { type ConfigOf, type HostArray, Loss, type OptionsOf } from '@gradus/core'
import type { SymbolicShape, Tensor } from '@gradus/tensor'
import { checkSeveralClasses } from './check-labels.ts'
import { categoricalCrossentropy } from './crossentropy.ts'

const fields = {
  /** Whether predictions are logits; otherwise they are probabilities. */
  fromLogits: { type: 'boolean', default: false },
  /** The part of the target that is distributed evenly over the classes, 0 to 1. */
  labelSmoothing: { type: 'number', default: 0, min: 0, max: 1 },
  /** The axis of the classes. */
  axis: { type: 'integer', default: -1 },
} as const

/** Options of `CategoricalCrossentropy`. */
export interface CategoricalCrossentropyConfig extends ConfigOf<typeof fields> {}

/**
 * Loss for one-hot or soft targets: -sum(t log(p)) over the classes. Targets have the shape of the predictions; other shapes
 * throw `ShapeError`. Probabilities are divided by their sum and clipped to 1e-7 and 1 - 1e-7. With `fromLogits` the predictions
 * are logits, which is more exact. `labelSmoothing` s makes targets t (1 - s) + s / classes. Source: Keras
 * `losses.CategoricalCrossentropy`.
 *
 * @example
 * import { CategoricalCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = new CategoricalCrossentropy()
 * loss.call(tensor([[0, 1, 0]]), tensor([[0.05, 0.95, 0]])).item().toFixed(4) // => '0.0513'
 */
export class CategoricalCrossentropy extends Loss<CategoricalCrossentropyConfig> {
  static readonly type = 'CategoricalCrossentropy'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return categoricalCrossentropy(target, prediction, this.options)
  }

  override checkTarget(_target: HostArray, prediction: SymbolicShape, name: string): void {
    checkSeveralClasses(prediction, this.options.axis, name)
  }
}
