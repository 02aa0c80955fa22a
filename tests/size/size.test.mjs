import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layerNames, measureLayers } from './layers.mjs'
import { bundles, leftover, measureAll, table } from './measure.mjs'

const packages = readdirSync(join(import.meta.dirname, '../../packages')).filter((name) => name !== 'testing')
const documented = join(import.meta.dirname, '../../docs/sizes.md')

describe('the code of applications stays small', () => {
  let measured
  const folder = mkdtempSync(join(tmpdir(), 'gradus-size-'))
  beforeAll(async () => {
    measured = await measureAll()
    console.log(table(measured))
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(bundles)('$name: at most $ceiling kB', ({ name, ceiling }) => {
    expect(measured.get(name).first.gzip).toBeLessThan(ceiling)
  })

  // A bundle from which too much code was removed would be small but broken.
  it.each([
    ['add', '[ 2, 3 ]'],
    ['trainer', '[ 0, 1, 1, 0 ]'],
    ['trainer-wasm', '[ 0, 1, 1, 0 ]'],
    ['umbrella', '[ 0, 1, 1, 0 ]'],
    ['conv-net', '[ 2, 3 ]'],
  ])(
    '%s: the bundle works',
    async (name, expected) => {
      const target = join(folder, name)
      mkdirSync(target)
      writeFileSync(join(target, 'package.json'), '{ "type": "module" }')
      for (const { file, text } of measured.get(name).files) writeFileSync(join(target, file), text)
      const { stdout } = await promisify(execFile)(process.execPath, [join(target, `${name}.js`)])
      expect(stdout.trim()).toBe(expected)
    },
    60_000,
  )

  it('removes models, files and layers from a bundle that uses none', () => {
    for (const { text } of measured.get('add').files) expect(text).not.toMatch(/Sequential|safetensors|Conv2D/)
    const loadedFirst = measured.get('trainer').files.find(({ file }) => file === 'trainer.js')
    expect(loadedFirst.text).not.toMatch(/safetensors/)
  })

  // A spread in a static field, or a call at module level, is enough to keep a class in every bundle.
  it.each([...packages, 'graph/internals', 'tensor/internals', 'tensor/ops'])(
    '%s: leaves no code in a bundle that does not use it',
    async (name) => {
      expect((await leftover(name)).slice(400)).toBe('')
    },
  )

  it('docs/sizes.md is current within 5 % (npm run sizes writes it)', () => {
    const rows = [
      ...readFileSync(documented, 'utf8').matchAll(/^\| ([\w-]+) \| .* \| ([\d.]+) \| ([\d.]+) \| [\d.]+ \|$/gm),
    ]
    expect(rows.map(([, name]) => name)).toEqual(bundles.map(({ name }) => name))
    for (const [, name, gzip, minified] of rows) {
      const now = measured.get(name).first
      expect(Math.abs(Number(gzip) / now.gzip - 1), `gzip of ${name}, now ${now.gzip}`).toBeLessThan(0.05)
      expect(Math.abs(Number(minified) / now.minified - 1), `minified ${name}, now ${now.minified}`).toBeLessThan(0.05)
    }
  })

  it('docs/sizes.md lists every layer with the size of its code (npm run sizes writes it)', async () => {
    const page = readFileSync(documented, 'utf8').split('## Layers')[1]
    const listed = new Map([...page.matchAll(/(\w+) \| (\d+\.\d) \|/g)].map(([, name, size]) => [name, Number(size)]))
    expect([...listed.keys()].sort()).toEqual([...layerNames].sort())
    const families = ['Conv2D', 'Dropout', 'LSTM', 'MultiHeadAttention', 'RandomFlip', 'TextVectorization']
    for (const [name, size] of await measureLayers(families)) {
      expect(Math.abs(listed.get(name) - size), `${name}, now ${size}`).toBeLessThan(0.1 + 0.1 * size)
    }
  }, 60_000)
})
