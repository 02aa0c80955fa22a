import { type ConfigOf, Initializer, type OptionsOf } from '@gradus/core'
import { type DType, eye, formatShape, mul, type Shape, ShapeError, type Tensor } from '@gradus/tensor'

const fields = {
  /** The value on the diagonal. */
  gain: { type: 'number', default: 1 },
} as const

/** The options of `Identity`. */
export interface IdentityConfig extends ConfigOf<typeof fields> {}

/** A matrix with `gain` on the diagonal and zeros elsewhere. Throws `ShapeError` for other ranks. Keras: `Identity`. */
export class Identity extends Initializer<IdentityConfig> {
  static readonly type = 'Identity'
  static readonly aliases = ['IdentityInitializer'] as const
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  make(_key: Tensor, shape: Shape, dtype: DType): Tensor {
    const [rows, columns] = shape
    if (shape.length !== 2 || rows === undefined || columns === undefined) {
      throw new ShapeError(
        `The Identity initializer makes matrices and was asked for shape ${formatShape(shape)}. Use another initializer.`,
      )
    }
    const { gain } = this.options
    const diagonal = eye(rows, columns, 0, dtype)
    return gain === 1 ? diagonal : mul(diagonal, gain)
  }
}
