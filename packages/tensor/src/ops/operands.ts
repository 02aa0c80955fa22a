import { shown } from '../arguments.ts'
import { isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { broadcastShapes, type Shape } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { broadcastTo, full } from './broadcast.ts'

/** `x` as a tensor; a number or boolean takes the dtype of `like`. */
export function asTensor(name: string, x: TensorLike, like?: Tensor): Tensor {
  if (x instanceof Tensor) return x
  requireNumber(name, x)
  const dtype = like?.dtype ?? (typeof x === 'boolean' ? 'bool' : 'float32')
  if (!isFloat(dtype) && !Number.isInteger(Number(x))) {
    throw new ShapeError(
      `${name}: the number ${x} meets a tensor of dtype ${dtype} and would be cut. Use cast(x, 'float32').`,
    )
  }
  return full([], x, dtype, like)
}

function requireNumber(name: string, x: unknown): asserts x is number | boolean {
  if (typeof x === 'number' || typeof x === 'boolean') return
  const fix = x === undefined ? 'Is an argument missing?' : 'Make a tensor with tensor(...).'
  throw new TypeError(`${name} takes tensors and numbers and got ${shown(x)}. ${fix}`)
}

/** The operands as tensors of one shape; numbers take the dtype of the first tensor among them. */
export function alignOperands(name: string, operands: readonly TensorLike[]): Tensor[] {
  const like = operands.find((x) => x instanceof Tensor)
  const shape = broadcastShapes(name, ...operands.map((x) => (x instanceof Tensor ? x.shape : [])))
  return operands.map((x) => (x instanceof Tensor ? broadcastTo(x, shape) : literal(name, x, shape, like)))
}

function literal(name: string, x: number | boolean, shape: Shape, like: Tensor | undefined): Tensor {
  requireNumber(name, x)
  if (!like) return asTensor(name, x)
  if (!isFloat(like.dtype) && !Number.isInteger(Number(x))) return asTensor(name, x, like) // throws
  return full(shape, x, like.dtype, like)
}
