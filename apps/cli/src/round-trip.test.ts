import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { loadModel } from 'gradus'
import { decodeSafetensors } from 'gradus/io'
import type { RowPrediction } from 'gradus/tables'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleCommand, startCommand } from './testing/bundle.ts'
import { Sandbox } from './testing/sandbox.ts'

// One model by the real program: trained on a table and killed, resumed, and asked in each way that there is. Predictions of the same
// rows at once are equal to the last digit. The exported file and the server compute in another order: the outputs of the network are
// within 1e-6.

const sandbox = new Sandbox()
let script: string

const start = (args: readonly string[], input?: string) =>
  startCommand(script, args, sandbox.path, input === undefined ? {} : { input })

/** Runs a command that succeeds, and returns what it prints. */
async function output(args: readonly string[], input?: string): Promise<string> {
  const { code, out, err } = await start(args, input).ended
  expect({ code, err }, args.join(' ')).toEqual({ code: 0, err: '' })
  return out
}

const json = async <T>(...args: string[]) => JSON.parse(await output([...args, '--json'])) as T

const islands = ['Torgersen', 'Biscoe', 'Dream']
const species = ['Adelie', 'Chinstrap', 'Gentoo']

/** Rows of penguins with categories, dates, booleans and gaps, and two targets: a class and a number. */
function birds(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const kind = i % 3
    const spread = (step: number) => ((i * step) % 97) / 97
    const date = `200${7 + (i % 3)}-${String(1 + (i % 12)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}`
    const cells = [
      i % 19 === 8 ? 'NA' : islands[(i * 7 + Number(i % 5 === 0)) % 3],
      i % 11 === 4 ? '' : (35 + kind * 5 + 6 * spread(53)).toFixed(1),
      i % 13 === 6 ? '?' : Math.round(2800 + kind * 700 + 900 * spread(37)),
      date,
      i % 17 === 3 ? '' : i % 2 ? 'yes' : 'no',
      species[kind],
      (180 + kind * 10 + 20 * spread(37)).toFixed(1),
    ]
    return cells.join()
  })
  return `island,bill,mass,measured,tagged,species,flipper\n${rows.join('\n')}\n`
}

/** Rows to predict: of the table, with gaps, with a category that is new, and with values outside of the range. */
const rows = [
  { island: 'Torgersen', bill: 38.5, mass: 3000, measured: '2007-01-01', tagged: 'no' },
  { island: 'Biscoe', bill: 41, mass: 4100, measured: '2008-11-30', tagged: 'yes' },
  { island: 'Dream', bill: 50.5, mass: 4900, measured: '2009-06-15', tagged: 'yes' },
  { island: 'NA', bill: '', mass: '?', measured: '2009-02-28', tagged: '' },
  { island: 'Elephant', bill: 45.25, mass: 3950, measured: '2011-12-24', tagged: 'no' },
  { island: 'Biscoe', bill: 120, mass: 12_000, measured: '1999-12-31', tagged: 'yes' },
]

const table = () => `${Object.keys(rows[0]!).join()}\n${rows.map((row) => Object.values(row).join()).join('\n')}\n`

const flags = ['birds.csv', '--target', 'species,flipper', '--epochs', '40', '--seed', '1']
const [whole, killed] = ['runs/birds-1', 'runs/birds-2']
const best = `${killed}/model-best.safetensors`

let expected: readonly RowPrediction[]

function expectClose(found: readonly RowPrediction[]): void {
  expect(found).toHaveLength(expected.length)
  const numbers = (predictions: readonly RowPrediction[]) =>
    predictions.flatMap(({ species, flipper }) => [
      ...Object.values(species!.probabilities!),
      // as the network gives it, in deviations of about 10
      Number(flipper!.value) / 10,
    ])
  const wanted = numbers(expected)
  numbers(found).forEach((value, index) => expect(Math.abs(value - wanted[index]!)).toBeLessThan(1e-6))
  expect(found.map((row) => row['species']!.value)).toEqual(expected.map((row) => row['species']!.value))
}

beforeAll(async () => {
  script = await bundleCommand(sandbox.path)
  sandbox.write('birds.csv', birds(240))
  sandbox.write('rows.csv', table())
  sandbox.write('rows.json', JSON.stringify(rows))
  await output(['train', ...flags])
  const running = start(['train', ...flags])
  await running.shows(/Epoch 9\//)
  running.kill('SIGKILL')
  expect((await running.ended).signal).toBe('SIGKILL')
  await output(['train', '--resume', killed])
  const predicted = await json<{ predictions: RowPrediction[] }>('predict', killed, 'rows.csv')
  expected = predicted.predictions
}, 180_000)

afterAll(() => sandbox.remove())

describe('a model of a table, killed and resumed', { timeout: 120_000 }, () => {
  it('is the model of a run that was not stopped', () => {
    const logs = (run: string) =>
      sandbox
        .read(run, 'metrics.jsonl')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { logs?: object; loss: number }).loss)
    expect(logs(killed)).toHaveLength(40)
    expect(logs(killed)).toEqual(logs(whole))
    for (const file of ['model-last.safetensors', 'model-best.safetensors']) {
      const [a, b] = [whole, killed].map((run) => decodeSafetensors(readFileSync(sandbox.file(run, file))).tensors)
      expect(b).toEqual(a)
    }
    expect(sandbox.json(killed, 'evaluation.json')).toEqual(sandbox.json(whole, 'evaluation.json'))
  })

  it('has learned the table', () => {
    expect(expected.slice(0, 3).map((row) => row['species']!.value)).toEqual(species)
    for (const row of expected) expect(row['flipper']!.value).toSatisfy(Number.isFinite)
  })

  it('predicts the same from CSV, JSON and JSONL, of files and of stdin', async () => {
    const lines = rows.map((row) => JSON.stringify(row)).join('\n')
    const fromFile = JSON.parse(await output(['predict', killed, 'rows.json', '--probabilities'])) as unknown
    const fromPipe = (await output(['predict', killed, '--probabilities'], lines)).trim().split('\n')
    expect(fromPipe.map((line) => JSON.parse(line) as unknown)).toEqual(fromFile)
    const listed = await output(['predict', killed, '--probabilities'], sandbox.read('rows.json'))
    expect(JSON.parse(listed)).toEqual(fromFile)
    const flat = expected.map(({ species, flipper }) => [
      species!.value,
      ...Object.values(species!.probabilities!),
      flipper!.value,
    ])
    const written = await output(['predict', killed, 'rows.csv', '--probabilities'])
    const header = 'species,species = Adelie,species = Chinstrap,species = Gentoo,flipper'
    expect(written.trimEnd().split('\n')).toEqual([header, ...flat.map((cells) => cells.join())])
    const cellsOf = (row: object) =>
      Object.values(row).flatMap((cell) => (cell instanceof Object ? Object.values(cell) : cell))
    expect((fromFile as object[]).map(cellsOf)).toEqual(flat)
    expect(await output(['predict', killed, '-', '--probabilities'], table())).toBe(written)
    expect(await output(['predict', best, 'rows.csv', '--probabilities'])).toBe(written)
  })

  it('is evaluated as at the end of training', async () => {
    const { figures, targets } = sandbox.json(killed, 'evaluation.json') as { figures: object; targets: object }
    expect(await json('evaluate', killed)).toMatchObject({ figures, targets, samples: 24 })
    const all = await json<{ samples: number; figures: Record<string, number> }>('evaluate', killed, 'birds.csv')
    expect(all.samples).toBe(240)
    expect(all.figures['species_accuracy']).toBeGreaterThan(0.95)
  })

  it('predicts the same in a program', async () => {
    const model = await loadModel(sandbox.file(best))
    expect(await model.predictRows(rows)).toEqual(expected)
  })

  it('predicts the same as a file of JavaScript in another process', async () => {
    await output(['export', killed, '--to', 'model.mjs'])
    const program = `import { predictRows } from './model.mjs'; console.log(JSON.stringify(predictRows(${JSON.stringify(rows)})))`
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: sandbox.path,
      encoding: 'utf8',
      env: {},
    })
    expectClose(JSON.parse(printed) as RowPrediction[])
  })

  it('comes back from other formats with the same weights', async () => {
    const weights = (path: string) =>
      decodeSafetensors(readFileSync(sandbox.file(path))).tensors.map(({ data }) => data)
    await output(['export', killed, '--to', 'copy.safetensors'])
    for (const format of ['model.keras', 'model.h5', 'tf/model.json']) {
      await output(['export', killed, '--to', format])
      await output(['convert', format, '--to', 'again.safetensors', '--force'])
      expect(weights('again.safetensors')).toEqual(weights('copy.safetensors'))
    }
    // safetensors keeps the columns too
    const again = await json<{ predictions: RowPrediction[] }>('predict', 'copy.safetensors', 'rows.csv')
    expect(again.predictions).toEqual(expected)
  })

  it('is served with the same predictions', async () => {
    const running = start(['serve', killed])
    const [, url] = await running.shows(/ at (http:\S+)\n/)
    const asked = await fetch(`${url}predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows }),
    })
    expectClose(((await asked.json()) as { predictions: RowPrediction[] }).predictions)
    running.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })

  it('has a report, and compares with the run that was not stopped', async () => {
    expect(await output(['report', killed])).toMatch(/^Wrote runs\/birds-2\/report\.html /)
    const compared = await json<{ runs: { figures: object }[]; differences: unknown[] }>('compare', whole, killed)
    expect(compared.differences).toEqual([])
    expect(compared.runs[1]!.figures).toEqual(compared.runs[0]!.figures)
  })
})
