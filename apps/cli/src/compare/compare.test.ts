import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallSandbox } from '../testing/sandbox.ts'
import { textTable } from '../text/text-table.ts'
import { differencesOf } from './config-differences.ts'

const sandbox = smallSandbox()

beforeAll(async () => {
  await sandbox.run(['train', 'config.yaml', '--quiet'])
  await sandbox.run(['train', 'config.yaml', '--quiet', '--epochs', '6', '--set', 'model.layers[0].units=8'])
})

afterAll(() => sandbox.remove())

describe('compare', () => {
  it('prints figures, and the config where it differs', async () => {
    const { code, out, err } = await sandbox.run(['compare', 'runs/small-1', 'runs/small-2'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    // of few runs the table has a row for each figure
    expect(out).toMatch(
      /^run +runs\/small-1 +runs\/small-2\nepochs +4 +6\nseconds +[\d.]+ +[\d.]+\nparameters +18 +34\n/,
    )
    expect(out).toMatch(
      /\naccuracy +[\d.]+\*? +[\d.]+\*?\nbest accuracy .*\nloss .*\nbest loss +[\d.]+ \(4\) +[\d.]+\* \(\d\)\n/,
    )
    expect(out).toMatch(
      /\nDifferences of the configs\nrun +model\.layers\[0\]\.units +fit\.epochs\nruns\/small-1 +4 +4\n/,
    )
  })

  it('has a row for each of many runs', async () => {
    const runs = Array.from({ length: 8 }, (_, index) => `runs/small-${1 + (index % 2)}`)
    const { out } = await sandbox.run(['compare', ...runs])
    expect(out).toMatch(/^run +epochs +seconds +parameters +accuracy +best accuracy +loss +best loss\n/)
    expect(out.match(/^runs\/small-1 +4 +[\d.]+ +18 /gm)).toHaveLength(4)
  })

  it('prints JSON, and writes pages and pictures', async () => {
    const runs = ['runs/small-1', 'runs/small-2']
    const { out } = await sandbox.run(['compare', ...runs, '--json', '--out', 'page.html'])
    const result = JSON.parse(out) as { runs: { run: string; figures: object }[]; differences: object[]; file: string }
    expect(result.runs.map(({ run }) => run)).toEqual(runs)
    expect(result.runs[0]!.figures).toMatchObject({ loss: { bestEpoch: 4 } })
    expect(result.differences).toEqual([
      { place: 'model.layers[0].units', values: [4, 8] },
      { place: 'fit.epochs', values: [4, 6] },
    ])
    expect(sandbox.read('page.html')).toContain('<title>2 runs</title>')
    for (const name of ['curves.svg', 'curves.png']) {
      expect((await sandbox.run(['compare', ...runs, '--out', name])).out).toContain(`Wrote ${name}`)
    }
    const same = await sandbox.run(['compare', 'runs/small-1', 'runs/small-1'])
    expect(same.out).toContain('The configs do not differ.')
  })

  it.each([
    [['runs/small-1'], 2, 'compare needs two runs or more'],
    [['runs/small-1', 'runs'], 3, "'runs' is no run folder"],
    [['runs/small-1', 'runs/small-2', '--out', 'a'], 2, '.html, .svg or .png'],
  ])('%j ends with %d', async (args, expected, message) => {
    const { code, err } = await sandbox.run(['compare', ...args])
    expect({ code, err }).toEqual({ code: expected, err: expect.stringContaining(message) })
  })
})

it('differences are those of values, also where one config has none', () => {
  const differences = differencesOf([
    { a: [1, 2], b: { c: 'x' }, list: [{ d: 1 }] },
    { a: [1, 3], b: { c: 'x' }, list: [{ d: 1 }, { d: 2 }] },
  ])
  expect(differences).toEqual([
    { place: 'a', values: ['[1,2]', '[1,3]'] },
    { place: 'list[1].d', values: [undefined, '2'] },
  ])
})

it('numbers are aligned to the right', () => {
  expect(textTable(['name', 'n'], [['a', '1'], ['bcd', '-20']])).toBe('name    n\na       1\nbcd   -20\n') // biome-ignore format: one line
})
