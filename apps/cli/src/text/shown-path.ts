import { relative } from 'node:path'

/** A path as a user of the folder `cwd` would give it: relative to it, or absolute where it is outside. */
export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short.startsWith('..') ? path : short || '.'
}
