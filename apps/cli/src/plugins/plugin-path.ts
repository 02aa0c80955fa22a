import { realpathSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { ConfigError, suggest } from '@gradus/core'
import type { ModuleLoader } from './module-loader.ts'

/** Whether a plug-in is named by a path rather than as a package. */
function isPath(plugin: string): boolean {
  return /^\.{1,2}([/\\]|$)/.test(plugin) || isAbsolute(plugin)
}

/** A plug-in of a config in `folder` independent of the folder: a file as its absolute path, a package by its name. */
export function absolutePlugin(plugin: string, folder: string): string {
  const path = resolve(folder, plugin)
  return isPath(plugin) || (hasModuleExtension(plugin) && isFile(path)) ? path : plugin
}

/** A plug-in as a config in `folder` names it: a file by its relative path, a package by its name. */
export function relativePlugin(plugin: string, folder: string): string {
  if (!isPath(plugin)) return plugin
  const short = relative(folder, plugin).split(sep).join('/')
  return isPath(short) ? short : `./${short}`
}

/**
 * Returns the file of a plug-in. A package is looked for from the first of `folders`, then from the next ones. Throws `ConfigError`
 * for a file that does not exist, and for a package that is not installed, with the command that installs it.
 */
export async function findPlugin(plugin: string, folders: readonly string[], loader: ModuleLoader): Promise<string> {
  if (isPath(plugin)) return findFile(plugin)
  if (/^[a-z]+:/i.test(plugin))
    throw new ConfigError(
      `The plug-in '${plugin}' is an address. Give a file, such as './my-layer.ts', or the name of an installed package.`,
    )
  const name = packageName(plugin)
  for (const folder of folders) {
    const home = packageFolder(name, folder)
    if (home === undefined) continue
    const path = await loader.resolve(plugin, folder)
    if (path?.startsWith(home + sep)) return path
    const entry = plugin === name ? 'no module that can be imported' : `no entry '.${plugin.slice(name.length)}'`
    throw new ConfigError(
      `The package '${name}' in ${home} has ${entry}, so it is no plug-in. Look at "exports" in its package.json.`,
    )
  }
  if (hasModuleExtension(plugin)) return findFile(resolve(folders[0]!, plugin))
  throw new ConfigError(notInstalled(plugin, name, folders[0]!))
}

function notInstalled(plugin: string, name: string, folder: string): string {
  return `The plug-in '${plugin}' is not installed. Install it: npm install ${name} (in ${folder} or a folder above it, where it was looked for).`
}

async function findFile(path: string): Promise<string> {
  const folder = dirname(path)
  const found = statSync(path, { throwIfNoEntry: false })
  const [, above, installed] =
    /^(.*?)[/\\]node_modules[/\\](?:.*[/\\]node_modules[/\\])?(@[^/\\]+[/\\][^/\\]+|[^/\\]+)/.exec(path) ?? []
  if (!found && installed !== undefined) throw new ConfigError(notInstalled(installed, installed, above!))
  if (!found) {
    const others = (await readdir(folder).catch(() => [])).filter(hasModuleExtension).slice(0, 20)
    const hint = others.length > 0 ? suggest(basename(path), others) : ''
    throw new ConfigError(
      `The plug-in '${basename(path)}' does not exist in ${folder}.${hint} Paths of plug-ins are relative to the folder of the config. Correct the path, or give the place of the file with --plugin.`,
    )
  }
  if (found.isFile() && hasModuleExtension(path)) return realpathSync(path)
  const what = found.isFile() ? `ends in '${extname(path)}'` : 'is no file'
  throw new ConfigError(
    `The plug-in ${path} ${what}; a plug-in is a module: a file that ends in .ts, .js, .mjs or .cjs, or the name of a package.`,
  )
}

function hasModuleExtension(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** The name of the package in an import such as `@acme/layers/swish`. */
function packageName(plugin: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(plugin)?.[0] ?? plugin
}

/** Whether the package of a plug-in is installed in a folder or above it. */
export function isInstalled(plugin: string, folder: string): boolean {
  return packageFolder(packageName(plugin), folder) !== undefined
}

/** The folder of a package that is installed in a folder or above it, after links are followed. */
function packageFolder(name: string, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const home = join(at, 'node_modules', name)
    if (isFile(join(home, 'package.json'))) return realpathSync(home)
    if (dirname(at) === at) return undefined
  }
}
