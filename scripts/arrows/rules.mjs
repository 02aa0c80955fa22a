import { isBuiltin } from 'node:module'
import { sep } from 'node:path'

/** Globals that only one platform has. A package that runs anywhere may not read them. */
const platformGlobals = new Set(
  (
    'process Buffer require __dirname __filename Deno Bun window document navigator self location history ' +
    'localStorage sessionStorage indexedDB caches fetch XMLHttpRequest WebSocket Worker SharedWorker importScripts ' +
    'postMessage requestAnimationFrame HTMLElement HTMLCanvasElement'
  ).split(' '),
)

/** The two packages that must exist once in a program, so whoever needs them has them as peers. */
const once = ['tensor', 'core']

/** Reports the places where the table of levels contradicts itself. */
export function checkTable(levels) {
  return Object.entries(levels).flatMap(([name, { level }]) =>
    allowed(levels, name)
      .filter((used) => levels[used] === undefined || levels[used].level >= level)
      .map((used) => `levels.json: ${name} (level ${level}) may not use ${used}, which is not on a lower level`),
  )
}

/** Reports what one package's manifest and sources do against the table. */
export function checkPackage({ name, manifest, files }, levels, nameOf) {
  if (levels[name] === undefined) return [`${manifest.name}: add it to scripts/levels.json`]
  const rules = { may: allowed(levels, name), declared: declaredIn(manifest, nameOf), self: manifest.name, nameOf }
  return [
    ...checkManifest(name, manifest, levels[name].level, rules),
    ...files.filter((file) => !file.test).flatMap((file) => checkFile(file, levels[name].platform, rules)),
  ]
}

function allowed(levels, name) {
  const { level, uses, except = [] } = levels[name]
  if (uses !== '*') return uses
  return Object.keys(levels).filter((other) => levels[other].level < level && !except.includes(other))
}

const fields = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies']

function declaredIn(manifest, nameOf) {
  const all = fields.slice(0, 3).flatMap((field) => Object.keys(manifest[field] ?? {}))
  return new Set(all.map((full) => nameOf(full) ?? full))
}

function checkManifest(name, manifest, level, { may, nameOf }) {
  const problems = []
  for (const field of fields) {
    for (const used of Object.keys(manifest[field] ?? {}).map(nameOf)) {
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

function checkFile(file, platform, { may, declared, self, nameOf }) {
  const free = platform === 'all' || (platform === 'files' && isPlatformFile(file.label))
  const problems = []
  for (const specifier of file.imports) {
    if (specifier.startsWith('.')) continue
    const used = nameOf(specifier)
    if (specifier === self) problems.push(`${file.label}: imports its own package by name`)
    else if (used !== undefined && !may.includes(used))
      problems.push(`${file.label}: imports ${specifier}, which is not below it`)
    else if (isBuiltin(specifier)) {
      if (!free) problems.push(`${file.label}: imports ${specifier}, but this file must run on every platform`)
    } else if (!declared.has(used ?? packageOf(specifier))) {
      problems.push(`${file.label}: imports ${specifier}, which package.json does not list`)
    }
  }
  for (const name of free ? [] : file.globals) {
    if (platformGlobals.has(name))
      problems.push(`${file.label}: reads ${name}, but this file must run on every platform`)
  }
  return problems
}

/** In `io` and `data`, a file or folder whose name starts with `platform`. */
const isPlatformFile = (label) => label.split(sep).some((part) => part.startsWith('platform'))

const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
