import { DataError, FormatError } from '@gradus/core'
import type { ParquetFile, ParquetMetadata, ParquetSchema } from '../platform-parquet.ts'
import { pageProblem } from './check-pages.ts'
import type { PageCompressors } from './open-file.ts'

/** Throws `FormatError` where numbers of rows and sizes cannot be, before anything is allocated for them. */
export function requireSizes(
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

/** The largest definition and repetition levels of the columns, by their paths. */
export function levelsOf(
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
export async function checkGroup(
  name: string,
  file: ParquetFile,
  group: ParquetMetadata['row_groups'][number],
  levels: ReturnType<typeof levelsOf>,
  compressors: PageCompressors,
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
