import { type Fields, Initializer } from '@gradus/core'
import { type DType, eye, formatShape, mul, type Shape, ShapeError, type Tensor } from '@gradus/tensor'

export interface IdentityConfig {
  /** The value on the diagonal (default 1). */
  readonly gain?: number
}

/** A diagonal of `gain` in a matrix, zeros elsewhere. Throws `ShapeError` for other ranks. Keras: `Identity`. */
export class Identity extends Initializer<IdentityConfig> {
  static readonly type = 'Identity'
  static readonly aliases = ['IdentityInitializer'] as const
  static override readonly fields = { gain: 'number' } satisfies Fields<IdentityConfig>

  make(_key: Tensor, shape: Shape, dtype: DType): Tensor {
    const [rows, columns] = shape
    if (shape.length !== 2 || rows === undefined || columns === undefined) {
      throw new ShapeError(
        `The Identity initializer makes matrices and was asked for shape ${formatShape(shape)}. Use another initializer.`,
      )
    }
    const { gain = 1 } = this.config
    const diagonal = eye(rows, columns, 0, dtype)
    return gain === 1 ? diagonal : mul(diagonal, gain)
  }
}
