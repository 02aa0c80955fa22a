import { readFileSync } from 'node:fs'

/** The version of this program. The manifest lies beside the sources and beside the built file alike. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
