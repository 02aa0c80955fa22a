import { ConfigError, describeValue } from '@gradus/core'
import { type CsvRecord, CsvSplitter, whitespace } from '@gradus/data/internals'
import type { TableChunk, TableSource } from '../source.ts'
import type { TableFormat, TableInput, TableOptions } from './format.ts'
import { isBlank } from './text/cell-forms.ts'
import { ChunkBuilder } from './text/chunk-builder.ts'
import { type Encoding, isText, readSample, textPieces } from './text/decode.ts'
import { findLayout, type Layout } from './text/layout.ts'
import { endOfLine, withoutLines } from './text/lines.ts'
import { swallowsRows } from './text/sniff.ts'
import { WidthProblems } from './text/width-problems.ts'

/** The options of delimited text. */
export const csvOptions = ['delimiter', 'header', 'decimal', 'quote', 'encoding', 'comment', 'skip'] as const

/** The most rows that are read after one that is wrong, to list others. */
const maxAfterProblem = 50_000

/**
 * Rows of text with a delimiter between cells: CSV, TSV and the like. The delimiter, the header, quotes, comments, the decimal mark and
 * the encoding are found out by the first 256 KiB.
 */
export const csv: TableFormat = {
  name: 'csv',
  title: 'a CSV file',
  extensions: ['.csv', '.tsv', '.tab', '.psv', '.ssv', '.data', '.dat'],
  options: csvOptions,
  isText: true,
  certainty: (start) => (isText(start) ? 0.1 : 0),
  async open(input, given): Promise<TableSource> {
    const sample = await readSample(input, given.encoding)
    const start = sample.text.replace(/^\ufeff/, '')
    const stated = given.skip === undefined ? statedDelimiter(start) : undefined
    const options = { ...given, ...(stated && { delimiter: stated, skip: 1 }), ...delimiterOf(given) }
    const { skip = 0 } = options
    const body = start.slice(endOfLine(start, skip))
    const layout = findLayout(input.name, body, sample.isWhole, options, /\.(tsv|tab)$/i.test(input.path ?? ''))
    const { encoding } = sample
    return new CsvTableSource(input, layout, encoding, skip, options.quote === undefined)
  },
}

/** The delimiter in the line `sep=;` with which Excel begins some files. */
function statedDelimiter(start: string): string | undefined {
  return /^"?sep=([^\r\n])"?[\r\n]/i.exec(start)?.[1]
}

/** Reads `tab` and `\t` as the character. Throws `ConfigError` for what is no delimiter. */
function delimiterOf({ delimiter, quote, comment }: TableOptions): { delimiter?: string } {
  for (const [name, mark] of Object.entries({ quote, comment })) {
    if (typeof mark === 'string' && (mark.length !== 1 || /\s/.test(mark)))
      throw new ConfigError(`'${name}' must be one character, or null for none, and is ${describeValue(mark)}.`)
  }
  if (delimiter === undefined) return {}
  const meant = delimiter === '\\t' || delimiter === 'tab' ? '\t' : delimiter
  if (meant !== whitespace && (meant.length !== 1 || /["\r\n]/.test(meant) || meant === quote)) {
    throw new ConfigError(
      `'delimiter' must be one character other than a quote or a line end, or 'whitespace' for runs of spaces, and is ${describeValue(delimiter)}.`,
    )
  }
  return { delimiter: meant === ' ' ? whitespace : meant }
}

class CsvTableSource implements TableSource {
  readonly columns: readonly string[]
  readonly notes: string[]
  readonly decimal: '.' | ','

  constructor(
    private readonly input: TableInput,
    private readonly layout: Layout,
    private readonly encoding: Encoding,
    private readonly skip: number,
    private readonly findsOpenQuotes: boolean,
  ) {
    this.columns = layout.names
    this.decimal = layout.decimal
    this.notes = [...(encoding.note ? [encoding.note] : []), ...layout.notes]
  }

  get name(): string {
    return this.input.name
  }

  async *chunks(): AsyncGenerator<TableChunk> {
    const { delimiter } = this.layout
    const reader = new RowReader(this.input.name, this.layout, this.skip, this.findsOpenQuotes)
    const splitter = new CsvSplitter(delimiter, (record) => reader.read(record), this.layout)
    const decoded = textPieces(this.input, this.encoding, this.notes)
    for await (const text of this.skip > 0 ? withoutLines(decoded, this.skip) : decoded) {
      splitter.push(text)
      if (reader.isDone || splitter.problem) break
      if (!reader.hasProblems) yield* reader.full.splice(0)
    }
    if (!reader.isDone) splitter.end()
    if (splitter.problem || reader.hasProblems)
      reader.problems.fail(splitter.problem, reader.isDone ? undefined : reader.lastLine)
    yield* reader.full
    if (!reader.rows.isEmpty) yield reader.rows.take()
    this.note(reader.blankRows > 0, 'Rows without any value are left out.')
  }

  private note(holds: boolean, note: string): void {
    if (holds && !this.notes.includes(note)) this.notes.push(note)
  }
}

/** Puts the cells of records into columns. */
class RowReader {
  readonly full: TableChunk[] = []
  readonly rows: ChunkBuilder<string>
  readonly problems: WidthProblems
  blankRows = 0
  lastLine = 0
  private readonly width: number
  private skipped: number
  private afterProblem = 0

  constructor(
    name: string,
    private readonly layout: Layout,
    private readonly skip: number,
    private readonly findsOpenQuotes: boolean,
  ) {
    this.width = layout.names.length
    this.skipped = layout.skipped
    this.rows = new ChunkBuilder(this.width, 'line')
    this.problems = new WidthProblems(name, this.width, layout.delimiter, layout.comment, skip)
  }

  get hasProblems(): boolean {
    return this.problems.count > 0
  }

  /** Whether nothing more needs to be read. */
  get isDone(): boolean {
    return this.problems.isFull || this.afterProblem > maxAfterProblem
  }

  read(record: CsvRecord): void {
    const { cells } = record
    const { width } = this
    this.lastLine = record.end
    if (isBlank(cells[0]!) && cells.every(isBlank)) {
      this.blankRows++
      return
    }
    if (this.skipped > 0) {
      this.skipped--
      return
    }
    if (this.hasProblems) this.afterProblem++
    if (cells.length !== width && !(cells.length > width && cells.slice(width).every(isBlank))) {
      this.problems.add(record)
      return
    }
    if (record.end > record.line && this.findsOpenQuotes && swallowsRows(cells, this.layout.delimiter)) {
      this.problems.addOpenQuote(record)
      return
    }
    const { columns } = this.rows
    for (let column = 0; column < width; column++) columns[column]!.push(cells[column]!)
    if (this.rows.endRow(record.line + this.skip)) this.full.push(this.rows.take())
  }
}
