import { ConfigError, DataError, describeValue, type HostArray, isPlainObject, suggest } from '@gradus/core'
import { type CsvColumn, type CsvValues, columnProblem, columnValues, readCell } from './csv-columns.ts'
import { type CsvRecord, CsvSplitter } from './csv-records.ts'
import { fileChunks } from './platform-files.ts'

/**
 * A source of CSV text: the text itself (a string with a line end), the path of a file (any other string), or pieces of text or
 * bytes, such as a stream. `{ text }` and `{ path }` make the meaning of a string explicit.
 */
export type CsvSource =
  | string
  | { readonly text: string }
  | { readonly path: string }
  | AsyncIterable<string | Uint8Array>
  | Iterable<string | Uint8Array>

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
}

/** The columns of a CSV file, as `readCsv` returns them. */
export class CsvTable<C extends Readonly<Record<string, CsvColumn>>> {
  constructor(
    readonly rowCount: number,
    /** Values by column, in the order of the file. */
    readonly columns: { readonly [K in keyof C]: CsvValues<C[K]> },
  ) {}

  /** Joins columns of numbers to a matrix for a model, float32 `[rows, names]`. Throws `ConfigError` for columns of texts. */
  matrix(names: readonly (keyof C & string)[]): HostArray {
    if (!Array.isArray(names)) {
      throw new ConfigError(
        `matrix takes a list of columns, as in matrix(['age', 'height']), and got ${describeValue(names)}.`,
      )
    }
    const data = new Float32Array(this.rowCount * names.length)
    names.forEach((name, position) => {
      const column = this.columns[name] as HostArray | readonly string[] | undefined
      if (column === undefined)
        throw new ConfigError(`matrix: there is no column '${name}'.${suggest(name, Object.keys(this.columns))}`)
      if (!('data' in column))
        throw new ConfigError(`matrix: the column '${name}' holds texts. Read it as a list of categories.`)
      for (let row = 0; row < this.rowCount; row++) data[row * names.length + position] = column.data[row]!
    })
    return { data, shape: [this.rowCount, names.length], dtype: 'float32' }
  }

  /** Returns the rows as objects of numbers and texts. Booleans are 0 and 1, categories their indices. */
  rows(): { readonly [K in keyof C]: C[K] extends 'string' ? string : number }[] {
    const entries = Object.entries(this.columns) as [string, HostArray | readonly string[]][]
    return Array.from({ length: this.rowCount }, (_, row) =>
      Object.fromEntries(entries.map(([name, column]) => [name, 'data' in column ? column.data[row] : column[row]])),
    ) as ReturnType<CsvTable<C>['rows']>
  }
}

/** The largest number of problems that a message lists; the others are counted. */
const maxListed = 10

/**
 * Reads and checks a CSV file. Throws `DataError` for empty cells, texts in columns of numbers, unknown categories, missing
 * columns, lines with too many or too few cells, and files without lines. It lists each problem with line, column, value and
 * expectation. Throws `ConfigError` for wrong options.
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
  const { columns, header = true, delimiter = ',', name } = checkedOptions(options)
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
  const reader = new RecordReader(columns, header, delimiter, name ?? nameOf(source))
  const splitter = new CsvSplitter(delimiter, (record) => reader.read(record))
  for await (const text of textsOf(source, reader.file)) {
    splitter.push(text)
    if (splitter.problem) break
  }
  splitter.end()
  if (splitter.problem) reader.report(splitter.problem.line, splitter.problem.problem)
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
    const known = ['columns', 'header', 'delimiter', 'name']
    if (!known.includes(key)) throw new ConfigError(`readCsv has no option '${key}'.${suggest(key, known)}`)
  }
  if (isPlainObject(given['columns'])) return options
  throw new ConfigError(
    given['columns'] === undefined
      ? `readCsv needs the option 'columns', the type of each column that is read, as in ${example}.`
      : `readCsv: 'columns' must be an object with the type of each column, as in ${example}, and is ${describeValue(given['columns'])}.`,
  )
}

function requireSource(source: unknown): void {
  if (typeof source === 'string') return
  const known = ['text', 'path', Symbol.asyncIterator, Symbol.iterator]
  if (typeof source === 'object' && source !== null && known.some((key) => key in source)) return
  throw new ConfigError(
    `readCsv reads a path, a text, { path }, { text } or pieces of bytes such as a stream, and got ${describeValue(source)}.`,
  )
}

/** Collects the columns and the problems of records. */
class RecordReader<C extends Readonly<Record<string, CsvColumn>>> {
  private readonly problems: string[] = []
  private problemCount = 0
  private width: number | undefined
  private rowCount = 0
  private readonly fields: {
    readonly name: string
    readonly column: CsvColumn
    index: number
    readonly values: (number | string)[]
  }[]

  constructor(
    columns: C,
    private readonly header: boolean,
    private readonly delimiter: string,
    readonly file: string,
  ) {
    this.fields = Object.entries(columns).map(([name, column], index) => ({ name, column, index, values: [] }))
    if (!header) this.width = this.fields.length
  }

  read({ line, cells }: CsvRecord): void {
    if (this.width === undefined) {
      this.readHeader(cells)
      return
    }
    this.rowCount++
    if (cells.length !== this.width) {
      const wanted = this.header ? `as many as the header` : `as many as 'columns'`
      this.report(line, `has ${cells.length} cells; expected ${this.width}, ${wanted}`)
      return
    }
    for (const { name, column, index, values } of this.fields) {
      const value = readCell(cells[index]!, column)
      if (typeof value !== 'object') values.push(value)
      else {
        const shown = cells[index]!.trim() === '' ? 'is empty' : `is ${describeValue(cells[index])}`
        this.report(line, `column '${name}' ${shown}; expected ${value.expected}`)
      }
    }
  }

  report(line: number, problem: string): void {
    this.problemCount++
    if (this.problems.length < maxListed) this.problems.push(`line ${line}: ${problem}`)
  }

  finish(): CsvTable<C> {
    if (this.problemCount > 0) {
      const more = this.problemCount - this.problems.length
      const list = this.problems.map((problem) => `\n  ${problem}`).join('')
      throw new DataError(
        `${this.file} cannot be used:${list}${more > 0 ? `\n  and ${more} more` : ''}\nCorrect the lines, or the types in 'columns'.`,
      )
    }
    if (this.rowCount === 0) {
      const problem =
        this.width === undefined ? 'is empty' : this.header ? 'has a header and no lines after it' : 'has no lines'
      throw new DataError(
        `${this.file} ${problem}. Give it ${this.header ? 'a header with the names of the columns and ' : ''}at least one line of values.`,
      )
    }
    const columns = Object.fromEntries(
      this.fields.map(({ name, column, values }) => [name, columnValues(values, column)]),
    )
    return new CsvTable(this.rowCount, columns as CsvTable<C>['columns'])
  }

  private readHeader(cells: readonly string[]): void {
    const names = cells.map((cell) => cell.trim())
    this.width = names.length
    for (const field of this.fields) {
      field.index = names.indexOf(field.name)
      if (field.index < 0) throw this.missing(field.name, names)
      if (names.indexOf(field.name, field.index + 1) >= 0) {
        throw new DataError(
          `${this.file}, line 1: the column '${field.name}' occurs twice. Give each column another name.`,
        )
      }
    }
  }

  private missing(name: string, names: readonly string[]): DataError {
    const other = [';', '\t', ',', '|'].find(
      (mark) => mark !== this.delimiter && names.length === 1 && names[0]!.includes(mark),
    )
    const hint = other
      ? ` If cells are separated by ${JSON.stringify(other)}, set delimiter: ${JSON.stringify(other)}.`
      : ''
    return new DataError(`${this.file}, line 1: there is no column '${name}'.${suggest(name, names)}${hint}`)
  }
}

function nameOf(source: CsvSource): string {
  if (typeof source === 'string') return isText(source) ? 'The CSV text' : source
  return 'path' in source ? source.path : 'The CSV text'
}

function isText(source: string): boolean {
  return source === '' || /[\r\n]/.test(source)
}

async function* textsOf(source: CsvSource, file: string): AsyncGenerator<string> {
  if (typeof source === 'string' || 'text' in source || 'path' in source) {
    const text =
      typeof source === 'string' ? (isText(source) ? source : undefined) : 'text' in source ? source.text : undefined
    if (text !== undefined) yield withoutMark(text)
    else yield* decoded(readable(fileChunks(file), file), file)
    return
  }
  yield* decoded(source, file)
}

async function* readable(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    const reason = code === 'ENOENT' ? 'it does not exist. Check the path; CSV text must hold a line end' : message
    throw new DataError(`The file '${file}' cannot be read: ${reason}.`, { cause })
  }
}

/** Decodes pieces of bytes; a character may be split between two pieces. */
async function* decoded(
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  file: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let first = true
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decode(decoder, chunk, file)
    if (text === '') continue
    yield first ? withoutMark(text) : text
    first = false
  }
  decode(decoder, undefined, file)
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array | undefined, file: string): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined })
  } catch {
    throw new DataError(`${file} is not UTF-8 text. Save it as UTF-8.`)
  }
}

/** Removes the byte order mark with which some programs start a file. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text
}
