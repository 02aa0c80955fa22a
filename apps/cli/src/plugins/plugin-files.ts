import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DataError } from '@gradus/core'
import { hashOf } from '../train/data-files.ts'
import type { RunEnvironment } from '../train/environment-schema.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'
import type { ModuleLoader } from './module-loader.ts'
import { absolutePlugin, isInstalled } from './plugin-path.ts'

/** A file of a plug-in, as `env.json` has it. */
export interface PluginFile {
  /** The absolute path. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** Reads the sizes and hashes of the files of plug-ins: their modules and those that these import, without other packages. */
export async function describeFiles(loaded: readonly LoadedPlugin[], loader: ModuleLoader): Promise<PluginFile[]> {
  const modules = loaded.map(({ path }) => path)
  const roots = modules.map((path) => /^.*[/\\]node_modules[/\\](@[^/\\]+[/\\])?[^/\\]+[/\\]/.exec(path)?.[0])
  const belongs = (path: string) =>
    !/[/\\]node_modules[/\\]/.test(path) || roots.some((root) => root !== undefined && path.startsWith(root))
  const paths = loaded.length > 0 ? [...new Set([...modules, ...loader.files.filter(belongs)])] : []
  return Promise.all(
    paths.sort().map(async (path) => ({ path, bytes: (await stat(path)).size, sha256: await hashOf(path) })),
  )
}

/**
 * Returns the plug-ins of a run by the paths at which they are now: those of its config, or, where the run folder was moved and they
 * lead nowhere, the absolute paths that they had.
 */
export function locatePlugins(
  names: readonly string[] | undefined,
  folder: string,
  saved: RunEnvironment['plugins'] = [],
): readonly string[] | undefined {
  return names?.map((name) => {
    const plugin = absolutePlugin(name, folder)
    const before = saved.find((entry) => entry.plugin === name)?.path
    const isMissing = plugin === name ? !isInstalled(name, folder) : !existsSync(plugin)
    return isMissing && before !== undefined && existsSync(before) ? before : plugin
  })
}

/** Throws `DataError` where a file of a plug-in has other contents than when the run began. */
export function requireSamePlugins(
  saved: readonly PluginFile[] | undefined,
  current: readonly PluginFile[],
  run: string,
): void {
  const changed = saved && changedFile(saved, current)
  if (!changed) return
  throw new DataError(
    `${basename(changed)}, which belongs to a plug-in, has changed since the run ${run} began, so the run cannot be continued exactly. ` +
      'Restore the file, or give --plugins-changed if the change is meant.',
  )
}

/** The path of a file that is not among those of before, or no longer among them; undefined if all are equal. */
export function changedFile(saved: readonly PluginFile[], current: readonly PluginFile[]): string | undefined {
  const without = (files: readonly PluginFile[], others: readonly PluginFile[]) =>
    files.find(({ sha256 }) => !others.some((other) => other.sha256 === sha256))
  return (without(current, saved) ?? without(saved, current))?.path
}
