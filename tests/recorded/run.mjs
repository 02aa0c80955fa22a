// Bundles src/main.ts from the packages' sources and runs it, so that neither a build nor a loader is needed:
//   node tests/recorded/run.mjs [--backend NAME] [--only TEXT]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importBundled } from './bundled.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'gradus-recorded-'))
try {
  const { main } = await importBundled('src/main.ts', folder)
  process.exitCode = await main(process.argv.slice(2), join(here, '../..'))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
