import { notData } from '@gradus/datasets/internals'
import { type UnreadKind, unreadKinds } from './unread-kinds.ts'

/** Returns what a file is that is not read, and what to do, as a sentence each; undefined for other files. */
export function unreadReason(start: Uint8Array, path: string): string | undefined {
  const wrong = notData(start)
  if (wrong) return `is ${wrong}. Download the data itself.`
  const found = byBytes(start) ?? byEnding(path)
  return found && `is ${found.title}, which is not read as a table. ${found.remedy}.`
}

/** Whether a file is an archive that may hold a table, and no document or model that is stored as one. */
export function mayHoldTable(start: Uint8Array, path: string): boolean {
  const named = byEnding(path)
  return byBytes(start)?.holdsFiles === true && (named === undefined || named.holdsFiles === true)
}

function byBytes(start: Uint8Array): UnreadKind | undefined {
  return unreadKinds().find((kind) => kind.matches(start))
}

function byEnding(path: string): UnreadKind | undefined {
  const lower = path.toLowerCase()
  return unreadKinds().find(({ extensions }) => extensions.some((ending) => lower.endsWith(ending)))
}
