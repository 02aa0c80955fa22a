import { DataError } from '@gradus/core'
import type { TableFormat, TableInput } from './format.ts'
import { isTablePath, tableFormats } from './table-formats.ts'
import { unreadReason } from './unread.ts'
import { unreadKinds } from './unread-kinds.ts'

/** The format of a file by its first bytes and its ending. Throws `DataError` for files that are not read, with what to do instead. */
export function recognize({ name, path = '' }: TableInput, start: Uint8Array): TableFormat {
  const lower = path.toLowerCase()
  const files = tableFormats().filter(({ folderOf: folder }) => !folder)
  const named = files.find(({ extensions }) => extensions.some((ending) => lower.endsWith(ending)))
  const { format: likely, certainty } = likeliest(files, start)
  // a file of text by its name may begin with bytes that are the signature of another by chance, but for sure ones
  if (likely && !likely.isText && (certainty === 1 || !named?.isText)) return likely
  const reason = unreadReason(start, named ? '' : lower)
  if (reason) throw new DataError(`${name} ${reason}`)
  const format = named?.contradicts?.(start) ? (likely ?? named) : (named ?? likely)
  if (format) return format
  throw new DataError(
    `${name} is of no known format: it begins with ${hexOf(start)}. Give a table as CSV, JSON, JSONL, Parquet or NumPy.`,
  )
}

/**
 * Whether a file has the name of a table: an ending of a format that is read, or of one for which `openTable` says what to do instead.
 *
 * @example
 * import { isTableName } from '@gradus/tables'
 * ['rows.csv.gz', 'flights.parquet', 'table.xlsx', 'notes'].filter(isTableName) // => ['rows.csv.gz', 'flights.parquet', 'table.xlsx']
 */
export function isTableName(path: string): boolean {
  const name = path.toLowerCase().replace(/\.gz$/, '')
  return isTablePath(path) || unreadKinds().some(({ extensions }) => extensions.some((ending) => name.endsWith(ending)))
}

/** The format that bytes are most surely of. */
function likeliest(formats: readonly TableFormat[], start: Uint8Array): { format?: TableFormat; certainty: number } {
  const [best] = formats
    .map((format) => ({ format, certainty: format.certainty?.(start) ?? 0 }))
    .sort((a, b) => b.certainty - a.certainty)
  return best && best.certainty > 0 ? best : { certainty: 0 }
}

function hexOf(bytes: Uint8Array): string {
  return `the bytes ${[...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`
}
