import { readFileSync, rmSync } from 'node:fs'
import { link, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { ConfigError } from '@gradus/core'
import { WriteError } from '../exit-codes.ts'
import { removeFile, temporaryName } from './leftovers.ts'
import { isAlive, ownProcess, type ProcessInfo } from './process-info.ts'

/** The contents of a lock file. */
interface Holder extends ProcessInfo {
  readonly since: string
}

const lockName = /^lock-(\d+)$/

/** Whether a file of a run folder is a lock. */
export function isLock(name: string): boolean {
  return lockName.test(name)
}

/**
 * The lock of a run folder: a file `lock-<n>` that names the process. The name of a new lock is that of the last one plus 1, and
 * it is created only if it does not exist. So a process removes no locks but its own and those of processes that have ended.
 */
export class RunLock {
  private constructor(
    private path: string,
    private readonly contents: string,
  ) {
    process.on('exit', this.remove)
  }

  /** Locks a folder that no other process knows. */
  static async begin(folder: string): Promise<RunLock> {
    const path = join(folder, 'lock-1')
    const text = contents()
    await writeFile(path, text, { flag: 'wx' })
    return new RunLock(path, text)
  }

  /** Follows a folder that was renamed. */
  moveTo(folder: string): void {
    this.path = join(folder, basename(this.path))
  }

  /** Locks a folder. Throws `ConfigError` where another process has the lock, and `WriteError`. */
  static async acquire(folder: string): Promise<RunLock> {
    const before = await locksIn(folder)
    for (const other of before) requireEnded(other)
    const last = Math.max(0, ...before.map(({ number }) => number))
    const path = join(folder, `lock-${last + 1}`)
    const text = contents()
    await createLock(path, text)
    const lock = new RunLock(path, text)
    try {
      // another process may have seen other locks, and taken another number
      for (const other of await locksIn(folder)) if (other.path !== path) requireEnded(other)
      for (const { path } of before) await removeFile(path)
    } catch (error) {
      lock.release()
      throw error
    }
    return lock
  }

  /** Whether the lock is still there. Another run that has taken the name of a deleted folder has another lock. */
  isHeld(): boolean {
    try {
      return readFileSync(this.path, 'utf8') === this.contents
    } catch {
      return false
    }
  }

  release(): void {
    process.off('exit', this.remove)
    this.remove()
  }

  private readonly remove = (): void => {
    try {
      if (this.isHeld()) rmSync(this.path, { force: true })
    } catch {
      // a lock that cannot be removed is that of a process that has ended
    }
  }
}

interface Lock {
  readonly path: string
  readonly number: number
  /** Undefined where the file cannot be read as a lock. */
  readonly holder: Holder | undefined
}

async function locksIn(folder: string): Promise<Lock[]> {
  const locks: Lock[] = []
  for (const name of await readdir(folder)) {
    const number = lockName.exec(name)?.[1]
    const path = join(folder, name)
    const text = number && (await readFile(path, 'utf8').catch(() => undefined))
    if (text !== undefined) locks.push({ path, number: Number(number), holder: parseHolder(text) })
  }
  return locks
}

function contents(): string {
  return `${JSON.stringify({ ...ownProcess(), since: new Date().toISOString() } satisfies Holder)}\n`
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, host, startTicks = null, since } = JSON.parse(text) as Partial<Holder>
    if (Number.isSafeInteger(pid) && typeof host === 'string')
      return { pid: pid!, host, startTicks, since: String(since) }
  } catch {}
  return undefined
}

/** Throws `ConfigError` unless the process that has the lock is of this machine and has ended. */
function requireEnded({ path, holder }: Lock): void {
  if (holder?.host === hostname() && !isAlive(holder)) return
  const advice =
    holder?.host === hostname()
      ? 'Wait until it ends, or stop it.'
      : `Where that is no longer so, remove the lock: rm '${path}'.`
  const by = holder ? `process ${holder.pid} on ${holder.host} since ${holder.since}` : 'an unknown process'
  throw new ConfigError(`The run is in use by ${by}. ${advice}`)
}

/** Creates a lock file with its contents at once, so that no process sees an empty one. */
async function createLock(path: string, text: string): Promise<void> {
  const temporary = temporaryName(path)
  try {
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(temporary, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error
      await writeFile(path, text, { flag: 'wx' }) // file systems without links
    })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      throw new ConfigError('The run is in use by another process, which has just begun. Wait until it ends.', {
        cause,
      })
    }
    throw new WriteError(`The file '${path}' cannot be written: ${message}.`, { cause })
  } finally {
    await removeFile(temporary).catch(() => {})
  }
}
