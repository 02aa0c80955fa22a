import { isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/** Throws unless `x` holds square matrices of floats; returns their size. */
export function requireSquare(name: string, x: Tensor): number {
  const [rows, columns] = x.shape.slice(-2)
  if (!isFloat(x.dtype))
    throw new ShapeError(`${name} needs a float tensor and got ${x.dtype}. Use cast(x, 'float32').`)
  if (x.rank < 2 || rows !== columns) {
    throw new ShapeError(`${name} needs square matrices [..., n, n] and got a tensor of shape ${formatShape(x.shape)}.`)
  }
  return rows!
}
