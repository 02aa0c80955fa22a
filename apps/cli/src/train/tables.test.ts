import { readFileSync } from 'node:fs'
import { loadModel } from 'gradus'
import { decodeSafetensors } from 'gradus/io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sandbox } from '../testing/sandbox.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
})

afterEach(() => sandbox.remove())

/** Rows of houses: the price follows from the size and the city; one size and one city in ten is missing. */
function houses(count: number, delimiter = ','): string {
  const number = (value: number) => (delimiter === ';' ? value.toFixed(1).replace('.', ',') : value.toFixed(1))
  const rows = Array.from({ length: count }, (_, i) => {
    const size = 50 + ((i * 37) % 100)
    const city = ['Rome', 'Oslo', 'Lima'][i % 3]!
    const price = size * 3 + (city === 'Oslo' ? 100 : 0)
    const cells = [String(i + 1), i % 10 === 4 ? '' : number(size), i % 10 === 7 ? 'NA' : city, i % 2 ? 'yes' : 'no']
    return [...cells, `2024-0${(i % 9) + 1}-11`, number(price), price > 350 ? 'dear' : 'cheap'].join(delimiter)
  })
  return `${['id', 'size', 'city', 'garden', 'sold', 'price', 'class'].join(delimiter)}\n${rows.join('\n')}\n`
}

const losses = (run: string) => sandbox.read(run, 'metrics.jsonl').match(/"loss":[\d.e-]+/g)
const weights = (run: string) =>
  decodeSafetensors(readFileSync(sandbox.file(run, 'model-last.safetensors'))).tensors.map(({ data }) =>
    [...data].join(),
  )

describe('train FILE --target NAME', () => {
  it('chooses everything, says each choice, and saves a config that gives the same run again', async () => {
    sandbox.write('houses.csv', houses(240, ';'))
    const flags = ['--target', 'price', '--inputs', 'size,city,garden,sold', '--epochs', '6', '--seed', '1']
    const { code, out, err } = await sandbox.run(['train', 'houses.csv', ...flags])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const text of [
      'data       houses.csv, 168 samples, size, city, garden, sold -> price',
      'validation houses.csv (validation rows), 48 samples',
      'test       houses.csv (test rows), 24 samples',
      "The cells are separated by ';'.",
      'Numbers have a decimal comma.',
      "'price' is a number from 150 to 547: a regression.",
      'The network has 2 hidden layers',
      'are marked',
      'city    category  3 categories: Lima, Oslo, Rome; missing values are marked',
      'In the log, errors of price are in deviations: 1 is 9',
      'price: mean absolute error',
      '# the figures on all rows of the file',
      '# go on where this run stopped: the last epoch was the best one',
      'gradus predict runs/houses-1 houses.csv',
      'gradus train houses.csv --target price --inputs size,city,garden,sold --seed 2',
    ])
      expect(out).toContain(text)
    const again = await sandbox.run(['train', 'runs/houses-1/config.json'])
    expect(again.code).toBe(0)
    expect(sandbox.json('runs/houses-2/config.json')).toEqual(sandbox.json('runs/houses-1/config.json'))
    expect(losses('runs/houses-2')).toEqual(losses('runs/houses-1'))
    expect(weights('runs/houses-2')).toEqual(weights('runs/houses-1'))
  })

  it('keeps the columns with the model, which predicts raw rows', async () => {
    sandbox.write('houses.csv', houses(240))
    const flags = ['--target', 'class', '--inputs', 'size,city', '--epochs', '60', '--seed', '1', '--quiet']
    await sandbox.run(['train', 'houses.csv', ...flags, '--min-accuracy', '0.9'])
    for (const file of ['model-last', 'model-best']) {
      const model = await loadModel(sandbox.file('runs/houses-1', `${file}.safetensors`))
      const rows = [
        { size: 60, city: 'Rome' },
        { size: '149', city: 'Oslo' },
        { size: null, city: 'Paris' },
      ]
      const predictions = await model.predictRows(rows)
      expect(predictions.slice(0, 2).map((row) => row.class!.value)).toEqual(['cheap', 'dear'])
      expect(predictions[2]!.class!.probabilities).toEqual({ cheap: expect.any(Number), dear: expect.any(Number) })
    }
  })

  it('continues exactly, with what was learned from the columns', async () => {
    sandbox.write('houses.csv', houses(240))
    const flags = ['--target', 'class', '--seed', '1', '--quiet']
    expect((await sandbox.run(['train', 'houses.csv', ...flags, '--epochs', '6'])).code).toBe(0)
    expect((await sandbox.run(['train', 'houses.csv', ...flags, '--epochs', '3'])).code).toBe(0)
    const resumed = await sandbox.run(['train', '--resume', 'runs/houses-2', '--epochs', '6', '--quiet'])
    expect(resumed).toMatchObject({ code: 0, err: '' })
    expect(losses('runs/houses-2')).toEqual(losses('runs/houses-1'))
    expect(weights('runs/houses-2')).toEqual(weights('runs/houses-1'))
  })

  it('says which accuracy is too low, and why there is none', async () => {
    sandbox.write('houses.csv', houses(240))
    const flags = ['--epochs', '1', '--seed', '1', '--quiet', '--min-accuracy', '1.1']
    const low = await sandbox.run(['train', 'houses.csv', '--target', 'class', ...flags])
    expect(low.code).toBe(6)
    expect(low.err).toMatch(/The accuracy of the test rows is 0\.\d{4} and was to be at least 1\.1/)
    sandbox.write('few.csv', houses(60))
    const few = await sandbox.run(['train', 'few.csv', '--target', 'class', ...flags])
    expect(few.err).toContain('The accuracy of the validation rows is')
    const number = await sandbox.run(['train', 'houses.csv', '--target', 'price', ...flags])
    expect({ code: number.code, says: number.err.includes('It predicts a number') }).toEqual({ code: 2, says: true })
  })

  it('reads JSON as rows or as a config', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ a: i, b: i % 2 ? 'x' : 'y' }))
    sandbox.write('rows.json', JSON.stringify(rows))
    const none = await sandbox.run(['train', 'rows.json'])
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('give the column to predict: --target NAME') })
    const { code, out } = await sandbox.run(['train', 'rows.json', '--target', 'b', '--inputs', 'a', '--epochs', '1'])
    expect({ code, says: out.includes('rows.json, 32 samples, a -> b') }).toEqual({ code: 0, says: true })
  })

  it.each([
    [
      'no target',
      [],
      2,
      'data.target is missing; expected a text: the column that the model predicts. Give --target NAME. The columns are id, size',
    ],
    ['a misspelt target', ['--target', 'prize'], 2, "there is no column 'prize'. Did you mean 'price'?"],
    [
      'a misspelt input',
      ['--target', 'price', '--inputs', 'sise'],
      2,
      "there is no column 'sise'. Did you mean 'size'?",
    ],
    ['a misspelt kind', ['--target', 'price', '--set', 'data.columns.size=numbr'], 2, "Did you mean 'number'?"],
    ['a text for a regression', ['--target', 'city', '--task', 'regression'], 2, 'which a regression cannot predict'],
    [
      'a missing value that is refused',
      ['--target', 'price', '--set', 'data.missing=refuse'],
      3,
      'expected a number, found nothing in line 6',
    ],
  ])('refuses %s', async (_, flags, code, message) => {
    sandbox.write('houses.csv', houses(60))
    const outcome = await sandbox.run(['train', 'houses.csv', ...flags])
    expect(outcome.err).toContain(message)
    expect(outcome.code).toBe(code)
  })
})

describe('a config of tables', () => {
  const train = async (config: object, ...flags: string[]) => {
    sandbox.write('houses.csv', houses(240))
    sandbox.write('config.yaml', { name: 'r', seed: 1, ...config })
    const { code, out, err } = await sandbox.run(['train', 'config.yaml', '--json', ...flags])
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
    return JSON.parse(out)
  }

  it('has several targets', async () => {
    const data = { train: 'houses.csv', target: ['price', 'class'], inputs: ['size', 'city'], split: { test: 0.25 } }
    const { evaluation, epochs } = await train({ data, fit: { epochs: 2 } })
    expect(evaluation).toMatchObject({ role: 'test', samples: 60 })
    expect(Object.keys(evaluation.targets)).toEqual(['price', 'class'])
    expect(evaluation.targets.class.confusion.classes).toEqual(['cheap', 'dear'])
    expect(evaluation.targets.price).toEqual({
      meanAbsoluteError: expect.any(Number),
      rootMeanSquaredError: expect.any(Number),
      r2: expect.any(Number),
    })
    expect(Object.keys(epochs[0])).toEqual(expect.arrayContaining(['price_loss', 'class_loss']))
    const { code, out } = await sandbox.run(['predict', 'runs/r-1', 'houses.csv', '--rows', '2'])
    expect({ code, lines: out.trim().split('\n').length, head: out.split('\n')[0] }).toEqual({
      code: 0,
      lines: 3,
      head: 'price,class',
    })
  })

  it('has inputs by name, for a model with several', async () => {
    const layer = (name: string, spec: object, from?: unknown) => ({
      name,
      spec: { ...spec, name },
      calls: from ? [{ inputs: from }] : [],
    })
    const model = {
      model: 'Functional',
      layers: [
        layer('left', { layer: 'InputLayer', shape: [2] }),
        layer('right', { layer: 'InputLayer', shape: [4] }),
        layer('both', { layer: 'Concatenate' }, [
          ['left', 0, 0],
          ['right', 0, 0],
        ]),
        layer('out', { layer: 'Dense', units: 1 }, ['both', 0, 0]),
      ],
      inputs: [
        ['left', 0, 0],
        ['right', 0, 0],
      ],
      outputs: ['out', 0, 0],
    }
    const data = { train: 'houses.csv', target: 'price', inputs: { left: ['size'], right: ['city'] } }
    await train({ data, model, loss: 'mse', optimizer: 'adam', fit: { epochs: 1 } })
    expect(sandbox.json('runs/r-1/config.json').data).toMatchObject({
      inputs: { left: ['size'], right: ['city'] },
      columns: { size: { kind: 'number' }, city: { kind: 'category' }, price: { kind: 'number', scale: 'none' } },
    })
    const again = await sandbox.run(['train', 'runs/r-1/config.json', '--quiet'])
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(losses('runs/r-2')).toEqual(losses('runs/r-1'))
  })

  it('holds out groups, the last rows by time, or files of other formats', async () => {
    const fit = { epochs: 1 }
    const base = { train: 'houses.csv', target: 'price', inputs: ['size'] }
    const groups = await train({ data: { ...base, split: { test: 0.3, groups: 'city' } }, fit })
    expect(groups.evaluation.samples).toBeGreaterThan(20)
    const time = await train({ data: { ...base, split: { validation: 0.1, test: 0.2, time: 'id' } }, fit })
    expect([time.samples, time.evaluation.samples]).toEqual([168, 48])
    sandbox.write('test.jsonl', '{"size": "70", "price": 210}\n{"size": 71.5, "price": 214.5, "more": 1}\n')
    const files = await train({ data: { ...base, test: 'test.jsonl' }, fit })
    expect(files.evaluation).toMatchObject({ role: 'test', samples: 2 })
  })

  it('weighs classes, and leaves out what it is told', async () => {
    const data = { train: 'houses.csv', target: 'class', columns: { id: null, price: null, city: 'category' } }
    const plain = await train({ data, fit: { epochs: 1 } })
    const balanced = await train({ data: { ...data, classWeight: 'balanced' }, fit: { epochs: 1 } })
    expect(balanced.epochs[0].loss).not.toBe(plain.epochs[0].loss)
    const { inputs } = sandbox.json('runs/r-1/config.json').data as { inputs: object }
    expect(Object.keys(inputs)).toEqual(['size', 'city', 'garden', 'sold'])
  })

  it('keeps the values of a target for a model that is given, and scales them where that is asked', async () => {
    const model = { model: 'Sequential', layers: [{ layer: 'Dense', units: 1 }] }
    const base = { data: { train: 'houses.csv', target: 'price', inputs: ['size'] }, model, fit: { epochs: 1 } }
    const raw = await train(base)
    const scaled = await train({ ...base, data: { ...base.data, columns: { price: { scale: 'standard' } } } })
    expect(raw.epochs[0].loss).toBeGreaterThan(1000)
    expect(scaled.epochs[0].loss).toBeLessThan(20)
  })
})
