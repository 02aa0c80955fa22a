import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'

/** A package in a folder. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** The real path of its folder. */
  readonly folder: string
}

/** The package in a folder; undefined where there is none. */
function packageIn(folder: string): InstalledPackage | undefined {
  try {
    const real = realpathSync(folder)
    const { name, version } = JSON.parse(readFileSync(join(real, 'package.json'), 'utf8')) as Record<string, unknown>
    return typeof name === 'string' && typeof version === 'string' ? { name, version, folder: real } : undefined
  } catch {
    return undefined
  }
}

/** The folders `node_modules` in which Node looks for packages from a folder, the nearest first. */
function moduleFolders(folder: string): string[] {
  const parents = folder === parse(folder).root ? [] : moduleFolders(dirname(folder))
  return [join(folder, 'node_modules'), ...parents]
}

/** Finds a package as Node would from any of the folders; undefined if it is not installed. */
export function findPackage(name: string, folders: readonly string[]): InstalledPackage | undefined {
  for (const folder of folders) {
    for (const modules of moduleFolders(folder)) {
      const found = packageIn(join(modules, name))
      if (found) return found
    }
  }
  return undefined
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The packages of Gradus in a folder `node_modules`. */
function gradusIn(modules: string): InstalledPackage[] {
  const names = ['gradus', ...entriesOf(join(modules, '@gradus')).map((name) => `@gradus/${name}`)]
  return names.flatMap((name) => packageIn(join(modules, name)) ?? [])
}

/**
 * The packages of Gradus that programs in the folders use: those in the folders `node_modules` around, and those that these and other
 * packages hold for themselves. Each folder counts once.
 */
export function gradusPackages(folders: readonly string[]): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>()
  const open = folders.flatMap((folder) => [...moduleFolders(folder), ...nestedFolders(folder)])
  for (let modules = open.pop(); modules; modules = open.pop()) {
    for (const entry of gradusIn(modules)) {
      if (found.has(entry.folder)) continue
      found.set(entry.folder, entry)
      // npm puts a second version beneath the package that needs it, pnpm beside it
      open.push(join(entry.folder, 'node_modules'), dirname(dirname(entry.folder)), dirname(entry.folder))
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.folder < b.folder ? -1 : 1))
}

/** The folders `node_modules` of the packages in the nearest ones. */
function nestedFolders(folder: string): string[] {
  const modules = join(folder, 'node_modules')
  const names = entriesOf(modules).filter((name) => !name.startsWith('.'))
  const scoped = names.flatMap((name) =>
    name.startsWith('@') ? entriesOf(join(modules, name)).map((inner) => join(name, inner)) : [name],
  )
  return scoped.map((name) => join(modules, name, 'node_modules'))
}
