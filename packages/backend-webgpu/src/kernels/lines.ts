import { type DType, isFloat, sizeOf } from '@gradus/tensor'
import { type Code, literal } from '../wgsl/types.ts'

/** The lines along an axis: their length, the stride of their elements, and their number. */
export interface Lines {
  readonly length: number
  readonly inner: number
  readonly count: number
}

export function linesOf(shape: readonly number[], axis: number): Lines {
  const length = shape[axis]!
  return { length, inner: sizeOf(shape.slice(axis + 1)), count: sizeOf(shape) / length }
}

/** Declares `start`, the position of the first element of a line. */
export function startOfLine(line: Code, { length, inner }: Lines): string {
  return `let start = ${line} / ${inner}u * ${length * inner}u + ${line} % ${inner}u;`
}

/** An unsigned integer with the order of the elements; NaN comes last. */
export function orderedKey(dtype: DType, descending: boolean, element: Code): Code {
  if (isFloat(dtype)) return `${descending ? 'keyDown' : 'keyUp'}(${element})`
  const unsigned = dtype === 'bool' ? `select(${literal('uint32', 0)}, ${literal('uint32', 1)}, ${element})` : element
  const key = dtype === 'int32' ? `(bitcast<u32>(${unsigned}) ^ 0x80000000u)` : unsigned
  return descending ? `~${key}` : key
}
