import { DataError, FormatError, suggest } from '@gradus/core'
import * as allKinds from './kinds/all.ts'
import type { ColumnKind, ColumnOptions, ColumnState } from './kinds/kind.ts'
import type { Target } from './target.ts'

const kinds: Readonly<Record<string, ColumnKind>> = allKinds as never

/** An input column with what was learned from its values. */
export interface InputColumn {
  readonly name: string
  readonly options: ColumnOptions
  readonly state: ColumnState
}

/** What is saved with a model to read rows and to write predictions. JSON-compatible. */
export interface TableSpec {
  readonly format: 1
  readonly inputs: readonly InputColumn[]
  readonly targets: readonly Target[]
  /** The texts that mean a missing value (default `missingTexts`). */
  readonly missingTexts?: readonly string[]
}

/** The kind of a name. Throws `FormatError` if there is none. */
export function kindOf(name: string): ColumnKind {
  if (Object.hasOwn(kinds, name)) return kinds[name]!
  throw new FormatError(`There is no kind of columns '${name}'.${suggest(name, Object.keys(kinds))}`)
}

/** The position of a column in a source. Throws `DataError` if it is not there. */
export function positionOf({ name, columns }: { name: string; columns: readonly string[] }, column: string): number {
  const position = columns.indexOf(column)
  if (position >= 0) return position
  throw new DataError(`${name}: there is no column '${column}'.${suggest(column, columns)}`)
}
