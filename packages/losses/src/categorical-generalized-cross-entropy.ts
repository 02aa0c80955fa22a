import { type ConfigOf, type HostArray, Loss, type OptionsOf } from '@gradus/core'
import { div, greater, mul, oneHot, pow, type SymbolicShape, sub, sum, type Tensor, where } from '@gradus/tensor'
import { checkClassNumbers } from './check-labels.ts'
import { classNumbers } from './crossentropy.ts'

const fields = {
  /** From nearly 0 (crossentropy) to nearly 1 (mean absolute error): how little wrong labels count. */
  q: { type: 'number', default: 0.5, above: 0, below: 1 },
} as const

/** Options of `CategoricalGeneralizedCrossEntropy`. */
export interface CategoricalGeneralizedCrossEntropyConfig extends ConfigOf<typeof fields> {}

/**
 * Returns (1 - p^q) / q, where p is the probability of the target class. Targets are class numbers of any dtype, `[batch, ...]` or
 * `[batch, ..., 1]`, for predictions `[batch, ..., classes]`; other shapes throw `ShapeError`. `q` is 0.5 by default. Source:
 * Keras `losses.categorical_generalized_cross_entropy`, https://arxiv.org/abs/1805.07836.
 *
 * @example
 * import { categoricalGeneralizedCrossEntropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * categoricalGeneralizedCrossEntropy(tensor([1]), tensor([[0.75, 0.25]]), { q: 0.5 }).array() // => [1]
 */
export function categoricalGeneralizedCrossEntropy(
  target: Tensor,
  prediction: Tensor,
  { q = 0.5 }: { readonly q?: number | undefined } = {},
): Tensor {
  const one = oneHot(classNumbers(target, prediction), prediction.shape.at(-1)!, { dtype: prediction.dtype })
  const p = sum(mul(prediction, one), { axis: -1 })
  // the slope of p^q is infinite at 0; a gradient of 0 keeps the parameters finite
  const positive = greater(p, 0)
  return div(sub(1, where(positive, pow(where(positive, p, 1), q), 0)), q)
}

/**
 * Loss for class numbers some of which are wrong: (1 - p^`q`) / `q`, where p is the probability of the target class. Targets are
 * `[batch, ...]` or `[batch, ..., 1]`, for probabilities `[batch, ..., classes]`; other shapes throw `ShapeError`. Source: Keras
 * `losses.CategoricalGeneralizedCrossEntropy`, https://arxiv.org/abs/1805.07836.
 *
 * @example
 * import { CategoricalGeneralizedCrossEntropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new CategoricalGeneralizedCrossEntropy().call(tensor([1]), tensor([[0.75, 0.25]])).item() // => 1
 */
export class CategoricalGeneralizedCrossEntropy extends Loss<CategoricalGeneralizedCrossEntropyConfig> {
  static readonly type = 'CategoricalGeneralizedCrossEntropy'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return categoricalGeneralizedCrossEntropy(target, prediction, this.options)
  }

  override checkTarget(target: HostArray, prediction: SymbolicShape, name: string): void {
    const advice = 'Correct the labels, or give the last layer more units.'
    checkClassNumbers(target, prediction, name, { advice })
  }

  // class numbers keep their dtype
  protected override castTarget(target: Tensor): Tensor {
    return target
  }
}
