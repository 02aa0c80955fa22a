import { type ConfigOf, type HostArray, Loss, type OptionsOf, requireSameShape } from '@gradus/core'
import { add, log, mean, mul, neg, pow, type SymbolicShape, sigmoid, sub, type Tensor } from '@gradus/tensor'
import { checkBinaryLabels } from './check-labels.ts'
import { clipProbability, smoothLabels } from './probability.ts'

const fields = {
  /** Whether to multiply by `alpha` for the class 1 and by 1 - `alpha` for the class 0. */
  applyClassBalancing: { type: 'boolean', default: false },
  /** The weight of the class 1. */
  alpha: { type: 'number', default: 0.25 },
  /** The exponent of the focal factor: the larger, the less count samples that are classified well. */
  gamma: { type: 'number', default: 2 },
  /** Whether predictions are logits; otherwise they are probabilities. */
  fromLogits: { type: 'boolean', default: false },
  /** The part of the target that is distributed evenly over the classes, 0 to 1. */
  labelSmoothing: { type: 'number', default: 0, min: 0, max: 1 },
  /** The axis over which the mean is taken. */
  axis: { type: 'integer', default: -1 },
} as const

/** Options of `BinaryFocalCrossentropy`. */
export interface BinaryFocalCrossentropyConfig extends ConfigOf<typeof fields> {}

/**
 * Returns (1 - q)^gamma times the binary crossentropy, averaged over `axis`; q is the probability of the target class. Targets are 0
 * to 1 and have the shape of the predictions; other shapes throw `ShapeError`. Source: Keras
 * `losses.binary_focal_crossentropy`.
 *
 * @example
 * import { binaryFocalCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = binaryFocalCrossentropy(tensor([[1], [0]]), tensor([[0.5], [0.5]]))
 * loss.array().map((x) => x.toFixed(4)) // => ['0.1733', '0.1733']
 */
export function binaryFocalCrossentropy(
  target: Tensor,
  prediction: Tensor,
  {
    applyClassBalancing = false,
    alpha = 0.25,
    gamma = 2,
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
  }: Partial<OptionsOf<typeof fields>> = {},
): Tensor {
  requireSameShape('binaryFocalCrossentropy', target, prediction)
  const t = smoothLabels(target, labelSmoothing, 2)
  const p = fromLogits ? sigmoid(prediction) : prediction
  const clipped = clipProbability(p)
  const crossentropy = neg(either(t, log(clipped), log(sub(1, clipped))))
  const focal = mul(pow(sub(1, either(t, p, sub(1, p))), gamma), crossentropy)
  return mean(applyClassBalancing ? mul(either(t, alpha, 1 - alpha), focal) : focal, { axis })
}

/**
 * Binary crossentropy times (1 - q)^`gamma`, averaged over the last axis; q is the probability of the target class, so samples that
 * are classified well count less. Targets are 0 to 1 and have the shape of the predictions, except for a last axis of size 1;
 * other shapes throw `ShapeError`. Source: Keras `losses.BinaryFocalCrossentropy`.
 *
 * @example
 * import { BinaryFocalCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = new BinaryFocalCrossentropy({ gamma: 2 })
 * loss.call(tensor([[1], [0]]), tensor([[0.5], [0.5]])).item().toFixed(4) // => '0.1733'
 */
export class BinaryFocalCrossentropy extends Loss<BinaryFocalCrossentropyConfig> {
  static readonly type = 'BinaryFocalCrossentropy'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return binaryFocalCrossentropy(target, prediction, this.options)
  }

  override checkTarget(target: HostArray, _prediction: SymbolicShape, name: string): void {
    checkBinaryLabels(target, name)
  }
}

/** t a + (1 - t) b */
function either(t: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  return add(mul(t, a), mul(sub(1, t), b))
}
