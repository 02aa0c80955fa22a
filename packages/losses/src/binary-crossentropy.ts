import { type ConfigOf, type HostArray, Loss, type OptionsOf } from '@gradus/core'
import type { SymbolicShape, Tensor } from '@gradus/tensor'
import { checkBinaryLabels } from './check-labels.ts'
import { binaryCrossentropy } from './crossentropy.ts'

const fields = {
  /** Whether predictions are logits; otherwise they are probabilities. */
  fromLogits: { type: 'boolean', default: false },
  /** The part of the target that is distributed evenly over the classes, 0 to 1. */
  labelSmoothing: { type: 'number', default: 0, min: 0, max: 1 },
  /** The axis over which the mean is taken. */
  axis: { type: 'integer', default: -1 },
} as const

/** Options of `BinaryCrossentropy`. */
export interface BinaryCrossentropyConfig extends ConfigOf<typeof fields> {}

/**
 * Loss for binary targets: -t log(p) - (1 - t) log(1 - p), averaged over the last axis. Targets are 0 to 1 and have the shape of
 * the predictions, except for a last axis of size 1; other shapes throw `ShapeError`. With `fromLogits` the predictions are
 * logits, which is more exact; probabilities are clipped to 1e-7 and 1 - 1e-7. `labelSmoothing` s makes targets t (1 - s) + s /
 * 2. Source: Keras `losses.BinaryCrossentropy`.
 *
 * @example
 * import { BinaryCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = new BinaryCrossentropy({ fromLogits: true })
 * loss.call(tensor([[1], [0]]), tensor([[0], [0]])).item().toFixed(4) // => '0.6931'
 */
export class BinaryCrossentropy extends Loss<BinaryCrossentropyConfig> {
  static readonly type = 'BinaryCrossentropy'
  static readonly aliases = ['bce'] as const
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return binaryCrossentropy(target, prediction, this.options)
  }

  override checkTarget(target: HostArray, _prediction: SymbolicShape, name: string): void {
    checkBinaryLabels(target, name)
  }
}
