import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, isPlainObject } from '@gradus/core'
import { type Resolved, resolveConfig } from '../config/resolve-config.ts'
import { locateDataFiles } from './data-files.ts'
import { checkEnvironment, type RunEnvironment } from './environment-schema.ts'
import { type FileName, fileNames } from './file-names.ts'

// The files of a run are read here without locking its folder, so that it may be in progress: each of them is complete or absent.

/** What to do about a damaged file of a run. */
export const damaged = 'Restore the file, or start a new run.'

/**
 * Reads the config of a run, with the paths at which its data files are now, and its `env.json`. Throws `ConfigError` and `DataError`
 * for damaged ones.
 */
export async function readRunConfig(
  folder: string,
): Promise<{ readonly config: Resolved; readonly environment: RunEnvironment }> {
  const environment = checkEnvironment((await readJson(folder, 'environment')) ?? {}, pathIn(folder, 'environment'))
  const { config } = await resolveConfig(pathIn(folder, 'config'), {}, { cwd: folder, env: {} })
  return { config: { ...config, data: locateDataFiles(config.data, environment.data ?? {}) }, environment }
}

/** The object in a file; undefined where the file does not exist. Throws `DataError`. */
export async function readJson(folder: string, name: FileName): Promise<Record<string, unknown> | undefined> {
  const text = await readText(folder, name)
  return text === undefined ? undefined : parseObject(text, pathIn(folder, name))
}

/** Returns the object that a text is. Throws `DataError`; `source` is what has the text. */
export function parseObject(text: string, source: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new DataError(`${source} cannot be read: ${(cause as Error).message}. ${damaged}`, { cause })
  }
  if (isPlainObject(value)) return value
  throw new DataError(`${source} is damaged: it holds no object. ${damaged}`)
}

/** The text of a file; undefined where it does not exist. Throws `DataError`. */
export async function readText(folder: string, name: FileName): Promise<string | undefined> {
  const path = pathIn(folder, name)
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new DataError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function pathIn(folder: string, name: FileName): string {
  return join(folder, fileNames[name])
}
