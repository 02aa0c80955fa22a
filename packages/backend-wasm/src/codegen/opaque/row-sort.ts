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

/** A row to sort. */
interface Row {
  readonly locals: Locals
  readonly length: number
  readonly dtype: DType
  readonly descending: boolean
  /** The address of scratch memory. */
  readonly scratch: I32
  keyAt(index: I32): Scalar
  /** Stores a position in the result. */
  put(index: I32, position: I32): Void
}

/** A sorting algorithm. */
export interface RowSort {
  scratchBytes(length: number): number
  code(row: Row): Void
}

/** Counts a local from 0 up to a number of at least 1. */
export function count(local: Local<'i32'>, to: number, body: Void): Void {
  const next = increase(local, i32.const(1))
  return sequence(local.set(i32.const(0)), doWhile(sequence(body, next), i32.ltU(local.get, i32.const(to))))
}

/** The address of a 32-bit element of a list. */
export const wordOf = (list: I32, index: I32): I32 => i32.add(list, i32.shl(index, i32.const(2)))
