import { sep } from 'node:path'
import { folderOrder } from './folders.mjs'
import { listed } from './resolve.mjs'

/** Globals that only one platform has. A package that runs anywhere may not read them. */
const platformGlobals = new Set(
  (
    'process Buffer require __dirname __filename Deno Bun window document navigator self location history ' +
    'localStorage sessionStorage indexedDB caches fetch XMLHttpRequest WebSocket Worker SharedWorker importScripts ' +
    'postMessage requestAnimationFrame HTMLElement HTMLCanvasElement'
  ).split(' '),
)

/** The two packages that must exist once in a program, so they are peer dependencies of others. */
const once = ['tensor', 'core']

const runtimeFields = ['dependencies', 'peerDependencies', 'optionalDependencies']
const allFields = [...runtimeFields, 'devDependencies']

/** The table with a row for each package. A row such as `backend-*` is for all packages of such names without a row. */
export function rowsOf(table, names) {
  const rows = Object.entries(table).flatMap(([key, row]) => {
    if (!key.endsWith('*')) return [[key, row]]
    const meant = names.filter((name) => name.startsWith(key.slice(0, -1)) && !Object.hasOwn(table, name))
    return meant.map((name) => [name, row])
  })
  return Object.fromEntries(rows)
}

/** Returns the contradictions in the table of levels. */
export function checkTable(levels) {
  return Object.entries(levels).flatMap(([name, { level }]) =>
    allowed(levels, name)
      .filter((used) => levels[used] === undefined || levels[used].level >= level)
      .map((used) => `levels.json: ${name} (level ${level}) may not use ${used}, which is not on a lower level`),
  )
}

function allowed(levels, name) {
  const { level, uses, except = [] } = levels[name]
  if (uses !== '*') return uses
  return Object.keys(levels).filter((other) => levels[other].level < level && !except.includes(other))
}

/**
 * Returns the problems of one package: imports and dependencies that the table does not allow. `resolve` resolves imports.
 * `shared` is the manifest of the workspace; every test may use its tools.
 */
export function checkPackage(pkg, levels, { resolve, nameOf, shared }) {
  const { name, manifest, files } = pkg
  const row = levels[name]
  if (row === undefined) return [`${manifest.name}: add it to scripts/levels.json`]
  const context = {
    pkg,
    resolve,
    may: allowed(levels, name),
    platform: row.platform,
    order: row.folders && folderOrder(pkg, row.folders),
    listedFor: {
      source: new Set(listed(manifest, runtimeFields)),
      test: new Set([...listed(manifest, allFields), ...listed(shared, allFields)]),
    },
  }
  return [
    ...checkManifest(pkg, row.level, context.may, nameOf),
    ...(context.order?.problems ?? []),
    ...files.flatMap((file) => checkFile(file, context)),
  ]
}

function checkManifest({ name, manifest }, level, may, nameOf) {
  const problems = []
  for (const field of allFields) {
    for (const used of listed(manifest, [field]).map(nameOf)) {
      if (used === undefined) continue
      if (!may.includes(used))
        problems.push(`${manifest.name}: package.json ${field} names ${used}, which ${name} may not use`)
      if (field === 'dependencies' && once.includes(used) && level < 4) {
        problems.push(`${manifest.name}: ${used} must exist once, so it is a peer dependency`)
      }
    }
  }
  return problems
}

function checkFile(file, context) {
  const anywhere = !file.test && !mayUsePlatform(file, context.platform)
  const problems = file.imports.flatMap((specifier) => {
    const problem = problemOf(file, specifier, anywhere, context)
    return problem ? [`${file.label}: imports ${specifier}, ${problem}`] : []
  })
  if (!anywhere) return problems
  if (file.computed) problems.push(`${file.label}: imports a computed name, which nothing can check`)
  for (const name of file.globals) {
    if (platformGlobals.has(name))
      problems.push(`${file.label}: reads ${name}, but this file must run on every platform`)
  }
  return problems
}

/** The problem of an import, if any. A test may import every file, and packages that its package or the workspace lists. */
function problemOf(file, specifier, anywhere, { pkg, resolve, may, order, listedFor }) {
  const target = resolve(file, specifier)
  const isListed = (name) => listedFor[file.test ? 'test' : 'source'].has(name)
  if (target === undefined) return 'but there is no such file'
  if (target.external && !isListed(target.external)) return 'which package.json does not list'
  if (file.test || target.external) return undefined

  if (target.builtin) return anywhere ? 'but this file must run on every platform' : undefined
  if (target.test) return 'which is only for tests'
  const byPath = specifier.startsWith('.')
  if (target.owner === pkg)
    return byPath ? order?.problemOf(file.path, target.path) : 'its own package, whose files are imported by path'
  const { name, manifest } = target.owner
  if (!may.includes(name)) return 'which is not below it'
  if (byPath) return `a file of ${manifest.name}, which is imported by its name`
  return isListed(manifest.name) ? undefined : 'which package.json does not list'
}

/** Whether a file may have code for one platform: with `files`, if its name or that of a folder starts with `platform`. */
const mayUsePlatform = ({ inSource }, platform) =>
  platform === 'all' || (platform === 'files' && inSource.split(sep).some((part) => part.startsWith('platform')))
