import { DataError, FormatError } from '@gradus/core'
import { startsWith } from '@gradus/datasets/internals'
import type { Cell } from '../cell.ts'
import type { TableChunk, TableSource } from '../source.ts'
import { wholeBytes } from './archive/gunzipped.ts'
import type { TableFormat, TableInput } from './format.ts'
import { pageProblem } from './parquet/check-pages.ts'
import {
  type Hyparquet,
  loadCompressors,
  loadParquet,
  type ParquetFile,
  type ParquetMetadata,
  type ParquetSchema,
} from './platform-parquet.ts'
import { rowsPerChunk } from './text/chunk-builder.ts'

/** The cells that are decoded at once. A group of rows with more is read in parts; pages of other parts are skipped. */
const windowCells = 2 ** 21
/** The most bytes of a page, and of compressed pages that are held in memory. */
const maxPage = 2 ** 28
const maxHeld = 2 ** 26

/**
 * Parquet files, by the package hyparquet, which is loaded when the first one is opened. Groups of columns become columns such as `a.b`;
 * integers of 64 bits are numbers where these have all digits.
 */
export const parquet: TableFormat = {
  name: 'parquet',
  title: 'a Parquet file',
  extensions: ['.parquet', '.pq', '.parq'],
  options: [],
  matches: (start) => startsWith(start, [0x50, 0x41, 0x52, 0x31]),
  async open(input): Promise<TableSource> {
    const library = await loadParquet(input.name)
    const file = await parquetFile(input)
    const metadata = await guarded(input.name, () => library.parquetMetadataAsync(file))
    const leaves = await guarded(input.name, async () => leavesOf(library.parquetSchema(metadata)))
    requireSizes(input.name, metadata, file.byteLength, leaves.length)
    return {
      name: input.name,
      columns: leaves.map((path) => path.join('.')),
      notes: [],
      rowCount: Number(metadata.num_rows),
      chunks: () => readRows(input.name, library, file, metadata, leaves),
    }
  },
}

async function parquetFile(input: TableInput): Promise<ParquetFile> {
  const bytes = Number.isNaN(input.size) ? await wholeBytes(input, 2 ** 31, 'Unpack it.') : undefined
  const byteLength = bytes?.length ?? input.size
  const held = new Map<string, ArrayBuffer>()
  let size = 0
  return {
    byteLength,
    async slice(start, end = byteLength) {
      // the windows of a row group need the same bytes again
      const key = `${start} ${end}`
      const known = held.get(key)
      if (known) return known
      const piece = (await (bytes ? bytes.subarray(start, end) : input.read(start, end))).slice().buffer
      size += piece.byteLength
      for (const [old, { byteLength: length }] of held) {
        if (size <= maxHeld) break
        held.delete(old)
        size -= length
      }
      if (size <= maxHeld) held.set(key, piece)
      return piece
    },
  }
}

/** Runs code of hyparquet, which throws errors of any kind for damaged files. */
async function guarded<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (cause instanceof DataError || cause instanceof FormatError) throw cause
    const message = (cause as Error)?.message ?? ''
    const reason = /^parquet /.test(message) ? `: ${message.replace(/^parquet /, '').slice(0, 200)}` : ''
    throw new FormatError(`${name} is a damaged or unusual Parquet file${reason}. Write it again, or save it as CSV.`, {
      cause,
    })
  }
}

/** The paths of the columns: those of groups that are no lists and no maps are opened. */
function leavesOf(schema: ParquetSchema): readonly (readonly string[])[] {
  return schema.children.flatMap(({ element, children }): (readonly string[])[] => {
    const { name, converted_type: converted, logical_type: logical, repetition_type: repetition } = element
    const isGroup = children.length > 0 && repetition !== 'REPEATED' && converted === undefined && logical === undefined
    if (!isGroup) return [[name]]
    return leavesOf({ element, children }).map((path) => [name, ...path])
  })
}

/** Throws `FormatError` where numbers of rows and sizes cannot be, before anything is allocated for them. */
function requireSizes(
  name: string,
  { num_rows: rows, row_groups: groups }: ParquetMetadata,
  fileSize: number,
  columns: number,
): void {
  const damaged = (what: string) => new FormatError(`${name} is damaged: ${what}.`)
  if (columns === 0) throw damaged('it has no columns')
  let sum = 0n
  for (const group of groups) {
    if (typeof group.num_rows !== 'bigint' || group.num_rows < 0n)
      throw damaged('a group of rows has no number of rows')
    sum += group.num_rows
    for (const { meta_data: meta, file_path: path } of group.columns) {
      if (path) throw damaged('its columns are in other files')
      if (!meta) throw damaged('a column has no description')
      const sizes = [meta.num_values, meta.total_compressed_size, meta.data_page_offset]
      if (sizes.some((size) => typeof size !== 'bigint' || size < 0n)) throw damaged('a column has a wrong size')
      if (Number(meta.data_page_offset) + 1 > fileSize || Number(meta.total_compressed_size) > fileSize)
        throw damaged('a column lies beyond the end of the file')
      // a run takes some bytes for any number of values, but a page no more than 2^31
      if (Number(meta.num_values) > 2 ** 31) throw damaged('a column has too many values')
    }
  }
  if (sum !== rows) throw damaged(`it states ${rows} rows, and its groups have ${sum}`)
  if (rows === 0n) throw new DataError(`${name} has no rows.`)
}

async function* readRows(
  name: string,
  library: Hyparquet,
  file: ParquetFile,
  metadata: ParquetMetadata,
  leaves: readonly (readonly string[])[],
): AsyncGenerator<TableChunk> {
  const compressors = await compressorsFor(name, library, metadata)
  const levels = levelsOf(library.parquetSchema(metadata).children)
  const columns = [...new Set(leaves.map(([first]) => first!))]
  const windowRows = Math.max(1, Math.floor(windowCells / leaves.length))
  let start = 0
  for (const group of metadata.row_groups) {
    const groupEnd = start + Number(group.num_rows)
    await checkGroup(name, file, group, levels, compressors)
    for (; start < groupEnd; start = Math.min(start + windowRows, groupEnd)) {
      const end = Math.min(start + windowRows, groupEnd)
      const window = new RowWindow(start, end)
      await guarded(name, () =>
        library.parquetRead({
          file,
          metadata,
          columns,
          rowStart: start,
          rowEnd: end,
          compressors,
          onChunk: (chunk) => window.add(chunk.columnName, chunk.columnData, chunk.rowStart),
        }),
      )
      yield* window.chunks(name, leaves)
    }
  }
}

/** The largest definition and repetition levels of the columns, by their paths. */
function levelsOf(
  schema: readonly ParquetSchema[],
  path: readonly string[] = [],
  definition = 0,
  repetition = 0,
): Map<string, readonly [definition: number, repetition: number]> {
  const found = new Map<string, readonly [number, number]>()
  for (const { element, children } of schema) {
    const inner = [...path, element.name]
    const levels = [
      definition + (element.repetition_type === 'REQUIRED' ? 0 : 1),
      repetition + (element.repetition_type === 'REPEATED' ? 1 : 0),
    ] as const
    if (children.length === 0) found.set(inner.join('\0'), levels)
    for (const [key, value] of levelsOf(children, inner, ...levels)) found.set(key, value)
  }
  return found
}

/** Checks the pages of a group of rows. Throws `FormatError` for damaged ones. */
async function checkGroup(
  name: string,
  file: ParquetFile,
  group: ParquetMetadata['row_groups'][number],
  levels: ReturnType<typeof levelsOf>,
  compressors: Awaited<ReturnType<typeof compressorsFor>>,
): Promise<void> {
  for (const { meta_data: meta } of group.columns) {
    const { path_in_schema: path, codec, num_values: count, total_compressed_size: size } = meta!
    const start = Number(meta!.dictionary_page_offset || meta!.data_page_offset)
    const known = levels.get(path.join('\0'))
    const column = `its column ${JSON.stringify(path.join('.').slice(0, 100))}`
    if (!known) throw new FormatError(`${name} is damaged: ${column} is not in its schema.`)
    if (known[1] === 0 && count !== group.num_rows)
      throw new FormatError(`${name} is damaged: ${column} has ${count} values for ${group.num_rows} rows.`)
    const problem = pageProblem(new Uint8Array(await file.slice(start, start + Number(size))), {
      codec,
      valueCount: Number(count),
      maxDefinition: known[0],
      maxRepetition: known[1],
      decompress: (input, length) => {
        const run = compressors[codec]
        if (!run) throw new RangeError(`it is compressed by ${codec}`)
        return run(input, length)
      },
    })
    if (problem) throw new FormatError(`${name} is damaged: in ${column}, ${problem}.`)
  }
}

/** Decompressors that refuse pages of impossible sizes. */
async function compressorsFor(name: string, library: Hyparquet, { row_groups: groups }: ParquetMetadata) {
  const codecs = new Set(groups.flatMap(({ columns }) => columns.map(({ meta_data: meta }) => meta!.codec)))
  const further = [...codecs].filter((codec) => codec !== 'UNCOMPRESSED' && codec !== 'SNAPPY')
  const loaded = further.length > 0 ? await loadCompressors(name, String(further[0])) : {}
  const limited: Record<string, (input: Uint8Array, length: number) => Uint8Array> = {}
  for (const [codec, run] of Object.entries(loaded)) {
    limited[codec] = (input, length) => run(input, requirePage(name, input.length, length))
  }
  limited['SNAPPY'] = (input, length) => {
    const output = new Uint8Array(requirePage(name, input.length, length))
    library.snappyUncompress(input, output)
    return output
  }
  return limited
}

function requirePage(name: string, compressed: number, length: number): number {
  if (length >= 0 && length <= maxPage) return length
  throw new FormatError(`${name} is damaged: a page of ${compressed} bytes states ${length} bytes.`)
}

/** The cells of some rows, from pages that may have others too. */
class RowWindow {
  private readonly columns = new Map<string, { values: ArrayLike<unknown>; offset: number }>()

  constructor(
    private readonly start: number,
    private readonly end: number,
  ) {}

  add(column: string, values: ArrayLike<unknown>, at: number): void {
    const { start, end } = this
    if (at <= start && at + values.length >= end) {
      this.columns.set(column, { values, offset: start - at })
      return
    }
    let known = this.columns.get(column)
    if (!known) {
      known = { values: [], offset: 0 }
      this.columns.set(column, known)
    }
    const cells = known.values as unknown[]
    const to = Math.min(values.length, end - at)
    for (let i = Math.max(0, start - at); i < to; i++) cells[at + i - start] = values[i]
  }

  *chunks(name: string, leaves: readonly (readonly string[])[]): Generator<TableChunk> {
    const count = this.end - this.start
    const sources = leaves.map(([column]) => {
      const found = this.columns.get(column!)
      if (found && found.values.length >= count + found.offset) return found
      const shown = JSON.stringify(column!.slice(0, 100))
      throw new FormatError(`${name} is damaged: its column ${shown} lacks rows from row ${this.start + 1} on.`)
    })
    const step = rowsPerChunk(leaves.length)
    for (let at = 0; at < count; at += step) {
      const length = Math.min(step, count - at)
      const first = this.start + at
      const columns = leaves.map(([, ...path], index) => {
        const { values, offset } = sources[index]!
        const cells = new Array<Cell>(length)
        for (let row = 0; row < length; row++) cells[row] = cellOf(values[offset + at + row], path)
        return cells
      })
      yield { rowCount: length, columns, place: (row) => `row ${first + row + 1}` }
    }
  }
}

function cellOf(value: unknown, path: readonly string[]): Cell {
  let inner = value
  for (const name of path) inner = (inner as Record<string, unknown> | null | undefined)?.[name]
  return plain(inner, 0)
}

/** Integers of 64 bits as numbers where these have all digits, also in lists. */
function plain(value: unknown, depth: number): Cell {
  if (Array.isArray(value) && depth < 8) return value.map((inner) => plain(inner, depth + 1))
  if (typeof value !== 'bigint') return value as Cell
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
