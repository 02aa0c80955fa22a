import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles a program of this folder and its imports into one script, for browsers or for Node. */
export async function bundle(entry: string, platform: 'browser' | 'node' = 'browser'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform,
    conditions: ['@gradus/source'],
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0]!.text
}
