import { type ConfigOf, type HostArray, Loss, type OptionsOf } from '@gradus/core'
import { notEqual, type SymbolicShape, type Tensor } from '@gradus/tensor'
import { checkClassNumbers } from './check-labels.ts'
import { classNumbers, sparseCategoricalCrossentropy } from './crossentropy.ts'

const fields = {
  /** Whether predictions are logits; otherwise they are probabilities. */
  fromLogits: { type: 'boolean', default: false },
  /** Samples of this class are left out. */
  ignoreClass: 'integer',
  /** The axis of the classes. */
  axis: { type: 'integer', default: -1 },
} as const

/** Options of `SparseCategoricalCrossentropy`. */
export interface SparseCategoricalCrossentropyConfig extends ConfigOf<typeof fields> {}

/**
 * Loss for class numbers: -log of the probability of the target class. Targets have any dtype and the shape of the predictions
 * without the class axis, or with size 1 there; other shapes throw `ShapeError`. The loss of a number outside the classes is
 * NaN, as in Keras with JAX; `fit` throws `DataError` for it. Samples of `ignoreClass` are left out. Probabilities are divided by their sum and clipped to
 * 1e-7 and 1 - 1e-7; with `fromLogits` the predictions are logits. Source: Keras `losses.SparseCategoricalCrossentropy`.
 *
 * @example
 * import { SparseCategoricalCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = new SparseCategoricalCrossentropy({ fromLogits: true })
 * loss.call(tensor([1]), tensor([[100, 0]])).item() // => 100
 */
export class SparseCategoricalCrossentropy extends Loss<SparseCategoricalCrossentropyConfig> {
  static readonly type = 'SparseCategoricalCrossentropy'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return sparseCategoricalCrossentropy(target, prediction, this.options)
  }

  override maskOf(target: Tensor, prediction: Tensor): Tensor | undefined {
    const { ignoreClass, axis } = this.options
    if (ignoreClass === undefined) return undefined
    return notEqual(classNumbers(target, prediction, axis), ignoreClass)
  }

  override checkTarget(target: HostArray, prediction: SymbolicShape, name: string): void {
    const { ignoreClass, axis } = this.options
    const advice = 'Correct the labels, give the last layer more units, or set ignoreClass.'
    checkClassNumbers(target, prediction, name, { axis, ignored: ignoreClass, advice })
  }

  // class numbers keep their dtype
  protected override castTarget(target: Tensor): Tensor {
    return target
  }
}
