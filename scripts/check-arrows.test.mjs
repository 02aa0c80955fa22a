import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkArrows } from './check-arrows.mjs'

const levels = {
  low: { level: 0, uses: [], platform: 'none' },
  side: { level: 0, uses: [], platform: 'files' },
  high: { level: 1, uses: ['low'], platform: 'none' },
}

const roots = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

/** Writes a workspace of three packages, lets `files` replace or add to it, and checks it. */
function check(files, table = levels) {
  const root = mkdtempSync(join(tmpdir(), 'arrows-'))
  roots.push(root)
  const manifest = (name, more = {}) =>
    JSON.stringify({ name: `@t/${name}`, exports: { '.': { '@gradus/source': './src/index.ts' } }, ...more })
  const all = {
    'packages/low/package.json': manifest('low'),
    'packages/low/src/index.ts': 'export const one = 1',
    'packages/side/package.json': manifest('side'),
    'packages/side/src/index.ts': 'export const two = 2',
    'packages/high/package.json': manifest('high', { dependencies: { '@t/low': '1' } }),
    'packages/high/src/index.ts': "export { one } from '@t/low'",
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return checkArrows(root, table)
}

describe('check-arrows', () => {
  it('accepts a workspace whose arrows point down', () => {
    expect(check({})).toEqual([])
  })

  it.each([
    ['a static import', "import { one } from '@t/high'\nexport const x = one"],
    ['a type import', "import type { One } from '@t/high'\nexport type X = One"],
    ['an import type', "export type X = import('@t/high').One"],
    ['a dynamic import', "export const load = () => import('@t/high')"],
    ['a re-export', "export * from '@t/high'"],
  ])('catches %s that points up', (_, text) => {
    expect(check({ 'packages/low/src/up.ts': text })).toContain(
      'packages/low/src/up.ts: imports @t/high, which is not below it',
    )
  })

  it('catches a manifest that points up, and an import that the manifest does not list', () => {
    const manifest = JSON.stringify({ name: '@t/low', devDependencies: { '@t/high': '1' } })
    expect(check({ 'packages/low/package.json': manifest })).toEqual([
      '@t/low: package.json devDependencies names high, which low may not use',
    ])
    expect(check({ 'packages/low/src/lib.ts': "import 'left-pad'" })).toEqual([
      'packages/low/src/lib.ts: imports left-pad, which package.json does not list',
    ])
  })

  it('catches a cycle inside a package, type-only imports included', () => {
    const problems = check({
      'packages/low/src/a.ts': "import type { B } from './b.ts'\nexport type A = B",
      'packages/low/src/b.ts': "import type { C } from './c.ts'\nexport type B = C",
      'packages/low/src/c.ts': "export type C = import('./a.ts').A | 1",
    })
    expect(problems).toEqual([
      'import cycle: packages/low/src/a.ts -> packages/low/src/b.ts -> packages/low/src/c.ts -> packages/low/src/a.ts',
    ])
  })

  it('catches a cycle between packages', () => {
    expect(check({ 'packages/low/src/index.ts': "export * from '@t/high'" })).toContain(
      'import cycle: packages/high/src/index.ts -> packages/low/src/index.ts -> packages/high/src/index.ts',
    )
  })

  it('catches platform code, and allows it in the platform files of a package that has them', () => {
    const code = "import { readFileSync } from 'node:fs'\nexport const x = [readFileSync, process.pid]"
    const found = (label) => [
      `${label}: imports node:fs, but this file must run on every platform`,
      `${label}: reads process, but this file must run on every platform`,
    ]
    expect(check({ 'packages/low/src/p.ts': code })).toEqual(found('packages/low/src/p.ts'))
    expect(check({ 'packages/side/src/p.ts': code })).toEqual(found('packages/side/src/p.ts'))
    expect(check({ 'packages/side/src/platform/node.ts': code })).toEqual([])
    expect(check({ 'packages/low/src/p.test.ts': code })).toEqual([])
    expect(check({ 'packages/low/src/testing/p.ts': code })).toEqual([])
    expect(check({ 'packages/low/src/g.ts': 'export const x = (globalThis as any).navigator' })).toHaveLength(1)
  })

  it('is not misled by own names and property names', () => {
    const code =
      'export interface Buffer { process: number }\nexport const f = (b: Buffer, { location = 1 }) => b.process + location'
    expect(check({ 'packages/low/src/own.ts': code })).toEqual([])
  })

  it('catches a table that contradicts itself, and a package missing from it', () => {
    const { side, ...rest } = levels
    expect(check({}, rest)).toContain('@t/side: add it to scripts/levels.json')
    expect(check({}, { ...levels, side: { ...side, uses: ['high'] } })).toContain(
      'levels.json: side (level 0) may not use high, which is not on a lower level',
    )
  })
})
