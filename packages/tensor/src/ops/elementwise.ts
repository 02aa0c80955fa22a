import type { DType } from '../dtype.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { type OperationOf, operationOf } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { alignOperands, asTensor } from './operands.ts'
import { type Check, likeBoth, likeInput, type None } from './rules.ts'

/** Optional facts of an elementwise op, as in `Op`. */
interface Facts {
  /** The dtype of the output; that of the input if not given. */
  readonly output?: DType
  readonly cost?: number
}

/** The facts of an op with one input, `x`, and the output `y`. */
export interface UnaryFacts extends Facts {
  inline?(x: Tensor): Tensor
  vjp?(ct: Tensor, x: Tensor, y: Tensor): Tensor
}

/** The facts of an op with two inputs, `a` and `b`, and the output `y`. */
export interface BinaryFacts extends Facts {
  inline?(a: Tensor, b: Tensor): Tensor
  vjp?(ct: Tensor, a: Tensor, b: Tensor, y: Tensor): readonly [Tensor, Tensor]
}

export type Unary = OperationOf<None, [x: TensorLike], Tensor>
export type Binary = OperationOf<None, [a: TensorLike, b: TensorLike], Tensor>

/**
 * Defines an elementwise operation of one tensor, and its op. Without an `inline` body the op is a primitive, for which each
 * backend needs code.
 *
 * @example
 * import { mul, tensor } from '@gradus/tensor'
 * import { requireFloat, unary } from '@gradus/tensor/internals'
 * const cube = unary('cube', requireFloat, {
 *   inline: (x) => mul(x, mul(x, x)),
 *   vjp: (ct, x) => mul(ct, mul(mul(x, x), 3)),
 * })
 * cube(tensor([1, 2])).array() // => [1, 8]
 * cube.op.name // => 'cube'
 */
/* @__NO_SIDE_EFFECTS__ */
export function unary(name: string, check: Check, facts?: UnaryFacts): Unary {
  const op = unaryOp(name, check, facts)
  return operationOf(op, (x: TensorLike) => apply(op, [asTensor(name, x)], null), ['any'])
}

/** Defines an elementwise operation of two tensors that are broadcast, and its op. */
/* @__NO_SIDE_EFFECTS__ */
export function binary(name: string, check: Check, facts?: BinaryFacts): Binary {
  const op = binaryOp(name, check, facts)
  return operationOf(op, (a: TensorLike, b: TensorLike) => apply(op, alignOperands(name, [a, b]), null), ['any', 'any'])
}

/** Defines a comparison of two tensors of any dtype that are broadcast, and its op; the result is `bool`. */
/* @__NO_SIDE_EFFECTS__ */
export function comparison(name: string): Binary {
  return binary(name, () => {}, { output: 'bool' })
}

/** The op of `unary`, for an operation that treats some inputs in another way. */
/* @__NO_SIDE_EFFECTS__ */
export function unaryOp(name: string, check: Check, { output, cost, inline, vjp }: UnaryFacts = {}): Op<None> {
  return {
    name,
    elementwise: true,
    cost,
    shape: likeInput(name, check, output),
    inline: inline && (([x]) => inline(x!)),
    vjp: vjp && ((ct, [x], _, y) => [vjp(ct, x!, y)]),
  }
}

/** The op of `binary`, for an operation that treats some inputs in another way. */
/* @__NO_SIDE_EFFECTS__ */
export function binaryOp(name: string, check: Check, { output, cost, inline, vjp }: BinaryFacts = {}): Op<None> {
  return {
    name,
    elementwise: true,
    cost,
    shape: likeBoth(name, check, output),
    inline: inline && (([a, b]) => inline(a!, b!)),
    vjp: vjp && ((ct, [a, b], _, y) => vjp(ct, a!, b!, y)),
  }
}
