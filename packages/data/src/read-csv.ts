import { ConfigError, describeValue, isPlainObject, suggest } from '@gradus/core'
import { type CsvColumn, columnProblem } from './csv-columns.ts'
import { RecordReader } from './csv-reader.ts'
import { CsvSplitter } from './csv-records.ts'
import { type CsvSource, nameOf, requireSource, textsOf } from './csv-source.ts'
import type { CsvTable } from './csv-table.ts'

/** Options of `readCsv`. */
export interface CsvOptions<C extends Readonly<Record<string, CsvColumn>>> {
  /** The types of the columns, by name. Other columns of the file are left out. */
  readonly columns: C
  /** Whether the first line has the names (default true). Otherwise `columns` must list all columns in order. */
  readonly header?: boolean
  /** The character between cells (default `,`). */
  readonly delimiter?: string
  /** The name of the source in messages (default its path). */
  readonly name?: string
  /** The largest number of lines of values that are read, the first ones (default all). */
  readonly rows?: number
}

/** The most numbers, and characters of texts, that the columns of a table hold. */
const maxSize = 2 ** 28

/**
 * Reads and checks a CSV file. Throws `DataError` for empty cells, texts in columns of numbers, unknown categories, missing
 * columns, lines with too many or too few cells, and files without lines. It lists each problem with line, column, value and
 * expectation. Throws it also for a cell of more than 1 MiB, such as that of a quote which is never closed, and for more than 2^28
 * numbers and characters in the columns. Throws `ConfigError` for wrong options.
 *
 * @example
 * import { readCsv } from '@gradus/data'
 * const table = await readCsv('age,city\n31,Rome\n4,Oslo\n', { columns: { age: 'number', city: ['Oslo', 'Rome'] } })
 * table.columns.city.data // => [1, 0]
 */
export async function readCsv<const C extends Readonly<Record<string, CsvColumn>>>(
  source: CsvSource,
  options: CsvOptions<C>,
): Promise<CsvTable<C>> {
  requireSource(source)
  const { columns, header = true, delimiter = ',', name, rows = Number.POSITIVE_INFINITY } = checkedOptions(options)
  for (const [key, column] of Object.entries(columns)) {
    const problem = columnProblem(column)
    if (problem) throw new ConfigError(`readCsv: the column '${key}' ${problem}.`)
  }
  if (Object.keys(columns).length === 0)
    throw new ConfigError("readCsv: 'columns' lists no columns, so nothing would be read.")
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    throw new ConfigError(
      `readCsv: 'delimiter' must be one character other than a quote or a line end and is ${describeValue(delimiter)}.`,
    )
  }
  if (!(rows === Number.POSITIVE_INFINITY || (Number.isInteger(rows) && rows > 0)))
    throw new ConfigError(`readCsv: 'rows' must be a positive whole number and is ${describeValue(rows)}.`)
  const reader = new RecordReader(columns, header, delimiter, name ?? nameOf(source), { rows, size: maxSize })
  const splitter = new CsvSplitter(delimiter, (record) => reader.read(record))
  for await (const text of textsOf(source, reader.file)) {
    splitter.push(text)
    if (splitter.problem || reader.done) break
  }
  if (!reader.done) splitter.end()
  if (splitter.problem && !reader.done) reader.report(splitter.problem.line, splitter.problem.problem)
  return reader.finish()
}

/** Throws `ConfigError` for options that `readCsv` does not have, and without columns. */
function checkedOptions<O extends CsvOptions<Readonly<Record<string, CsvColumn>>>>(options: O): O {
  const example = "readCsv(source, { columns: { age: 'number', city: 'string' } })"
  const given: unknown = options
  if (!isPlainObject(given)) {
    throw new ConfigError(`readCsv takes its options in one object, as in ${example}, and got ${describeValue(given)}.`)
  }
  for (const key of Object.keys(given)) {
    const known = ['columns', 'header', 'delimiter', 'name', 'rows']
    if (!known.includes(key)) throw new ConfigError(`readCsv has no option '${key}'.${suggest(key, known)}`)
  }
  if (isPlainObject(given['columns'])) return options
  throw new ConfigError(
    given['columns'] === undefined
      ? `readCsv needs the option 'columns', the type of each column that is read, as in ${example}.`
      : `readCsv: 'columns' must be an object with the type of each column, as in ${example}, and is ${describeValue(given['columns'])}.`,
  )
}
