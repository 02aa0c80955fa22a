import { DataError } from '@gradus/core'
import { tableFormats } from './all.ts'
import type { TableFormat, TableInput } from './format.ts'
import { json } from './json.ts'
import { startsWithin } from './jsonl.ts'
import { unreadReason } from './unread.ts'

/** The format of a file by its first bytes and its ending. Throws `DataError` for files that are not read, with what to do instead. */
export function recognize({ name, path = '' }: TableInput, start: Uint8Array): TableFormat {
  const lower = path.toLowerCase()
  const files = tableFormats.filter(({ folderOf: folder }) => !folder)
  const named = files.find(({ extensions }) => extensions.some((ending) => lower.endsWith(ending)))
  const matching = files.find((format) => format.matches(start))
  const isBinary = matching && !['csv', 'json', 'jsonl'].includes(matching.name)
  if (isBinary && !(named && isText(named) && matching.name === 'idx')) return matching
  const reason = unreadReason(start, named ? '' : lower)
  if (reason) throw new DataError(`${name} ${reason}`)
  // many programs write JSONL to files named .json, and the other way round
  if (named?.name === 'json' && matching?.name === 'jsonl') return matching
  if (named?.name === 'jsonl' && startsWithin(new TextDecoder().decode(start))) return json
  const format = named ?? matching
  if (format) return format
  throw new DataError(
    `${name} is of no known format: it begins with ${hexOf(start)}. Give a table as CSV, JSON, JSONL, Parquet or NumPy.`,
  )
}

function isText({ name }: TableFormat): boolean {
  return ['csv', 'json', 'jsonl', 'text'].includes(name)
}

function hexOf(bytes: Uint8Array): string {
  return `the bytes ${[...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`
}
