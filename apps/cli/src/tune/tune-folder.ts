import { mkdir, readdir, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { DataError } from '@gradus/core'
import { writeFileAtomic } from 'gradus/io'
import { WriteError } from '../exit-codes.ts'
import { makeFolder } from '../make-folder.ts'
import { isAlive } from '../train/process-info.ts'
import { exists } from '../train/run-folder.ts'
import { isLock } from '../train/run-lock.ts'
import { type TuneState, tuneStateSchema } from './tune-state.ts'

const stateName = 'tune.json'

const remedy = 'Restore the file, or begin another search.'

/** Creates the folder `<parent>/<name>-tune-<n>` of a new search. Throws `WriteError`. */
export async function createTuneFolder(parent: string, name: string): Promise<string> {
  try {
    await makeFolder(parent)
    for (let n = 1; ; n++) {
      const path = join(parent, `${name}-tune-${n}`)
      // `mkdir` fails where another process has just taken the number
      if (await exists(path)) continue
      await mkdir(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
      if ((await readdir(path)).length === 0) return path
    }
  } catch (cause) {
    throw new WriteError(
      `No folder can be created in '${parent}': ${(cause as Error).message}. Choose another folder with --out.`,
      {
        cause,
      },
    )
  }
}

/** Reads the state of an earlier search. Throws `DataError`. */
export async function readTuneState(shown: string, cwd: string): Promise<{ folder: string; state: TuneState }> {
  const folder = resolve(cwd, shown)
  const path = join(folder, stateName)
  if (!(await exists(path))) {
    throw new DataError(
      `'${shown}' is no folder of a search: it has no ${stateName}. Give a folder such as runs/<name>-tune-1.`,
    )
  }
  let state: unknown
  try {
    state = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new DataError(`${path} cannot be read: ${(cause as Error).message}. ${remedy}`, { cause })
  }
  const checked = tuneStateSchema.safeParse(state)
  if (checked.success) return { folder, state: checked.data }
  throw new DataError(`${path} is damaged, or was written by another version of gradus. ${remedy}`)
}

export async function writeTuneState(folder: string, state: TuneState): Promise<void> {
  await writeFileAtomic(join(folder, stateName), `${JSON.stringify(state, null, 2)}\n`)
}

/** The number of the process that trains a run, where it is of this machine and running. */
export async function trainerOf(run: string): Promise<number | undefined> {
  for (const name of await readdir(run)) {
    if (!isLock(name)) continue
    const text = await readFile(join(run, name), 'utf8').catch(() => '')
    try {
      const {
        pid,
        host,
        startTicks = null,
      } = JSON.parse(text) as { pid: number; host: string; startTicks?: string | null }
      if (host === hostname() && isAlive({ pid, startTicks })) return pid
    } catch {
      // no lock of a process that is known
    }
  }
  return undefined
}
