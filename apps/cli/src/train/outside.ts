import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { ConfigError } from '@gradus/core'

/** Whether an absolute path is below a folder. Links are not followed. */
export function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** Returns the file that would be written at a path: symbolic links are followed, also those that lead to nothing. */
export function realTarget(path: string, links = 0): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    if (parent === path || links > 40) return path
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
    if (isLink) return realTarget(resolve(parent, readlinkSync(path)), links + 1)
    return join(realTarget(parent, links), basename(path))
  }
}

/** Throws `ConfigError` where a symbolic link in a run folder leads out of it: the run would write there. */
export async function requireLinksInside(folder: string): Promise<void> {
  const root = realTarget(folder)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isSymbolicLink() || isInside(root, realTarget(path))) continue
    throw new ConfigError(
      `'${path}' is a symbolic link to '${realTarget(path)}', which is outside the run folder. ` +
        'If you trust the run, give --allow-outside.',
    )
  }
}
