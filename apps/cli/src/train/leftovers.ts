import { readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { WriteError } from '../exit-codes.ts'
import { isAlive } from './process-info.ts'

/** The name of a file that is renamed or linked when it is complete. It has the form of those of `writeFileAtomic`. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${Math.random().toString(36).slice(2, 10)}.tmp`)
}

/** The folders in which this process prepares runs. */
const preparations = new Set<string>()

/** The name of the folder in which a new run is prepared. */
export function preparationName(parent: string, name: string): string {
  const path = temporaryName(join(parent, `${name}@${hostname()}`))
  preparations.add(path)
  return path
}

/** Removes a file that may not exist. Throws `WriteError`. */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true })
  } catch (cause) {
    throw new WriteError(`The file '${path}' cannot be removed: ${(cause as Error).message}.`, { cause })
  }
}

/** Removes the temporary files that a process which was killed has left in the folder of a run, which this process has locked. */
export async function removeLeftoverFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && isLeftover(entry.name)) await removeFile(join(entry.parentPath, entry.name))
  }
}

/** Removes the unfinished run folders that processes of this machine which were killed have left in `parent`. */
export async function removeLeftoverFolders(parent: string): Promise<void> {
  for (const entry of await readdir(parent, { withFileTypes: true })) {
    const path = join(parent, entry.name)
    const isOwn = entry.name.includes(`@${hostname()}.`) && !preparations.has(path)
    if (entry.isDirectory() && isOwn && isLeftover(entry.name)) await rm(path, { recursive: true, force: true })
  }
}

/** Whether no process will rename a file. An earlier process may have had the number of this one, as processes in containers do. */
function isLeftover(name: string): boolean {
  const pid = /^\..+\.(\d+)-[a-z0-9]+\.tmp$/.exec(name)?.[1]
  return pid !== undefined && (Number(pid) === process.pid || !isAlive({ pid: Number(pid), startTicks: null }))
}
