import { readFileSync } from 'node:fs'

/** The version of this program, from the package.json one folder above both the sources and the built file. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
