import { FormatError } from '@gradus/core'
import type { Chunks } from '../files/bytes.ts'

/** A file or a folder in an archive. */
export interface Entry {
  /** The path in the archive, with `/`. */
  readonly name: string
  readonly folder: boolean
  /** The bytes that the archive states. */
  readonly size: number
  /** The contents; of a tar file only until the next entry is asked for. */
  chunks(): Chunks
}

/** How many entries an archive may have. */
export const maxEntries = 2_000_000

/**
 * Returns the path of an entry as a list of names. Throws `FormatError` if it would be outside the folder into which the archive is
 * extracted, or is no path on some systems.
 */
export function safePath(archive: string, name: string): string[] {
  const refuse = (why: string): never => {
    const shown = JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}...` : name)
    throw new FormatError(`${archive} has an entry ${shown}, which ${why}. Nothing is extracted.`)
  }
  if (name.includes('\0')) refuse('has a character of code 0 in its name')
  const parts = name.replaceAll('\\', '/').split('/')
  if (/^[/\\]/.test(name) || /^[a-z]:/i.test(name)) refuse('is an absolute path')
  const kept = parts.filter((part) => part !== '' && part !== '.')
  if (kept.includes('..')) refuse("climbs with '..' out of the folder")
  if (kept.length > 100 || kept.some((part) => part.length > 255)) refuse('has too long a path')
  return kept
}
