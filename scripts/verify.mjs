// Runs every check of the built repository and leaves the counts in .reports/ for CI.
import { rmSync } from 'node:fs'
import { reportsFolder, runStages } from './stages.mjs'

rmSync(reportsFolder, { recursive: true, force: true })

// First the checks that take one processor, the longest at the head, side by side; then the unit tests on all processors.
const passed = await runStages('verify', [
  { id: 'packed', name: 'packed packages', command: 'vitest run --project packed', count: 'vitest' },
  { id: 'types', name: 'types of the sources', command: 'tsc -p tsconfig.json' },
  { id: 'types-dist', name: 'types of the build', command: 'tsc -p tsconfig.dist.json' },
  { id: 'lint', name: 'lint and format', command: 'biome ci --error-on-warnings --colors=off' },
  { id: 'arrows', name: 'package arrows', command: 'node scripts/check-arrows.mjs' },
  { id: 'knip', name: 'unused code', command: 'knip --no-config-hints' },
  { id: 'fuzz', name: 'loaders on random input', command: 'vitest run --project fuzz', count: 'vitest' },
  { id: 'size', name: 'size tests', command: 'vitest run --project size', count: 'vitest' },
  {
    id: 'docs',
    name: 'examples, structure, types',
    command: 'vitest run --project docs --project structure --project types --project recorded',
    count: 'vitest',
  },
  { id: 'unit', name: 'unit tests', command: 'vitest run --project unit', count: 'vitest', processors: Infinity },
])
process.exitCode = passed ? 0 : 1
