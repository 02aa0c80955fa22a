// Bundles src/main.ts from the packages' sources and runs it, so that neither a build nor a loader is needed:
//   node tests/recorded/run.mjs [--backend NAME] [--only TEXT]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'gradus-recorded-'))
try {
  const outfile = join(folder, 'main.mjs')
  await build({
    entryPoints: [join(here, 'src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@gradus/source'],
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  const { main } = await import(pathToFileURL(outfile).href)
  process.exitCode = await main(process.argv.slice(2), join(here, '../..'))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
