import type { Aval } from '../aval.ts'
import { type DType, isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { formatShape, reducedShape, sameShape } from '../shape.ts'

/** Params of an op that needs none. */
export type None = null

/** Throws unless the op called `name` takes inputs like `x`. */
export type Check = (name: string, x: Aval) => void

/** The shape rule of an op with one input, which `check` accepts; the output is like it, or has another dtype. */
/* @__NO_SIDE_EFFECTS__ */
export function likeInput(name: string, check: Check, output?: DType): (inputs: readonly Aval[]) => Aval {
  return ([x]) => {
    check(name, x!)
    return { shape: x!.shape, dtype: output ?? x!.dtype }
  }
}

/** As `likeInput`, for two inputs of one shape and one dtype. */
/* @__NO_SIDE_EFFECTS__ */
export function likeBoth(name: string, check: Check, output?: DType): (inputs: readonly Aval[]) => Aval {
  return ([a, b]) => {
    requireAlike(name, a!, b!)
    check(name, a!)
    return { shape: a!.shape, dtype: output ?? a!.dtype }
  }
}

/** Params of reductions; `axes` are sorted and non-negative. */
export interface ReduceParams {
  readonly axes: readonly number[]
  readonly keepDims: boolean
}

/** The shape rule of a reduction of an input that `check` accepts. */
/* @__NO_SIDE_EFFECTS__ */
export function reducedInput(name: string, check: Check): (inputs: readonly Aval[], params: ReduceParams) => Aval {
  return ([x], { axes, keepDims }) => {
    check(name, x!)
    return { shape: reducedShape(x!.shape, axes, keepDims), dtype: x!.dtype }
  }
}

/** Throws unless both have the same shape and dtype. */
export function requireAlike(name: string, a: Aval, b: Aval): void {
  if (a.dtype !== b.dtype) {
    throw new ShapeError(
      `${name}: the operands have dtypes ${a.dtype} and ${b.dtype}. Dtypes are not promoted silently; use cast(x, '${widerDType(a.dtype, b.dtype)}').`,
    )
  }
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError(
      `${name}: the operands have shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}; they must be equal.`,
    )
  }
}

const widths: readonly DType[] = ['bool', 'uint32', 'int32', 'float16', 'float32', 'float64']

/** The dtype of the two that keeps fractions, signs and the most digits: the one to which the other operand is to be cast. */
export function widerDType(a: DType, b: DType): DType {
  return widths.indexOf(b) > widths.indexOf(a) ? b : a
}

export function requireFloat(name: string, x: Aval): void {
  if (!isFloat(x.dtype)) throw wrongDType(name, x.dtype, 'a float', "Use cast(x, 'float32').")
}

export function requireNumeric(name: string, x: Aval): void {
  if (x.dtype === 'bool') throw wrongDType(name, x.dtype, 'a numeric', "Use cast(x, 'float32') or cast(x, 'int32').")
}

/** For ops that take float16 cast to float32, because their results need more digits. */
export function requireWide(name: string, x: Aval): void {
  requireNumeric(name, x)
  if (x.dtype === 'float16') throw wrongDType(name, x.dtype, 'a wider', "Use cast(x, 'float32').")
}

export function requireInteger(name: string, x: Aval): void {
  if (x.dtype !== 'int32' && x.dtype !== 'uint32')
    throw wrongDType(name, x.dtype, 'an integer', "Use cast(x, 'int32').")
}

export function requireBool(name: string, x: Aval): void {
  if (x.dtype !== 'bool') throw wrongDType(name, x.dtype, 'a bool', 'Compare first, for example notEqual(x, 0).')
}

function wrongDType(name: string, dtype: DType, expected: string, fix: string): ShapeError {
  return new ShapeError(`${name} needs ${expected} tensor and got ${dtype}. ${fix}`)
}
