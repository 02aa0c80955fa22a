import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkEnvironment } from '../train/environment-schema.ts'
import { fileNames } from '../train/file-names.ts'
import { locatePlugins } from './plugin-files.ts'

/** The plug-ins that the config of a run names, by the paths at which they are now; undefined if there are none. */
export async function pluginsOfRun(folder: string): Promise<readonly string[] | undefined> {
  const { plugins } = ((await readJson(join(folder, fileNames.config))) ?? {}) as { readonly plugins?: unknown }
  if (!Array.isArray(plugins) || plugins.length === 0) return undefined
  const path = join(folder, fileNames.environment)
  const environment = checkEnvironment((await readJson(path)) ?? {}, path)
  return locatePlugins(plugins.filter((one) => typeof one === 'string') as string[], folder, environment.plugins)
}

/** The value in a file; undefined where it cannot be read. The model does not need these files. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}
