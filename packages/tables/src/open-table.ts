import {
  ConfigError,
  checkFields,
  DataError,
  describeName,
  describeValue,
  type FieldTable,
  suggest,
} from '@gradus/core'
import { startsWith } from '@gradus/datasets/internals'
import { firstRows } from './first-rows.ts'
import { gunzipped } from './formats/archive/gunzipped.ts'
import { zipMember } from './formats/archive/zip-member.ts'
import type { TableFormat, TableInput, TableOptions } from './formats/format.ts'
import { recognize } from './formats/recognize.ts'
import { isTablePath, tableFormats } from './formats/table-formats.ts'
import { mayHoldTable } from './formats/unread.ts'
import { type TableFrom, tableInput } from './input.ts'
import type { TableSource } from './source.ts'

/** Options of `openTable`. */
export interface OpenOptions extends TableOptions {
  /** The name of the table in messages, and of its file where bytes have none: `digits.npz` (default: the path). */
  readonly name?: string
}

const fields = {
  name: 'string',
  format: 'string',
  delimiter: 'string',
  header: { type: ['boolean', 'strings'] },
  decimal: { oneOf: ['.', ','] },
  quote: 'string',
  encoding: 'string',
  comment: 'string',
  skip: { type: 'integer', min: 0 },
  rows: { type: 'integer', min: 1 },
  within: 'string',
} satisfies FieldTable

/**
 * Opens a table of rows: a CSV, TSV, JSON, JSONL, Parquet, NumPy (`.npy`, `.npz`), IDX or text file, each also compressed by gzip, or a
 * folder of images or texts by class. The format is recognized by the extension and the first bytes. The rows are read in chunks, as
 * texts from text files and as numbers, dates and booleans from others. `notes` says what was found out about the file.
 *
 * Throws `DataError` or `FormatError` where the file cannot be read, is damaged or is of another kind, with what to do instead, and
 * `ConfigError` for options that do not exist or do not apply. Chunks throw `DataError` with the lines that have a wrong number of cells.
 *
 * @example
 * import { openTable } from '@gradus/tables'
 * const table = await openTable('height;city\n1,82;Rome\n1,65;Oslo\n')
 * table.columns // => ['height', 'city']
 * table.decimal // => ','
 * table.notes // => ["The cells are separated by ';'.", 'Numbers have a decimal comma.']
 * const seen = []
 * for await (const { columns } of table.chunks()) seen.push(...columns)
 * seen // => [['1,82', '1,65'], ['Rome', 'Oslo']]
 */
export async function openTable(from: TableFrom, options: OpenOptions = {}): Promise<TableSource> {
  const { name, rows, ...others } = checkedOptions(options)
  const given = await tableInput(from, name)
  const { input, format, formatOptions = others } = given.files ? folderOf(given, others) : await fileOf(given, others)
  requireApplicable(input.name, format, formatOptions)
  const source = await format.open(input, formatOptions)
  return rows === undefined ? source : firstRows(source, rows)
}

function checkedOptions(options: OpenOptions): OpenOptions {
  checkFields('openTable', options, fields)
  const set = Object.entries(options).filter(
    ([key, value]) => value !== undefined && (value !== null || key === 'quote' || key === 'comment'),
  )
  const given = Object.fromEntries(set) as OpenOptions
  if (given.format !== undefined && !tableFormats().some(({ name }) => name === given.format)) {
    throw new ConfigError(
      `openTable has no format ${describeName(given.format)}.${suggest(
        given.format,
        tableFormats().map(({ name }) => name),
      )}`,
    )
  }
  if (Array.isArray(given.header) && given.header.length === 0)
    throw new ConfigError("openTable: 'header' is an empty list. Give it a name for each column.")
  return given
}

interface Opened {
  readonly input: TableInput
  readonly format: TableFormat
  /** The options of the format, where not all are for it. */
  readonly formatOptions?: TableOptions
}

async function fileOf(given: TableInput, options: TableOptions): Promise<Opened> {
  const isGzip = startsWith(await given.read(0, 2), [0x1f, 0x8b])
  const outer = isGzip ? gunzipped(given) : given
  const first = await outer.read(0, 4096)
  if (first.length === 0)
    throw new DataError(
      `${outer.name} is empty. Give it a line with the names of the columns, and a line for each row.`,
    )
  const { within, ...others } = options
  const member = !isGzip && isArchive(first, outer.path ?? '') ? await zipMember(outer, within, isTablePath) : undefined
  const input = member?.input ?? outer
  const formatOptions = member?.isNamed ? others : options
  if (options.format === undefined) {
    const format = recognize(input, member ? await input.read(0, 4096) : first)
    return { input, format, formatOptions }
  }
  const format = tableFormats().find(({ name }) => name === options.format)!
  if (format.folderOf)
    throw new ConfigError(`${input.name} is a file, and the format '${format.name}' reads ${format.title}.`)
  return { input, format, formatOptions }
}

/** Whether a file is an archive with a table in it, rather than a table itself. */
function isArchive(start: Uint8Array, path: string): boolean {
  const lower = path.toLowerCase()
  const isTable = tableFormats().some(
    (format) =>
      !format.isText && (format.certainty?.(start) === 1 || format.extensions.some((ending) => lower.endsWith(ending))),
  )
  return !isTable && mayHoldTable(start, path)
}

function folderOf(input: TableInput, { format: name }: TableOptions): Opened {
  const formats = tableFormats().filter(({ folderOf: folder }) => folder)
  if (name !== undefined) {
    const format = formats.find((one) => one.name === name)
    if (!format)
      throw new ConfigError(
        `${input.name} is a folder, and the format '${name}' reads a file. Give the path of a file in it.`,
      )
    return { input, format }
  }
  const paths = input.files!.map(({ path }) => path.toLowerCase())
  const counts = formats.map(
    ({ folderOf: endings }) => paths.filter((path) => endings!.some((ending) => path.endsWith(ending))).length,
  )
  const most = Math.max(...counts)
  if (most > 0) return { input, format: formats[counts.indexOf(most)]! }
  const tables = input.files!.filter(({ path }) => isTablePath(path))
  const hint =
    tables.length > 0
      ? ` It has ${tables
          .slice(0, 5)
          .map(({ path }) => describeName(path))
          .join(', ')}: give the path of one of them.`
      : ''
  throw new DataError(`The folder ${input.name} has no images and no text files.${hint}`)
}

function requireApplicable(source: string, format: TableFormat, options: TableOptions): void {
  for (const [key, value] of Object.entries(options)) {
    if (key === 'format' || format.options.includes(key as keyof TableOptions)) continue
    throw new ConfigError(
      `${source} is ${format.title}, for which the option '${key}' (${describeValue(value)}) does not apply. Leave it out.`,
    )
  }
}
