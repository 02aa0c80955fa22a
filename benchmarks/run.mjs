// Bundles the harness from its sources and runs it, so that neither a build nor a loader is needed:
//   node benchmarks/run.mjs [--quick] [--webgpu] [--only WORKLOAD,...] [--contestants ID,...]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const dist = join(import.meta.dirname, 'dist') // beside the packages that the bundles import
mkdirSync(dist, { recursive: true })
const folder = mkdtempSync(join(dist, 'run-'))
try {
  const outfile = join(folder, 'main.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'src/harness/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@gradus/source'],
    logLevel: 'warning',
  })
  const { main } = await import(pathToFileURL(outfile).href)
  process.exitCode = await main(process.argv.slice(2), { home: import.meta.dirname, work: folder, build })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
