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

const manifest = (name, more = {}) =>
  JSON.stringify({ name: `@t/${name}`, exports: { '.': { '@gradus/source': './src/index.ts' } }, ...more })

/** Writes a workspace of three packages, in which `files` are replaced or added, and checks it. */
function check(files, table = levels) {
  const root = mkdtempSync(join(tmpdir(), 'arrows-'))
  roots.push(root)
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
  it('accepts a workspace with arrows that point down', () => {
    expect(check({})).toEqual([])
  })

  const forms = [
    ['a static import', (from) => `import { one } from '${from}'\nexport const x = one`],
    ['a type import', (from) => `import type { One } from '${from}'\nexport type X = One`],
    ['an import type', (from) => `export type X = import('${from}').One`],
    ['a dynamic import', (from) => `export const load = () => import('${from}')`],
    ['a re-export', (from) => `export * from '${from}'`],
  ]

  it.each(forms)('catches %s that points up, by name and by path', (_, text) => {
    for (const from of ['@t/high', '../../high/src/index.ts']) {
      expect(check({ 'packages/low/src/up.ts': text(from) })).toEqual([
        `packages/low/src/up.ts: imports ${from}, which is not below it`,
      ])
    }
  })

  it.each(forms)('catches %s that finds no file', (_, text) => {
    for (const from of ['./missing.ts', './index', '..', '@t/low/missing']) {
      for (const file of ['packages/low/src/lost.ts', 'packages/low/src/lost.test.ts']) {
        expect(check({ [file]: text(from) })).toEqual([`${file}: imports ${from}, but there is no such file`])
      }
    }
  })

  it('catches a path into a package that is below, or to the package itself by name', () => {
    expect(check({ 'packages/high/src/by-path.ts': "export { one } from '../../low/src/index.ts'" })).toEqual([
      'packages/high/src/by-path.ts: imports ../../low/src/index.ts, a file of @t/low, which is imported by its name',
    ])
    expect(check({ 'packages/low/src/own.ts': "export { one } from '@t/low'" })).toEqual([
      'packages/low/src/own.ts: imports @t/low, its own package, whose files are imported by path',
    ])
  })

  it('finds an entry by the subpath of its name, and files with a query', () => {
    const exports = { '.': { '@gradus/source': './src/index.ts' }, './more': { '@gradus/source': './src/more.ts' } }
    expect(
      check({
        'packages/low/package.json': manifest('low', { exports }),
        'packages/low/src/more.ts': 'export const three = 3',
        'packages/high/src/more.ts': "export { three } from '@t/low/more'\nimport './page.css?inline'",
        'packages/high/src/page.css': '',
      }),
    ).toEqual([])
  })

  it('lets only tests import files for tests, in every folder', () => {
    const helpers = {
      'packages/low/src/a.test.ts': 'export const a = 1',
      'packages/low/src/deep/testing/helper.ts': 'export const b = 2',
      'packages/low/src/recorded/values.json': '{}',
      'tests/helper.ts': 'export const c = 3',
    }
    const paths = ['./a.test.ts', './deep/testing/helper.ts', './recorded/values.json']
    for (const path of [...paths, '../../../tests/helper.ts']) {
      const text = `export * from '${path}'`
      expect(check({ ...helpers, 'packages/low/src/b.test.ts': text })).toEqual([])
      expect(check({ ...helpers, 'packages/low/src/b.ts': text })).toEqual([
        `packages/low/src/b.ts: imports ${path}, which is only for tests`,
      ])
    }
  })

  it('lets tests use every file of the workspace, and the tools that the workspace or their package lists', () => {
    const shared = JSON.stringify({ devDependencies: { vitest: '4' } })
    const from = (path) => ({ 'package.json': shared, 'packages/low/src/a.test.ts': `export * from '${path}'` })
    expect(check(from('../../high/src/index.ts'))).toEqual([])
    expect(check(from('@t/high'))).toEqual([])
    expect(check(from('vitest'))).toEqual([])
    expect(check(from('left-pad'))).toEqual([
      'packages/low/src/a.test.ts: imports left-pad, which package.json does not list',
    ])
  })

  it('catches a computed import in code that runs everywhere', () => {
    const text = 'export const load = (name: string) => import(name)'
    expect(check({ 'packages/low/src/load.ts': text })).toEqual([
      'packages/low/src/load.ts: imports a computed name, which nothing can check',
    ])
    expect(check({ 'packages/side/src/platform-load.ts': text })).toEqual([])
  })

  it('catches a manifest that points up, and an import that the manifest does not list', () => {
    const up = manifest('low', { devDependencies: { '@t/high': '1' } })
    expect(check({ 'packages/low/package.json': up })).toEqual([
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

  describe('folders', () => {
    const table = { ...levels, low: { ...levels.low, folders: [['.'], ['left', 'right'], ['right/top']] } }
    const files = {
      'packages/low/src/index.ts': "export { r } from './right/r.ts'",
      'packages/low/src/base.ts': 'export const one = 1',
      'packages/low/src/left/l.ts': "export { one } from '../base.ts'",
      'packages/low/src/left/deep/d.ts': "export { one } from '../l.ts'",
      'packages/low/src/right/r.ts': 'export const r = 1',
      'packages/low/src/right/top/t.ts': "export { one } from '../../left/l.ts'\nexport { r } from '../r.ts'",
    }
    const edited = (path, text) => check({ ...files, [`packages/low/src/${path}`]: text }, table)

    it('lets imports go down the rows, and those of an entry to all of them', () => {
      expect(check(files, table)).toEqual([])
    })

    it.each([
      ['base.ts', './left/l.ts', 'but the folder left is not below .'],
      ['left/l.ts', '../right/r.ts', 'but the folder right is not below left'],
      ['right/r.ts', './top/t.ts', 'but the folder right/top is not below right'],
      ['right/top/t.ts', '../../index.ts', 'the entry of the package'],
    ])('catches %s importing %s', (file, from, problem) => {
      const label = `packages/low/src/${file}: imports ${from}, ${problem}`
      expect(edited(file, `import type {} from '${from}'`)).toContain(label)
      expect(edited(file.replace('.ts', '.test.ts'), `import type {} from '${from}'`)).toEqual([])
    })

    it('catches a folder that the table lacks, and one that the package lacks', () => {
      const low = { ...levels.low, folders: [['.', 'left'], ['middle']] }
      expect(check(files, { ...levels, low })).toEqual(
        expect.arrayContaining([
          'levels.json: the folders of low lack right',
          'levels.json: the folders of low lack right/top',
          'levels.json: the folder middle of low has no source files',
        ]),
      )
    })
  })

  it('takes a row with * for all packages of such names without a row', () => {
    const { side, ...rest } = levels
    const table = { ...rest, 'si*': { ...side, level: 1, uses: ['low'] } }
    const uses = { 'packages/side/src/index.ts': "export { one } from '@t/low'" }
    const lists = { 'packages/side/package.json': manifest('side', { dependencies: { '@t/low': '1' } }) }
    expect(check({ ...uses, ...lists }, table)).toEqual([])
    expect(check({ ...uses, ...lists }, { ...table, side })).toContain(
      'packages/side/src/index.ts: imports @t/low, which is not below it',
    )
  })

  it('catches a table that contradicts itself, and a package missing from it', () => {
    const { side, ...rest } = levels
    expect(check({}, rest)).toContain('@t/side: add it to scripts/levels.json')
    expect(check({}, { ...levels, side: { ...side, uses: ['high'] } })).toContain(
      'levels.json: side (level 0) may not use high, which is not on a lower level',
    )
  })
})
