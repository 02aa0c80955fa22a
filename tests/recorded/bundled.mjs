import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/** Bundles a program from the packages' sources into a folder and imports it, so that neither a build nor a loader is needed. */
export async function importBundled(entry, folder) {
  const outfile = join(folder, 'main.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@gradus/source'],
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  return import(pathToFileURL(outfile).href)
}
