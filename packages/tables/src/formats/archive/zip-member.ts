import { ConfigError, DataError, describeName, suggest } from '@gradus/core'
import { joined, zipEntries } from '@gradus/datasets/internals'
import type { TableInput } from '../format.ts'
import { head } from './gunzipped.ts'

/** The bytes that are read by inflating again rather than from memory. */
const headBytes = 2 ** 20
/** The most bytes of a file that is held in memory. */
const maxBytes = 2 ** 31

/**
 * The file in a zip archive that is a table by its name, or the one that `within` names. It is inflated piece by piece; only `read`
 * beyond the start holds it in memory. `isNamed` says that `within` is its name. Undefined where there is none. Throws `ConfigError` where there are several.
 */
export async function zipMember(
  input: TableInput,
  within: string | undefined,
  isTable: (path: string) => boolean,
): Promise<{ readonly input: TableInput; readonly isNamed: boolean } | undefined> {
  const file = { size: input.size, read: (offset: number, length: number) => input.read(offset, offset + length) }
  const entries = []
  for await (const entry of zipEntries(file, input.name)) {
    const isHidden = entry.name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')
    if (!entry.folder && !isHidden) entries.push(entry)
    if (entries.length > 10_000) throw new DataError(`${input.name} holds more than 10000 files. Unpack it.`)
  }
  const named = entries.find(({ name }) => name === within)
  const found = named ? [named] : entries.filter(({ name }) => isTable(name))
  if (within !== undefined && !named && found.length !== 1) {
    const known = entries.slice(0, 20).map(({ name }) => name.slice(0, 100))
    throw new ConfigError(`${input.name} has no file ${describeName(within)}.${suggest(within, known)}`)
  }
  if (found.length > 1) {
    const shown = found.slice(0, 10).map(({ name }) => name.slice(0, 100))
    throw new ConfigError(
      `${input.name} holds ${found.length} tables. Say which with within: ${describeName(shown[0]!)} (known: ${shown.join(', ')}).`,
    )
  }
  const [entry] = found
  if (!entry) return undefined
  const title = `${describeName(entry.name)} in ${input.name}`
  let whole: Promise<Uint8Array> | undefined
  const member: TableInput = {
    name: title,
    path: entry.name,
    size: entry.size,
    async read(start = 0, end = entry.size) {
      if (end <= headBytes && !whole) return (await head(entry.chunks(), end)).subarray(start)
      whole ??= joined(entry.chunks(), title, maxBytes)
      return (await whole).subarray(start, end)
    },
    pieces: () => entry.chunks(),
  }
  return { input: member, isNamed: named !== undefined }
}
