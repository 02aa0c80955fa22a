import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { decodeSafetensors } from 'gradus/io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtCommand, startCommand } from '../testing/bundle.ts'
import { Sandbox } from '../testing/sandbox.ts'
import { RowFile } from './row-file.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
  const rows = Array.from({ length: 300 }, (_, i) => {
    const [a, b] = [(i * 37) % 101, (i * 53) % 89]
    return `${a},${b / 4},${['Rome', 'Oslo', 'Paris'][i % 3]},o${i % 40},${2 * a - b},${a > b ? 'yes' : 'no'}`
  })
  sandbox.write('rows.csv', `a,b,city,owner,price,large\n${rows.join('\n')}\n`)
})

afterEach(() => sandbox.remove())

function tensors(path: string): [name: string, bytes: string][] {
  return decodeSafetensors(readFileSync(sandbox.file(path))).tensors.map(({ name, data }) => [
    name,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
  ])
}

const lossesOf = (run: string) =>
  sandbox
    .read(run, 'metrics.jsonl')
    .trim()
    .split('\n')
    .flatMap((line) => {
      const { loss, val_loss } = JSON.parse(line) as { loss: number; val_loss?: number }
      return val_loss === undefined ? [loss] : [loss, val_loss]
    })

const configOf = (data: object, rest: object = {}) => ({
  name: 'rows',
  seed: 3,
  data: { train: 'rows.csv', inputs: ['a', 'b', 'city'], ...data },
  ...rest,
})

const model = {
  model: 'Sequential',
  layers: [
    { layer: 'Dense', units: 8, activation: 'relu' },
    { layer: 'Dropout', rate: 0.2 },
    { layer: 'Dense', units: 1 },
  ],
}
const regression = { model, optimizer: 'Adam', loss: 'mse', metrics: ['mae'] }

describe('data.stream', () => {
  it.each([
    ['a split by strata, all chosen', configOf({ target: 'large', classWeight: 'balanced' })],
    ['several targets', configOf({ target: ['price', 'large'], split: { validation: 0.2, groups: 'owner' } })],
    ['by time, without test', configOf({ target: 'price', split: { validation: 0.3, time: 'a' } })],
    [
      'fit.validationSplit, batches that do not divide the rows',
      configOf({ target: 'price' }, { ...regression, fit: { validationSplit: 0.25, batchSize: 13, epochs: 3 } }),
    ],
    [
      'steps of an epoch, shuffling within batches',
      configOf(
        { target: 'price', validation: 'rows.csv' },
        { ...regression, fit: { stepsPerEpoch: 7, shuffle: 'batch', batchSize: 17, epochs: 5 } },
      ),
    ],
    [
      'no shuffling',
      configOf({ target: 'price' }, { ...regression, explain: true, fit: { shuffle: false, epochs: 2 } }),
    ],
  ])('gives the results of rows in memory: %s', async (_, config) => {
    sandbox.write('config.yaml', config)
    const flags = 'fit' in config ? [] : ['--epochs', '3']
    for (const stream of [true, false]) {
      const { code, err, out } = await sandbox.run(['train', 'config.yaml', ...flags, '--set', `data.stream=${stream}`])
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(/in a temporary file and not in memory, as data.stream says/.test(out)).toBe(stream)
    }
    for (const file of ['model-last.safetensors', 'model-best.safetensors'])
      expect(tensors(`runs/rows-1/${file}`)).toEqual(tensors(`runs/rows-2/${file}`))
    // figures of an evaluation are sums, whose last digit depends on how many batches a program takes at once
    const [figures, others] = ['runs/rows-1', 'runs/rows-2'].map(lossesOf)
    expect(figures).toHaveLength(others!.length)
    for (const [index, one] of figures!.entries()) expect(one).toBeCloseTo(others![index]!, 5)
  })

  it('refuses a pipe', async () => {
    execFileSync('sh', ['-c', `mkfifo '${sandbox.file('pipe')}'`])
    sandbox.write('config.yaml', configOf({ train: 'pipe', target: 'price', stream: true }))
    const { code, err } = await sandbox.run(['train', 'config.yaml'])
    expect(code).toBe(2)
    expect(err).toContain('is a pipe, which can be read only once. Save it to a file')
  })

  it('is the same for reports and evaluations of the run', async () => {
    sandbox.write('config.yaml', configOf({ target: 'large', stream: true }))
    expect((await sandbox.run(['train', 'config.yaml', '--epochs', '2'])).code).toBe(0)
    expect(sandbox.json('runs/rows-1', 'config.json')).toMatchObject({ data: { stream: true } })
    const evaluated = JSON.parse((await sandbox.run(['evaluate', 'runs/rows-1', '--json'])).out)
    const { figures, confusion } = sandbox.json('runs/rows-1', 'evaluation.json')
    expect(evaluated).toMatchObject({ figures, confusion })
    expect((await sandbox.run(['report', 'runs/rows-1'])).code).toBe(0)
  })
})

describe('a streamed run that is killed', { timeout: 180_000 }, () => {
  const built = builtCommand()

  it('goes on within an epoch and gets the results of one that was not', async () => {
    const fit = { batchSize: 4, epochs: 12, validationSplit: 0.1 }
    const checkpoint = { every: 23 }
    sandbox.write('config.yaml', configOf({ target: 'price', stream: true }, { ...regression, fit, checkpoint }))
    const start = (...args: string[]) => startCommand(built.script, args, sandbox.path)
    expect((await start('train', 'config.yaml', '--quiet').ended).code).toBe(0)
    for (const [index, epochs] of [2, 7].entries()) {
      const run = `runs/rows-${index + 2}`
      const running = start('train', 'config.yaml')
      await running.shows(new RegExp(`Epoch ${epochs}/`))
      running.kill('SIGKILL')
      expect((await running.ended).signal).toBe('SIGKILL')
      expect(await start('train', '--resume', run, '--quiet').ended).toMatchObject({ code: 0, err: '' })
      for (const file of ['model-last.safetensors', 'model-best.safetensors'])
        expect(tensors(`${run}/${file}`)).toEqual(tensors(`runs/rows-1/${file}`))
    }
  })

  it('may be given its config again', async () => {
    sandbox.write('config.yaml', configOf({ target: 'price', stream: true }, { ...regression, fit: { epochs: 2 } }))
    await sandbox.run(['train', 'config.yaml'])
    sandbox.write('config.yaml', configOf({ target: 'price' }, { ...regression, fit: { epochs: 3 } }))
    const resumed = await sandbox.run(['train', 'config.yaml', '--resume', 'runs/rows-1'])
    expect(resumed).toMatchObject({ code: 0, err: '' })
  })
})

it('RowFile gives rows in any order', () => {
  const file = new RowFile(3)
  const count = 150_000
  for (let row = 0; row < count; row++) file.add((values, at) => values.set([row, -row, row % 7], at))
  expect(file.rowCount).toBe(count)
  const order = Int32Array.from({ length: 500 }, (_, i) => (i * 7919 * 31) % count)
  const rows = file.pick(order)
  order.forEach((row, index) => {
    expect([...rows.subarray(3 * index, 3 * index + 3)]).toEqual([row, -row || 0, row % 7])
  })
  expect([...file.range(count - 1, count)]).toEqual([count - 1, 1 - count, (count - 1) % 7])
  expect([...file.pick(Int32Array.of(2, 0), 10)]).toEqual([12, -12, 5, 10, -10, 3])
})
