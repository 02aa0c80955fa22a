import { describeName } from '@gradus/core'
import type { ColumnProfile, TableProfile } from './column-profile.ts'

/** The smallest number of rows of a class from which it is learned. */
const leastRows = 10

/** The largest number of names in a sentence. */
const listed = 5

/**
 * Finds what is likely wrong with a table, a sentence each with its cause and what to do: names that differ in case, columns with many
 * missing values, rare classes, a delimiter that was not found. `target` names the columns that are predicted.
 *
 * @example
 * import { findProblems, profileTable, rowsSource } from '@gradus/tables'
 * const rows = ['Setosa', 'setosa', 'Virginica'].map((kind, i) => ({ size: i * i, kind }))
 * findProblems(await profileTable(rowsSource(rows)))
 * // => ["'kind': 'Setosa' and 'setosa' differ in case only. If they are the same, write them alike."]
 */
export function findProblems({ columns, rowCount }: TableProfile, target: readonly string[] = []): string[] {
  const problems = columns.flatMap((column) => [
    ...alike(column),
    ...(target.includes(column.name) ? problemsOfTarget(column, rowCount) : missing(column, rowCount)),
  ])
  const [only] = columns
  if (
    columns.length === 1 &&
    only &&
    only.arrays === 0 &&
    Object.keys(only.forms).length === 0 &&
    rowCount > 0 &&
    only.name !== 'text'
  )
    problems.unshift(oneColumn(only.name))
  return problems
}

/** The sentence about a table of one column: its name shows the delimiter where the names of the columns are in it. */
function oneColumn(name: string): string {
  const mark = [';', '\t', '|', ','].find((one) => name.includes(one))
  if (mark === undefined)
    return `The table has one column, ${describeName(name)}. If its cells hold several values, set delimiter to the character between them.`
  return `The table has one column, ${describeName(name)}. It seems to be separated by ${mark === '\t' ? 'tabs: set delimiter: tab' : `'${mark}': set delimiter: '${mark}'`}.`
}

/** Names that differ in case or spaces only. */
function alike({ name, values, numbers, count, distinct }: ColumnProfile): string[] {
  if (distinct === undefined || distinct > 1000 || numbers > count / 2) return []
  const groups = new Map<string, string[]>()
  for (const [text] of values) {
    const key = text.toLowerCase().replace(/[\s_-]+/g, ' ')
    groups.set(key, [...(groups.get(key) ?? []), text])
  }
  const pairs = [...groups.values()].filter(({ length }) => length > 1)
  if (pairs.length === 0) return []
  const shown = pairs.slice(0, listed).map((group) => group.map((one) => `'${one}'`).join(' and '))
  const more = pairs.length > listed ? ` and ${pairs.length - listed} more` : ''
  const isCase = pairs.every((group) => new Set(group.map((one) => one.toLowerCase())).size === 1)
  return [
    `'${name}': ${shown.join(', ')}${more} differ in ${isCase ? 'case' : 'case, spaces or hyphens'} only. If they are the same, write them alike.`,
  ]
}

function missing({ name, missing: empty, count }: ColumnProfile, rowCount: number): string[] {
  if (count === 0 || empty <= rowCount / 2) return []
  return [
    `'${name}': ${empty} of ${rowCount} values are missing. To leave the column out, set columns: { ${name}: null }.`,
  ]
}

function problemsOfTarget(
  { name, missing: empty, missingTexts, values, distinct, numbers, count }: ColumnProfile,
  rowCount: number,
): string[] {
  const problems: string[] = []
  if (empty > 0) {
    const texts = missingTexts.slice(0, listed).map(([text, rows]) => `'${text}' (${rows})`)
    const means =
      texts.length === 1 ? 'means a missing value; if it is a class' : 'mean missing values; if one is a class'
    const remedy = numbers < count && texts.length > 0 ? ` ${texts.join(', ')} ${means}, set missingTexts: [''].` : ''
    problems.push(`${empty} of ${rowCount} rows have no '${name}' and are left out.${remedy}`)
  }
  const isClasses = distinct !== undefined && distinct <= 100 && (numbers < count || distinct <= 12)
  if (!isClasses || values.length < 2) return problems
  const rare = numbers < count ? values.filter(([, rows]) => rows < leastRows) : []
  if (rare.length > 0) {
    const shown = rare.slice(0, listed).map(([text, rows]) => `'${text}' (${rows})`)
    problems.push(
      `'${name}': few rows have ${shown.join(', ')}${rare.length > listed ? ` and ${rare.length - listed} more` : ''}; from fewer than ${leastRows} little is learned.`,
    )
  }
  if (values[0]![1] > 0.9 * count)
    problems.push(
      `'${name}': ${((100 * values[0]![1]) / count).toFixed(1)} % of the rows are '${values[0]![0]}'. To give the others more weight, set classWeight: balanced.`,
    )
  return problems
}
