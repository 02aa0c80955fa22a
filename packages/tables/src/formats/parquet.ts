import { DataError, FormatError } from '@gradus/core'
import { startsWith } from '@gradus/datasets/internals'
import type { TableChunk, TableSource } from '../source.ts'
import type { TableFormat } from './format.ts'
import { checkGroup, levelsOf, requireSizes } from './parquet/check-file.ts'
import { compressorsFor, parquetFile } from './parquet/open-file.ts'
import { RowWindow } from './parquet/row-window.ts'
import {
  type Hyparquet,
  loadParquet,
  type ParquetFile,
  type ParquetMetadata,
  type ParquetSchema,
} from './platform-parquet.ts'

/** The cells that are decoded at once. A group of rows with more is read in parts; pages of other parts are skipped. */
const windowCells = 2 ** 21

/**
 * Parquet files, by the package hyparquet, which is loaded when the first one is opened. Groups of columns become columns such as `a.b`;
 * integers of 64 bits are numbers where these have all digits.
 */
export const parquet: TableFormat = {
  name: 'parquet',
  title: 'a Parquet file',
  extensions: ['.parquet', '.pq', '.parq'],
  options: [],
  certainty: (start) => Number(startsWith(start, [0x50, 0x41, 0x52, 0x31])),
  async open(input): Promise<TableSource> {
    const library = await loadParquet(input.name)
    const file = await parquetFile(input)
    const metadata = await guarded(input.name, () => library.parquetMetadataAsync(file, { geoparquet: false }))
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
