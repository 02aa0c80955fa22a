import { readdirSync, readFileSync } from 'node:fs'
import { input, layers, loadModel, Model, ops, Sequential } from 'gradus'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allModelFormats } from '../model/formats.ts'
import { Sandbox, smallSandbox } from '../testing/sandbox.ts'
import type { Written } from './write-model.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
})

afterEach(() => sandbox.remove())

const rows = [
  [0.5, -1, 2],
  [1, 1, 1],
]

async function savedModel(name = 'model.safetensors'): Promise<number[][]> {
  const model = new Sequential(
    [new layers.Dense({ units: 4, activation: 'tanh', inputShape: [3] }), new layers.Dense({ units: 2 })],
    { seed: 5 },
  )
  model.compile({ optimizer: 'adam', loss: 'mse' })
  await model.fit(
    rows,
    rows.map(() => [0, 1]),
    { verbose: 0, epochs: 2 },
  )
  await model.save(sandbox.file(name), { formats: await allModelFormats() })
  return (await model.predict(rows)).array() as number[][]
}

function expectClose(made: unknown, expected: number[][]): void {
  const [a, b] = [made, expected].map((list) => (list as number[][]).flat())
  a!.forEach((value, index) => expect(value).toBeCloseTo(b![index]!, 6))
}

describe('gradus export', () => {
  it('writes JavaScript that predicts as the model', async () => {
    const expected = await savedModel()
    const { code, out, err } = await sandbox.run(['export', 'model.safetensors', '--to', 'web/model.js'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Wrote web\/model\.js: JavaScript, /)
    expect(out).toMatch(/predict\(rows\) {2}input_layer \[3\] -> dense_1 \[2\]\n/)
    expect(out).toMatch(/greatest difference from the model on 8 random samples: (0|\d\.\de-\d+)\n/)
    const text = sandbox.read('web/model.js')
    const { predict } = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
      predict: (rows: unknown) => unknown
    }
    expectClose(predict(rows), expected)
  })

  it('writes scripts with a variable', async () => {
    const expected = await savedModel()
    await sandbox.run(['export', 'model.safetensors', '--to', 'model.cjs'])
    await sandbox.run(['export', 'model.safetensors', '--to', 'own.js', '--format', 'iife', '--name', 'own'])
    const run = (file: string, name: string) =>
      new Function(`${sandbox.read(file)}\nreturn ${name}`)() as { predict: (rows: unknown) => unknown }
    expectClose(run('model.cjs', 'model').predict(rows), expected)
    expectClose(run('own.js', 'own').predict(rows), expected)
  })

  it.each(['m.keras', 'm.h5', 'm.safetensors', 'tf/model.json'])('writes %s for inference', async (name) => {
    const expected = await savedModel()
    const { code, out } = await sandbox.run(['export', 'model.safetensors', '--to', name, '--json'])
    expect(code).toBe(0)
    const { version, to } = JSON.parse(out) as Written & { version: number }
    expect(version).toBe(1)
    expect(to.path).toBe(sandbox.file(name))
    expect(to.bytes).toBe(readFileSync(sandbox.file(name)).length)
    const model = await loadModel(sandbox.file(name), { formats: await allModelFormats() })
    expect(model.compiled).toBe(false)
    expectClose((await model.predict(rows)).array(), expected)
  })

  it('takes the model of a run', async () => {
    const run = smallSandbox()
    await run.run(['train', 'config.yaml', '--quiet'])
    const { code, out } = await run.run(['export', 'runs/small-1', '--to', 'model.js', '--which', 'last', '--json'])
    expect(code).toBe(0)
    const { from, script } = JSON.parse(out) as Written
    expect(from.path).toContain('model-last')
    expect(script!.difference).toBeLessThan(1e-6)
    run.remove()
  })
})

describe('a model with the columns of its table', () => {
  const table = {
    format: 1,
    inputs: [
      { name: 'age', options: { kind: 'number' }, state: { offset: 10, span: 2, fill: 10, marksMissing: false } },
    ],
    targets: [{ name: 'price', task: 'regression', offset: 100, span: 10 }],
  }

  beforeEach(async () => {
    const model = new Sequential([new layers.Dense({ units: 1, kernelInitializer: 'ones', inputShape: [1] })])
    model.table = table
    await model.save(sandbox.file('table.safetensors'))
  })

  it('becomes JavaScript that predicts rows', async () => {
    const { out } = await sandbox.run(['export', 'table.safetensors', '--to', 'table.mjs'])
    expect(out).toContain('predictRows    { age }\n')
    const module = `data:text/javascript,${encodeURIComponent(sandbox.read('table.mjs'))}`
    const { predictRows } = (await import(module)) as { predictRows: (rows: unknown) => unknown }
    expect(predictRows([{ age: 12 }, { age: '' }])).toEqual([{ price: { value: 110 } }, { price: { value: 100 } }])
    const plain = await sandbox.run(['export', 'table.safetensors', '--to', 'plain.js', '--no-table', '--json'])
    expect(plain.err).toContain('columns        not in this file')
    expect(JSON.parse(plain.out)).toMatchObject({ script: { columns: null }, losesColumns: true })
    expect(sandbox.read('plain.js')).not.toContain('predictRows')
  })

  it('says which formats do not have the columns', async () => {
    const keras = await sandbox.run(['convert', 'table.safetensors', '--to', 'table.keras'])
    expect(keras.out).toContain('columns        not in this file')
    const same = await sandbox.run(['convert', 'table.safetensors', '--to', 'same.safetensors', '--json'])
    expect(JSON.parse(same.out)).toMatchObject({ losesColumns: false })
    expect((await loadModel(sandbox.file('same.safetensors'))).table).toEqual(table)
  })

  it('is inspected with its columns', async () => {
    const { out } = await sandbox.run(['inspect', 'table.safetensors'])
    expect(out).toMatch(/^ {2}age +number +mean 10, deviation 2$/m)
    expect(out).toMatch(/^ {2}price +target +a number, mean 100, deviation 10$/m)
  })
})

describe('gradus convert', () => {
  it('keeps the options of compile and the state of the optimizer', async () => {
    const expected = await savedModel()
    for (const [from, to] of [
      ['model.safetensors', 'a.keras'],
      ['a.keras', 'b.h5'],
      ['b.h5', 'tf/model.json'],
      ['tf/model.json', 'c.safetensors'],
    ] as const) {
      expect(await sandbox.run(['convert', from, '--to', to])).toMatchObject({ code: 0, err: '' })
    }
    const model = await loadModel(sandbox.file('c.safetensors'))
    expect(model.compiled).toBe(true)
    expectClose((await model.predict(rows)).array(), expected)
    await expect(sandbox.run(['convert', 'a.keras', '--to', 'w.weights.h5'])).resolves.toMatchObject({ code: 0 })
  })

  it('refuses a loss of another program, and export leaves it out', async () => {
    const model = new Sequential([new layers.Dense({ units: 1, inputShape: [2] })])
    model.compile({
      optimizer: 'sgd',
      loss: function ownLoss(y, yPred) {
        return ops.mean(ops.square(ops.sub(y, yPred)))
      },
    })
    await model.save(sandbox.file('own.safetensors'))
    const { code, err } = await sandbox.run(['convert', 'own.safetensors', '--to', 'a.keras'])
    expect(code).toBe(2)
    expect(err).toContain("'own.safetensors' has a loss, a metric or an optimizer of another program")
    expect((await sandbox.run(['export', 'own.safetensors', '--to', 'a.keras'])).code).toBe(0)
  })

  it('leaves no temporary files', async () => {
    await savedModel()
    await sandbox.run(['convert', 'model.safetensors', '--to', 'a.keras'])
    expect(readdirSync(sandbox.path).sort()).toEqual(['a.keras', 'model.safetensors'])
  })

  it('refuses to replace a file without --force', async () => {
    await savedModel()
    sandbox.write('a.keras', 'mine')
    const { code, err } = await sandbox.run(['convert', 'model.safetensors', '--to', 'a.keras'])
    expect(code).toBe(2)
    expect(err).toContain("'a.keras' exists. Give --force")
    expect(sandbox.read('a.keras')).toBe('mine')
    expect((await sandbox.run(['convert', 'model.safetensors', '--to', 'a.keras', '--force'])).code).toBe(0)
    expect(sandbox.read('a.keras')).not.toBe('mine')
  })
})

describe('refuses', () => {
  it.each([
    ['export', 'model.onnx', 2, /no package yet that writes ONNX/],
    ['export', 'model.kears', 2, /No format has the extension '\.kears'\. Did you mean '\.keras'\?/],
    ['export', 'model', 2, /whose name says no format/],
    ['export', 'folder', 2, /which is a folder/],
    ['convert', 'model.js', 2, /write it with gradus export MODEL --to model\.js/],
  ])('%s --to %s', async (command, to, expected, message) => {
    await savedModel()
    sandbox.write('folder/a', '')
    const { code, err } = await sandbox.run([command, 'model.safetensors', '--to', to])
    expect({ code, err }).toMatchObject({ code: expected, err: expect.stringMatching(message) as unknown })
  })

  it('a model that cannot be JavaScript, with exit code 2 and JSON', async () => {
    const x = input({ shape: [3, 2], batchSize: 1 })
    const model = new Model({ inputs: x, outputs: new layers.LSTM({ units: 2, stateful: true }).call(x) })
    await model.save(sandbox.file('stateful.safetensors'))
    const { code, out, err } = await sandbox.run(['export', 'stateful.safetensors', '--to', 'a.js', '--json'])
    expect(code).toBe(2)
    expect(err).toContain('keeps state')
    expect(JSON.parse(out)).toMatchObject({ version: 1, error: { exitCode: 2 } })
    expect(readdirSync(sandbox.path)).toEqual(['stateful.safetensors'])
  })
})
