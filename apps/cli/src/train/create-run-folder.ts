import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WriteError } from '../exit-codes.ts'
import { makeFolder } from '../make-folder.ts'
import { preparationName, removeLeftoverFolders } from './leftovers.ts'
import { exists, RunFolder } from './run-folder.ts'
import { RunLock } from './run-lock.ts'

/**
 * Creates the locked folder `<parent>/<name>-<n>`, where `n` is 1 more than the highest number there, with the files that `fill`
 * writes. They are written in a folder with another name, so that no run folder lacks its config. Throws `WriteError`.
 */
export async function createRunFolder(
  parent: string,
  name: string,
  fill: (folder: RunFolder) => Promise<void>,
): Promise<RunFolder> {
  let prepared: string | undefined
  let lock: RunLock | undefined
  try {
    await makeFolder(parent)
    await removeLeftoverFolders(parent)
    prepared = preparationName(parent, name)
    await mkdir(prepared)
    lock = await RunLock.begin(prepared)
    await fill(new RunFolder(prepared, lock))
    const path = await moveToNumber(prepared, parent, name)
    lock.moveTo(path)
    return new RunFolder(path, lock)
  } catch (cause) {
    lock?.release()
    if (prepared) await rm(prepared, { recursive: true, force: true }).catch(() => {})
    throw new WriteError(
      `No run folder can be created in '${parent}': ${(cause as Error).message}. Choose another folder with --out.`,
      { cause },
    )
  }
}

async function moveToNumber(prepared: string, parent: string, name: string): Promise<string> {
  const taken = (await readdir(parent)).flatMap((entry) => {
    const suffix = entry.startsWith(`${name}-`) ? entry.slice(name.length + 1) : ''
    return /^\d+$/.test(suffix) ? [Number(suffix)] : []
  })
  for (let n = Math.max(0, ...taken) + 1; ; n++) {
    const path = join(parent, `${name}-${n}`)
    if (await exists(path)) continue
    try {
      await rename(prepared, path)
      return path
    } catch (error) {
      // another run has just taken the number
      if (!['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
}
