import { type ConfigOf, DataError, type HostArray, Loss, type OptionsOf } from '@gradus/core'
import { notEqual, type SymbolicShape, sizeOf, type Tensor } from '@gradus/tensor'
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
 * without the class axis, or with size 1 there; other shapes throw `ShapeError`. The loss of a number outside the classes is 0;
 * `fit` throws `DataError` for it. Samples of `ignoreClass` are left out. Probabilities are divided by their sum and clipped to
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
    const classes = prediction.at(axis) ?? Number.POSITIVE_INFINITY
    const index = target.data.findIndex((label: number) => !isClass(label, classes) && label !== ignoreClass)
    if (index < 0) return
    const width = Math.max(1, sizeOf(target.shape.slice(1)))
    const position = width === 1 ? '' : ` (value ${index % width} of ${width})`
    const [known, range] = Number.isFinite(classes)
      ? [`, and the model has ${classes} classes`, ` to ${classes - 1}`]
      : ['', '']
    throw new DataError(
      `${name} holds the label ${target.data[index]} in sample ${Math.floor(index / width)}${position}${known}: ` +
        `labels are whole numbers from 0${range}. Correct the labels, give the last layer more units, or set ignoreClass.`,
    )
  }

  // class numbers keep their dtype
  protected override castTarget(target: Tensor): Tensor {
    return target
  }
}

function isClass(label: number, classes: number): boolean {
  return Number.isInteger(label) && label >= 0 && label < classes
}
