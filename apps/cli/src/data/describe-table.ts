import {
  type ColumnProfile,
  designModel,
  findProblems,
  inferKind,
  inferPlan,
  learnTable,
  profileTable,
  TableCoder,
  type TableProfile,
  type TableSource,
} from 'gradus/tables'
import { defaultParts } from '../train/data-plan.ts'

/** A column of a table, for `--json`. */
export interface ColumnSummary {
  readonly name: string
  /** What `train` takes it for; null for a column that is left out. */
  readonly kind: string | null
  /** Why it is left out. */
  readonly why: string
  readonly count: number
  readonly missing: number
  /** Null for more than 10 000. */
  readonly distinct: number | null
  /** Of columns of numbers. */
  readonly range: { readonly low: number; readonly high: number; readonly mean: number; readonly median: number } | null
  /** The most frequent values. */
  readonly values: readonly (readonly [text: string, count: number])[]
}

/** What a table holds and what `train` would choose. */
export interface TableSummary {
  readonly name: string
  readonly rows: number
  readonly notes: readonly string[]
  readonly columns: readonly ColumnSummary[]
  readonly problems: readonly string[]
  /** What `train` would choose for the targets; undefined where none are given. */
  readonly choices: readonly string[] | undefined
}

/** The number of frequent values that are kept. */
const mostValues = 10

/** Reads a table and describes it. `targets` are columns to predict. */
export async function describeTable(source: TableSource, targets: readonly string[]): Promise<TableSummary> {
  const profile = await profileTable(source)
  return {
    name: source.name,
    rows: profile.rowCount,
    notes: source.notes,
    columns: profile.columns.map((column) => summaryOf(column, profile)),
    problems: findProblems(profile, targets),
    choices: targets.length > 0 ? await choicesFor(profile, source, targets) : undefined,
  }
}

async function choicesFor(profile: TableProfile, rows: TableSource, targets: readonly string[]): Promise<string[]> {
  const plan = inferPlan(profile, { target: targets })
  const coder = new TableCoder(await learnTable(rows, plan))
  const { validation, test = 0 } = defaultParts(profile.rowCount)
  const rowCount = Math.round(profile.rowCount * (1 - validation - test))
  return [...plan.choices, ...designModel(coder, rowCount).choices]
}

function summaryOf(column: ColumnProfile, profile: TableProfile): ColumnSummary {
  const { name, count, missing, distinct, values, numbers, low, high, mean, median } = column
  const { kind, why } = inferKind(column, profile)
  const isNumber = numbers > 0 && numbers >= count / 2
  return {
    name,
    kind: why === '' ? (kind ?? null) : null,
    why,
    count,
    missing,
    distinct: distinct ?? null,
    range: isNumber ? { low, high, mean, median } : null,
    values: values.slice(0, mostValues),
  }
}
