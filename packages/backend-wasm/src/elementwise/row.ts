import type { DType } from '@gradus/tensor'
import { type Code, type F32, type F64, f32, f64, type I32, type Temporaries, type V128 } from '../assembler/index.ts'
import type { Arithmetic } from '../math/index.ts'

/** A single element: int32, uint32 and bool (0 or 1) as 32-bit integers. */
export type Scalar = Code<'i32' | 'f32' | 'f64'>

/** The tools with which an elementwise op emits code. */
export interface Emitter extends Arithmetic {
  readonly temps: Temporaries
  /** The dtypes of the inputs, of the last input, and of the result. */
  readonly inputs: readonly DType[]
  readonly from: DType
  readonly to: DType
  /** Calls a function of the host on doubles. */
  external(name: ExternalName, ...inputs: readonly F64[]): F64
  /** The value of an input that is a constant. */
  constantOf(input: number): number | undefined
}

/** Functions of the host: those of `Math`, and a few of `@gradus/tensor/numeric`. */
export type ExternalName =
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'erf'
  | 'power'
  | 'atan2'
  | 'modulo'

/** How an op is computed: for one element, and for four at once where that is more than one after the other. */
export interface ElementwiseRow {
  scalar(emitter: Emitter, inputs: readonly Scalar[]): Scalar
  /** Four lanes of 32 bits; a bool is a lane of ones or zeros. Undefined where this dtype has no such code. */
  vector?(emitter: Emitter, inputs: readonly V128[]): V128 | undefined
}

type FloatOps = {
  readonly [K in 'abs' | 'neg' | 'ceil' | 'floor' | 'trunc' | 'nearest' | 'sqrt']: (a: Scalar) => Scalar
} & {
  readonly [K in 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'copysign']: (a: Scalar, b: Scalar) => Scalar
} & { readonly [K in 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge']: (a: Scalar, b: Scalar) => I32 } & {
  const(value: number): Scalar
  select(condition: I32, a: Scalar, b: Scalar): Scalar
}

/** The instructions of a floating dtype. */
export function floatOps(dtype: DType): FloatOps {
  // the dtype of the operands is known to the caller only, so their types cannot be checked here
  return (dtype === 'float64' ? f64 : f32) as unknown as FloatOps
}

export function isFloatDType(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64'
}

export const asI32 = (value: Scalar): I32 => value as I32
export const asF32 = (value: Scalar): F32 => value as F32
export const asF64 = (value: Scalar): F64 => value as F64
