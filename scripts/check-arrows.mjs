// Checks that every import, by path or by name, finds a file, that imports only go down the levels and folders of
// levels.json, that no file is part of an import cycle (type-only imports count), that sources do not import files for
// tests, and that platform code is only in files for it.
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCycles } from './arrows/cycles.mjs'
import { readWorkspace } from './arrows/read.mjs'
import { createResolver, readManifest } from './arrows/resolve.mjs'
import { checkPackage, checkTable, rowsOf } from './arrows/rules.mjs'

const here = dirname(fileURLToPath(import.meta.url))

/** All problems found below `root`, one sentence each. */
export function checkArrows(root, table = JSON.parse(readFileSync(join(here, 'levels.json'), 'utf8'))) {
  const packages = readWorkspace(root)
  const levels = rowsOf(
    table,
    packages.map(({ name }) => name),
  )
  const shared = readManifest(root) ?? {}
  const resolve = createResolver(packages)
  const nameOf = (full) => packages.find(({ manifest }) => manifest.name === full)?.name

  const edges = new Map(
    packages
      .flatMap((pkg) => pkg.files)
      .map((file) => [file.path, file.imports.map((name) => resolve(file, name)?.path).filter(Boolean)]),
  )
  const cycles = findCycles(edges).map(
    (cycle) => `import cycle: ${cycle.map((path) => relative(root, path)).join(' -> ')}`,
  )
  return [
    ...checkTable(levels),
    ...packages.flatMap((pkg) => checkPackage(pkg, levels, { resolve, nameOf, shared })),
    ...cycles,
  ]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = checkArrows(join(here, '..'))
  for (const problem of problems) console.error(problem)
  console.log(problems.length === 0 ? 'arrows: all point down, no cycles' : `arrows: ${problems.length} problems`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
