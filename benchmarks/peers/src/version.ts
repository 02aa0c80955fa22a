import { readFileSync } from 'node:fs'

/** The version of an installed package. The bundles lie two folders below the packages. */
export function versionOf(name: string): string {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
