import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process, as it is named in files for other processes. */
export interface ProcessInfo {
  readonly pid: number
  readonly host: string
  /** The time at which the process started, in ticks since the start of the machine; null where it is not known. */
  readonly startTicks: string | null
}

/** This process. */
export function ownProcess(): ProcessInfo {
  return { pid: process.pid, host: hostname(), startTicks: startTicksOf(process.pid) ?? null }
}

/**
 * Whether a process of this machine is running. The number of a process that has ended is given to others, so the times of
 * their starts are compared where they are known.
 */
export function isAlive({ pid, startTicks }: Omit<ProcessInfo, 'host'>): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startTicksOf(pid)
  return now !== undefined && (now === null || startTicks === null || now === startTicks)
}

/** Undefined for a process that has ended, null where the system does not tell. */
function startTicksOf(pid: number): string | null | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  // the second field is the name in parentheses, which may have spaces; the third is the state, the 22nd the start
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : (fields[19] ?? null)
}
