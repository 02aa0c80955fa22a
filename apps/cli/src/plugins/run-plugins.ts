import type { RunEnvironment } from '../train/environment-schema.ts'
import { checkEnvironment } from '../train/environment-schema.ts'
import { readJson } from '../train/run-files.ts'
import { locatePlugins } from './plugin-files.ts'

/** The plug-ins of a run. */
export interface RunPlugins {
  /** Those that its config names, by the paths at which they are now; undefined if there are none. */
  readonly names: readonly string[] | undefined
  /** Their files when the run was last continued. */
  readonly files: RunEnvironment['pluginFiles']
}

/** Reads the plug-ins of a run. A model does not need the config of its run, so one that cannot be read has none. */
export async function pluginsOfRun(folder: string): Promise<RunPlugins> {
  const { plugins } = (await readJson(folder, 'config').catch(() => undefined)) ?? {}
  if (!Array.isArray(plugins) || plugins.length === 0) return { names: undefined, files: undefined }
  const environment = checkEnvironment((await readJson(folder, 'environment')) ?? {}, `env.json of ${folder}`)
  const named = plugins.filter((one) => typeof one === 'string')
  return { names: locatePlugins(named, folder, environment.plugins), files: environment.pluginFiles }
}
