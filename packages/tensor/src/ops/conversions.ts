import { requireTensor } from '../arguments.ts'
import { type DType, requireDType } from '../dtype.ts'
import { operation } from '../operation.ts'
import { type SymbolicDType, type SymbolicShape, SymbolicTensor } from '../symbolic.ts'
import { Tensor } from '../tensor.ts'
import { cast, notEqual } from './arithmetic.ts'
import { full } from './broadcast.ts'
import { eye, type TensorValues, tensor } from './create.ts'
import { oneHot } from './indexing.ts'
import { max } from './reduction.ts'

/**
 * Values as a tensor; a tensor stays as it is, or is cast to `dtype`. Keras: `convert_to_tensor`.
 *
 * @example
 * import { convertToTensor } from '@gradus/tensor'
 * convertToTensor([1, 2]).shape // => [2]
 */
export function convertToTensor(x: Tensor | TensorValues, dtype?: DType): Tensor {
  if (!(x instanceof Tensor)) return tensor(x, { dtype })
  return dtype === undefined ? x : cast(x, dtype)
}

/** Whether `x` is a tensor. Keras: `is_tensor`. */
export function isTensor(x: unknown): x is Tensor {
  return x instanceof Tensor
}

function requireAnyTensor(name: string, x: unknown): void {
  if (!(x instanceof SymbolicTensor)) requireTensor(name, x)
}

/**
 * The dimensions of a tensor. Keras: `shape`.
 *
 * @example
 * import { shape, zeros } from '@gradus/tensor'
 * shape(zeros([2, 3])) // => [2, 3]
 */
export function shape<T extends Tensor | SymbolicTensor>(x: T): T extends Tensor ? readonly number[] : SymbolicShape {
  requireAnyTensor('shape', x)
  return x.shape as T extends Tensor ? readonly number[] : SymbolicShape
}

/** The dtype of a tensor. Keras: `dtype`. */
export function dtype<T extends Tensor | SymbolicTensor>(x: T): T extends Tensor ? DType : SymbolicDType {
  requireAnyTensor('dtype', x)
  return x.dtype as T extends Tensor ? DType : SymbolicDType
}

/** The number of axes of a tensor. Keras: `ndim`. */
export function ndim(x: Tensor | SymbolicTensor): number {
  requireAnyTensor('ndim', x)
  return x.shape.length
}

/** The number of elements of a tensor. Keras: `size`. */
export function size(x: Tensor): number {
  requireTensor('size', x)
  return x.size
}

/** The matrix of `n` rows and columns with ones on the diagonal and zeros elsewhere. NumPy and Keras: `identity`. */
export function identity(n: number, dtype: DType = 'float32'): Tensor {
  return eye(n, n, 0, dtype)
}

/**
 * A tensor of the shape of `x` with every element `value`, of its dtype unless another is given. NumPy and Keras: `full_like`.
 *
 * @example
 * import { fullLike, zeros } from '@gradus/tensor'
 * fullLike(zeros([2]), 7).array() // => [7, 7]
 */
export const fullLike = /* @__PURE__ */ operation(
  'fullLike',
  (x: Tensor, value: number | boolean, dtype?: DType): Tensor => {
    if (dtype !== undefined) requireDType('fullLike', dtype)
    return full(x.shape, value, dtype ?? x.dtype, x)
  },
  ['tensor', 'any', 'any'],
)

/**
 * 1 for every class (int32) that occurs in a row, 0 for the others: `[n, k]` gives `[n, classes]`, a vector `[classes]`. Keras:
 * `multi_hot`.
 *
 * @example
 * import { multiHot, tensor } from '@gradus/tensor'
 * multiHot(tensor([[0, 2], [1, 1]], { dtype: 'int32' }), 3).array() // => [[1, 0, 1], [0, 1, 0]]
 */
export const multiHot = /* @__PURE__ */ operation(
  'multiHot',
  (
    x: Tensor,
    classes: number,
    { dtype = 'float32', axis = -1 }: { readonly dtype?: DType; readonly axis?: number } = {},
  ): Tensor => {
    const hot = max(oneHot(x, classes, { axis, dtype: 'int32' }), { axis: x.rank > 1 ? 1 : 0 })
    return dtype === 'bool' ? notEqual(hot, 0) : cast(hot, dtype)
  },
  ['tensor', 'integer', ['dtype', 'axis']],
)
