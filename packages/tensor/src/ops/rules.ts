import { type DType, isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import type { Aval } from '../op.ts'
import { formatShape, sameShape } from '../shape.ts'

/** Params of an op that needs none. */
export type None = null

type ShapeRule = (inputs: readonly Aval[]) => Aval

/** One floating input; the output is like it. */
/* @__NO_SIDE_EFFECTS__ */
export function floatUnary(name: string): ShapeRule {
  return ([x]) => {
    requireFloat(name, x!)
    return { shape: x!.shape, dtype: x!.dtype }
  }
}

/** One numeric input; the output is like it. */
/* @__NO_SIDE_EFFECTS__ */
export function numericUnary(name: string): ShapeRule {
  return ([x]) => {
    requireNumeric(name, x!)
    return { shape: x!.shape, dtype: x!.dtype }
  }
}

/** One numeric input that is not `float16`; the output is like it. */
/* @__NO_SIDE_EFFECTS__ */
export function wideUnary(name: string): ShapeRule {
  return ([x]) => {
    requireWide(name, x!)
    return { shape: x!.shape, dtype: x!.dtype }
  }
}

/** Two inputs of one shape and one numeric dtype; the output is like them. */
/* @__NO_SIDE_EFFECTS__ */
export function numericBinary(name: string): ShapeRule {
  return ([a, b]) => {
    requireAlike(name, a!, b!)
    requireNumeric(name, a!)
    return { shape: a!.shape, dtype: a!.dtype }
  }
}

/** Two inputs of one shape and one floating dtype; the output is like them. */
/* @__NO_SIDE_EFFECTS__ */
export function floatBinary(name: string): ShapeRule {
  return ([a, b]) => {
    requireAlike(name, a!, b!)
    requireFloat(name, a!)
    return { shape: a!.shape, dtype: a!.dtype }
  }
}

/** Two inputs of one shape and one dtype; the output is `bool`. */
/* @__NO_SIDE_EFFECTS__ */
export function comparison(name: string): ShapeRule {
  return ([a, b]) => {
    requireAlike(name, a!, b!)
    return { shape: a!.shape, dtype: 'bool' }
  }
}

/** Throws unless both have the same shape and dtype. */
export function requireAlike(name: string, a: Aval, b: Aval): void {
  if (a.dtype !== b.dtype) {
    throw new ShapeError(
      `${name}: the operands have dtypes ${a.dtype} and ${b.dtype}. Dtypes are not promoted silently; use cast(x, '${a.dtype}').`,
    )
  }
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError(
      `${name}: the operands have shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}; they must be equal.`,
    )
  }
}

export function requireFloat(name: string, x: Aval): void {
  if (!isFloat(x.dtype)) throw wrongDType(name, x.dtype, 'a float', "Use cast(x, 'float32').")
}

export function requireNumeric(name: string, x: Aval): void {
  if (x.dtype === 'bool') throw wrongDType(name, x.dtype, 'a numeric', "Use cast(x, 'float32') or cast(x, 'int32').")
}

/** For ops that halves are cast for, because what they make has more digits. */
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
