import {
  ConfigError,
  type ConfigOf,
  describeValue,
  firstShape,
  type InputShape,
  Layer,
  type OptionsOf,
  type Rng,
  type Scope,
  shapeError,
  titleOf,
} from '@gradus/core'
import { formatShape, mul, neg, relu, type Shape, sub, type Tensor } from '@gradus/tensor'
import * as constraints from '../constraints/index.ts'
import { floatInput } from '../float-input.ts'
import * as initializers from '../initializers/index.ts'
import { constraintKind, initializerKind, regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'

const fields = {
  alphaInitializer: { type: initializerKind, among: initializers, default: 'zeros' },
  alphaRegularizer: { type: regularizerKind, among: regularizers },
  alphaConstraint: { type: constraintKind, among: constraints },
  /** Axes along which the slope is the same, counted from 1, because axis 0 is the batch. */
  sharedAxes: { type: ['integer', 'numbers'] },
} as const

/** The options of `PReLU`. */
export interface PReLUConfig extends ConfigOf<typeof fields> {}

/** The parameters of `PReLU`. */
export type PReLUParams = {
  /** The shape of a sample, with size 1 along `sharedAxes`. */
  readonly alpha: Tensor
}

/**
 * x where it is positive, alpha * x elsewhere, with a learned slope alpha for each element of a sample; the shape stays. Throws
 * `ConfigError` for shared axes that the input does not have, and `ShapeError` for another shape than in the first call. Keras:
 * `PReLU` (He et al., 2015).
 *
 * @example
 * import { PReLU } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * const layer = new PReLU({ alphaInitializer: 'ones', sharedAxes: [1, 2] })
 * layer.call(zeros([2, 8, 8, 3])).shape // => [2, 8, 8, 3]
 */
export class PReLU extends Layer<PReLUConfig, PReLUParams> {
  static readonly type = 'PReLU'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: InputShape): PReLUParams {
    const shape = firstShape(inputShape)
    const shared = this.sharedAxesOf(shape)
    const sample = shape.slice(1).map((d, axis) => (shared.includes(axis + 1) ? 1 : d))
    return { alpha: this.options.alphaInitializer.make(rng.next(), sample, this.dtype) }
  }

  apply(given: Tensor, { params: { alpha } }: Scope<this>): Tensor {
    const x = floatInput(this, given)
    if (x.rank !== alpha.rank + 1 || alpha.shape.some((d, axis) => d !== 1 && d !== x.shape[axis + 1])) {
      throw shapeError(
        this,
        `an input of shape [batch, ...] for the slopes ${formatShape(alpha.shape)}`,
        x.shape,
        'The layer was made for inputs of another shape; give it those or make another one.',
      )
    }
    return sub(relu(x), mul(alpha, relu(neg(x))))
  }

  private sharedAxesOf(shape: Shape): readonly number[] {
    const { sharedAxes = [] } = this.options
    const axes = typeof sharedAxes === 'number' ? [sharedAxes] : sharedAxes
    if (axes.every((axis) => Number.isInteger(axis) && axis >= 1 && axis < shape.length)) return axes
    throw new ConfigError(
      `${titleOf(this)}: 'sharedAxes' must be whole numbers from 1 to ${shape.length - 1} for an input of shape ${formatShape(shape)} and is ${describeValue(sharedAxes)}. Axis 0 is the batch.`,
    )
  }
}
