import { DataError } from '@gradus/core'

interface NodeModules {
  'fs/promises': typeof import('node:fs/promises')
  path: typeof import('node:path')
  os: typeof import('node:os')
  url: typeof import('node:url')
}

/** Returns a module of Node, or undefined on other platforms. Not an import, so that bundlers for browsers find nothing to resolve. */
export function nodeModule<K extends keyof NodeModules>(name: K): NodeModules[K] | undefined {
  return (typeof process === 'object' ? process.getBuiltinModule?.(`node:${name}`) : undefined) as
    | NodeModules[K]
    | undefined
}

/** The modules for files. Throws `DataError` with the alternative on platforms without files. */
export function fileModules(purpose: string, instead: string) {
  const fs = nodeModule('fs/promises')
  const path = nodeModule('path')
  if (!fs || !path) throw new DataError(`${purpose}, and this platform has no files. ${instead}`)
  return { fs, path }
}

/** The folder of the cache: `$GRADUS_HOME`, otherwise `~/.gradus`. A leading `~` is the folder of the user. */
export function cacheFolder(cacheDir: string | undefined): string {
  const home = () => nodeModule('os')!.homedir()
  const given = cacheDir ?? process.env['GRADUS_HOME']
  if (given) return given.replace(/^~(?=$|[/\\])/, home)
  return nodeModule('path')!.join(home(), '.gradus')
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
}

/** The reason of an error of the file system. */
export function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return reasons[code ?? ''] ?? String(message).slice(0, 300)
}
