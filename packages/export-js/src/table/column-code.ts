import { numberText } from '../code.ts'
import type { UsedHelpers } from '../helpers.ts'
import type { TableColumn } from './table-spec.ts'

/** The code of a column: how a cell is read, and how its value `v` becomes numbers of the array `a` from `at`. */
export interface ColumnCode {
  /** A function of a cell. */
  readonly read: string
  readonly expected: string
  /** The number of numbers. */
  readonly width: number
  encode(array: string, at: number): string
  /** Whether the column is an input of the model by itself. */
  readonly isAlone?: boolean
}

/** Writes the code of a column. `define` adds a constant to the file and returns its name. */
export type ColumnWriter = (column: TableColumn, helpers: UsedHelpers, define: (value: string) => string) => ColumnCode

/** How numbers become numbers of about one, as it is saved. */
export interface NumberState {
  readonly offset: number
  readonly span: number
  readonly fill: number
  readonly marksMissing: boolean
}

/** The value that becomes a number of about one. */
export function scaled(value: string, offset: number, span: number): string {
  const shifted = offset === 0 ? value : `(${value}-(${numberText(offset)}))`
  return span === 1 ? shifted : `${shifted}/(${numberText(span)})`
}

/** The statement that marks a missing value. */
export function mark(isMarked: boolean, array: string, at: number): string {
  return isMarked ? `${array}[${at}]=v===void 0?1:0;` : ''
}
