import { DataError, describeName, describeValue, FormatError, suggest } from '@gradus/core'
import * as allKinds from './kinds/all.ts'
import { type ColumnKind, type ColumnOptions, type ColumnState, isNumber, isScaled, isTexts } from './kinds/kind.ts'
import type { Target } from './target.ts'

const kinds: Readonly<Record<string, ColumnKind>> = allKinds as never

/** An input column with what was learned from its values. */
export interface InputColumn {
  readonly name: string
  readonly options: ColumnOptions
  readonly state: ColumnState
  /** The input of the model that has the column (default `features`, or for arrays and images the name of the column). */
  readonly input?: string
}

/** What is saved with a model to read rows and to write predictions. JSON-compatible. */
export interface TableSpec {
  readonly format: 1
  readonly inputs: readonly InputColumn[]
  readonly targets: readonly Target[]
  /** The decimal mark of texts where neither the column nor the source says it (default `.`). */
  readonly decimal?: ','
  /** The texts that mean a missing value (default `missingTexts`). */
  readonly missingTexts?: readonly string[]
}

/** Returns a spec that was saved. Throws `FormatError` for one that is damaged or of a newer version. */
export function checkTableSpec(value: unknown): TableSpec {
  const spec = value as TableSpec
  const damaged = (what: string): never => {
    throw new FormatError(
      `The description of the table ${what}: it is damaged, or was saved by a newer version. Train the model again, or update gradus.`,
    )
  }
  if (spec?.format !== 1) damaged(`has the format ${describeValue(spec?.format)}; expected 1`)
  if (!Array.isArray(spec.inputs) || spec.inputs.length === 0) damaged('has no inputs')
  if (!Array.isArray(spec.targets)) damaged('has no targets')
  if (spec.missingTexts !== undefined && !isTexts(spec.missingTexts)) damaged('has no list of missingTexts')
  if (!isMark(spec.decimal)) damaged(`has the decimal mark ${describeValue(spec.decimal)}`)
  const names = new Set<string>()
  for (const column of spec.inputs as readonly (InputColumn | undefined)[]) {
    if (typeof column?.name !== 'string' || typeof column.options?.kind !== 'string') return damaged('has no inputs')
    const { name, options, state, input } = column
    if (names.has(name)) damaged(`has the column ${describeName(name)} twice`)
    names.add(name)
    const isNamed = input === undefined || typeof input === 'string'
    const holds = isNamed && areOptions(options) && isObject(state) && kindOf(options.kind).isState(state)
    if (!holds) damaged(`does not say how the column ${describeName(name)} is encoded`)
  }
  for (const target of spec.targets as readonly unknown[])
    if (!isTarget(target)) damaged('does not say what the model predicts')
  return spec
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isMark(value: unknown): boolean {
  return value === undefined || value === '.' || value === ','
}

/** Whether options that were read from a file are those that encoding reads. */
function areOptions({ decimal, missingTexts, categories, order, missing, scale }: ColumnOptions): boolean {
  const areTexts = [missingTexts, categories].every((list) => list === undefined || isTexts(list))
  const fill = isObject(missing) ? missing['constant'] : missing
  return (
    areTexts &&
    isMark(decimal) &&
    (order === undefined || ['ymd', 'dmy', 'mdy'].includes(order)) &&
    (fill === undefined || typeof fill === 'string' || isNumber(fill)) &&
    (scale === undefined || typeof scale === 'string' || (Array.isArray(scale) && scale.every(isNumber)))
  )
}

function isTarget(value: unknown): value is Target {
  if (!isObject(value) || typeof value.name !== 'string') return false
  if (value.missingTexts !== undefined && !isTexts(value.missingTexts)) return false
  if (value.task === 'regression') return isScaled(value) && isMark(value.decimal)
  const { task, classes, names } = value
  if (task !== 'classification' || !isTexts(classes) || classes.length < 2) return false
  return names === undefined || (isTexts(names) && names.length === classes.length)
}

/** The kind of a name. Throws `FormatError` if there is none. */
export function kindOf(name: string): ColumnKind {
  if (Object.hasOwn(kinds, name)) return kinds[name]!
  throw new FormatError(`There is no kind of columns ${describeValue(name)}.${suggest(name, Object.keys(kinds))}`)
}

/** The most columns that a message lists. */
const listed = 100

/** The position of a column in a source. Throws `DataError` if it is not there. */
export function positionOf({ name, columns }: { name: string; columns: readonly string[] }, column: string): number {
  const position = columns.indexOf(column)
  if (position >= 0) return position
  const further = columns.slice(listed, 100 * listed)
  const known = further.length > 0 ? [...columns.slice(0, listed), `and ${columns.length - listed} more`] : columns
  throw new DataError(`${name}: there is no column ${describeName(column)}.${suggest(column, known, further)}`)
}
