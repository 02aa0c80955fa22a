import { DataError, nodeModule } from '@gradus/core'

/** The modules for files; undefined on platforms without files. */
export function optionalFileModules() {
  const fs = nodeModule<typeof import('node:fs/promises')>('node:fs/promises')
  const path = nodeModule<typeof import('node:path')>('node:path')
  return fs && path && { fs, path }
}

/** The modules for files. Throws `DataError` with the alternative on platforms without files. */
export function fileModules(purpose: string, instead: string) {
  const found = optionalFileModules()
  if (!found) throw new DataError(`${purpose}, and this platform has no files. ${instead}`)
  return found
}

/** The folder of the cache: `$GRADUS_HOME`, otherwise `~/.gradus`. A leading `~` is the folder of the user. */
export function cacheFolder(cacheDir: string | undefined): string {
  const home = () => nodeModule<typeof import('node:os')>('node:os')!.homedir()
  const given = cacheDir ?? process.env['GRADUS_HOME']
  return given ? given.replace(/^~(?=$|[/\\])/, home) : `${home()}/.gradus`
}

/**
 * Returns a new name in the folder of a path, for a file or folder that is not complete. Removes those that programs have left which
 * ended more than a day ago.
 */
export async function temporaryFor(target: string): Promise<string> {
  const { fs, path } = fileModules('Files are written', 'Use getFileBytes.')
  const folder = path.dirname(target)
  const start = `.${path.basename(target)}.`
  for (const name of await fs.readdir(folder)) {
    if (!name.startsWith(start) || !name.endsWith('.part')) continue
    const old = path.join(folder, name)
    const found = await fs.stat(old).catch(() => undefined)
    if (found && found.mtimeMs < Date.now() - 86_400_000)
      await fs.rm(old, { recursive: true, force: true }).catch(() => {})
  }
  return path.join(folder, `${start}${process.pid}-${Math.random().toString(36).slice(2, 10)}.part`)
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
