import { existsSync, readFileSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'

/**
 * Returns a function that resolves an import of a file. Its result is one of
 * - `{ path, owner, test }`: a file, the package that it belongs to, if any, and whether only tests may import it;
 * - `{ builtin: true }`: a module of the platform;
 * - `{ external: 'left-pad' }`: a package from outside the workspace;
 * - `undefined`: there is no such file.
 */
export function createResolver(packages) {
  const byName = new Map(packages.map((pkg) => [pkg.manifest.name, pkg]))

  return (file, specifier) => {
    if (specifier.startsWith('.')) return found(resolve(dirname(file.path), specifier.split('?')[0]), packages)
    if (isBuiltin(specifier)) return { builtin: true }
    const name = packageOf(specifier)
    const owner = byName.get(name)
    if (owner === undefined) return { external: name }
    const entry = sourceEntry(owner.manifest, `.${specifier.slice(name.length)}`)
    return entry && found(join(owner.folder, entry), packages)
  }
}

function found(path, packages) {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined
  const owner = packages.find(({ folder }) => path.startsWith(folder + sep))
  return { path, owner, test: owner === undefined || isTestFile(relative(join(owner.folder, 'src'), path)) }
}

/** The source file of an entry of `exports`. */
export function sourceEntry({ exports = {} }, key) {
  const entry = exports[key]
  return typeof entry === 'string' ? entry : entry?.['@gradus/source']
}

/** Whether a file, named from `src`, is only for tests: a test, a helper of tests, or values recorded for them. */
export function isTestFile(path) {
  return /\.test(-d)?\.\w+$/.test(path) || path.split(sep).some((part) => testFolders.includes(part))
}

const testFolders = ['testing', 'recorded']

/** The package that a specifier names: `@scope/name/entry` -> `@scope/name`. */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** The packages that a manifest lists in some of its fields. */
export const listed = (manifest, fields) => fields.flatMap((field) => Object.keys(manifest[field] ?? {}))

export const readManifest = (folder) => {
  const path = join(folder, 'package.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}
