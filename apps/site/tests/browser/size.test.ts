import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const dist = new URL('../../dist/', import.meta.url)

/** A file and the files that it loads at once: its static imports, and its worker. */
function loaded(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found
  found.add(path)
  const text = readFileSync(new URL(path, dist), 'utf8')
  const names = [
    ...text.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g),
    ...text.matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g),
    ...text.matchAll(/["'`](?:\.?\/)?(?:assets\/)?(worker-[\w-]+\.js)["'`]/g),
  ].map(([, name]) => (name!.startsWith('assets/') ? name! : `assets/${name}`))
  for (const name of names) loaded(name, found)
  return found
}

it('the first load, without backends, is below 168 kB', () => {
  const files = [...loaded('index.html')]
  expect(files.some((file) => file.includes('worker-'))).toBe(true)
  expect(files.some((file) => file.endsWith('.css'))).toBe(true)
  const bytes = files.map((file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length)
  expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(168_000)
})
