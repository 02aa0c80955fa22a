import type { DType } from '@gradus/tensor'
import {
  doWhile,
  type I32,
  i32,
  increase,
  type Local,
  type Locals,
  sequence,
  type Void,
} from '../../assembler/index.ts'
import type { Scalar } from '../../elementwise/row.ts'

/** The row that is sorted. */
interface Row {
  readonly locals: Locals
  readonly length: number
  readonly dtype: DType
  readonly descending: boolean
  /** Where there is memory to work in. */
  readonly scratch: I32
  keyAt(place: I32): Scalar
  /** Writes a position to a place in the result. */
  put(place: I32, position: I32): Void
}

/** A way of sorting a row. */
export interface RowSort {
  scratchBytes(length: number): number
  code(row: Row): Void
}

/** Counts a local from 0 to a number of at least 1. */
export function count(local: Local<'i32'>, to: number, body: Void): Void {
  const next = increase(local, i32.const(1))
  return sequence(local.set(i32.const(0)), doWhile(sequence(body, next), i32.ltU(local.get, i32.const(to))))
}

/** The address of an element of a list of 32-bit numbers. */
export const wordOf = (list: I32, place: I32): I32 => i32.add(list, i32.shl(place, i32.const(2)))
