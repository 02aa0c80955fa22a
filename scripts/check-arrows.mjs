// Checks that imports only go down the levels of levels.json, that no file is part of an import cycle (type-only
// imports count), and that platform code stays where it belongs.
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCycles } from './arrows/cycles.mjs'
import { readWorkspace } from './arrows/read.mjs'
import { checkPackage, checkTable } from './arrows/rules.mjs'

const here = dirname(fileURLToPath(import.meta.url))

/** All problems found below `root`, one sentence each. */
export function checkArrows(root, levels = JSON.parse(readFileSync(join(here, 'levels.json'), 'utf8'))) {
  const packages = readWorkspace(root)
  const byName = new Map(packages.map((pkg) => [pkg.manifest.name, pkg]))
  const owner = (specifier) => [...byName].find(([full]) => specifier === full || specifier.startsWith(`${full}/`))?.[1]
  const nameOf = (specifier) => owner(specifier)?.name

  const target = (file, specifier) => {
    if (specifier.startsWith('.')) return resolve(dirname(file.path), specifier)
    const pkg = owner(specifier)
    const entry = pkg?.manifest.exports?.[`.${specifier.slice(pkg.manifest.name.length)}`]?.['@gradus/source']
    return entry && join(pkg.folder, entry)
  }
  const files = packages.flatMap((pkg) => pkg.files)
  const edges = new Map(
    files.map((file) => [file.path, file.imports.map((specifier) => target(file, specifier)).filter(Boolean)]),
  )
  const cycles = findCycles(edges).map(
    (cycle) => `import cycle: ${cycle.map((path) => relative(root, path)).join(' -> ')}`,
  )
  return [...checkTable(levels), ...packages.flatMap((pkg) => checkPackage(pkg, levels, nameOf)), ...cycles]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = checkArrows(join(here, '..'))
  for (const problem of problems) console.error(problem)
  console.log(problems.length === 0 ? 'arrows: all point down, no cycles' : `arrows: ${problems.length} problems`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
