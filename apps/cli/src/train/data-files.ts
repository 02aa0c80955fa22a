import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DataError } from '@gradus/core'
import type { Config } from '../config/config-schema.ts'

type DataConfig = Config['data']

/** The options of `data` that name files. */
const dataRoles = ['train', 'test', 'validation'] as const

/** A data file of a run, as `env.json` has it. */
interface DataFile {
  /** The absolute path. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** The data files of a run by their place in the config. Pipes have none, because they can be read only once. */
export type DataFiles = { readonly [R in (typeof dataRoles)[number]]?: DataFile }

/** Reads the sizes and hashes of the data files. The paths in `data` are absolute, and the files can be read. */
export async function describeDataFiles(data: DataConfig): Promise<DataFiles> {
  const files: Record<string, DataFile> = {}
  for (const role of dataRoles) {
    const path = data[role]
    const found = path === undefined ? undefined : await stat(path).catch(() => undefined)
    if (path !== undefined && found?.isFile()) files[role] = { path, bytes: found.size, sha256: await hashOf(path) }
  }
  return files
}

/**
 * Returns `data` with the paths at which the files are now: those of the config, or, where the run folder was moved and they lead
 * nowhere, the absolute paths that the run had.
 */
export function locateDataFiles(data: DataConfig, saved: DataFiles): DataConfig {
  const moved = dataRoles.flatMap((role) => {
    const [path, before] = [data[role], saved[role]?.path]
    return path !== undefined && before !== undefined && !existsSync(path) && existsSync(before) ? [[role, before]] : []
  })
  return { ...data, ...(Object.fromEntries(moved) as Partial<DataConfig>) }
}

/** Whether a file has other contents than when the run began. */
export function isChanged(saved: DataFiles, current: DataFiles): boolean {
  return changedRoles(saved, current).length > 0
}

/** Throws `DataError` where a file has other contents than when the run began. */
export function requireSameData(saved: DataFiles, current: DataFiles, run: string): void {
  for (const role of changedRoles(saved, current)) {
    const [before, now] = [saved[role]!, current[role]!]
    const sizes = before.bytes === now.bytes ? 'as many bytes' : `${before.bytes} bytes and now has ${now.bytes}`
    throw new DataError(
      `${basename(now.path)} (data.${role}) has changed since the run ${run} began: it had ${sizes}, and the contents differ, ` +
        'so the run cannot be continued exactly. Restore the file, or give --data-changed if the change is meant.',
    )
  }
}

function changedRoles(saved: DataFiles, current: DataFiles): (typeof dataRoles)[number][] {
  return dataRoles.filter((role) => saved[role] && current[role] && saved[role].sha256 !== current[role].sha256)
}

/** The SHA-256 of a file, in hexadecimal digits. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}
