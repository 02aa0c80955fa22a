import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles a program of this folder and its imports into one script for browsers. */
export async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@gradus/source'],
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0]!.text
}
