import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { cpu } from '@gradus/backend-cpu'
import { input } from '@gradus/core'
import { Dense, Embedding, LSTM, StringLookup } from '@gradus/layers'
import { Model, Sequential } from '@gradus/models'
import { mul, type Tensor, useBackend } from '@gradus/tensor'
import { apply, type Op } from '@gradus/tensor/internals'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExportedJs, type ExportJsOptions, exportJs } from './export-js.ts'
import { modelCases } from './testing/models.ts'
import { differenceOf, type Samples, samplesOf } from './testing/samples-of.ts'

/** No modules can be imported from here. */
const folder = mkdtempSync(join(tmpdir(), 'gradus-export-js-'))
const names = Object.keys(modelCases)
const exported = new Map<string, { readonly made: ExportedJs; readonly samples: Samples }>()

beforeAll(async () => {
  await useBackend(cpu())
  for (const [index, name] of names.entries()) {
    const { model: make, integersBelow } = modelCases[name]!
    const model = make()
    const made = await exportJs(model)
    const script = await exportJs(model, { format: 'iife', name: 'network' })
    exported.set(name, { made, samples: await samplesOf(model, made, integersBelow) })
    writeFileSync(join(folder, `model${index}.mjs`), made.code)
    writeFileSync(join(folder, `model${index}.cjs`), script.code)
    writeFileSync(join(folder, `rows${index}.json`), JSON.stringify(exported.get(name)!.samples.rows))
  }
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const numbered = names.map((name, index) => [name, index] as const)

describe('a module that another process runs', () => {
  let results: unknown[][]

  beforeAll(() => {
    const runner = `import { readFileSync } from 'node:fs'
const results = []
for (let index = 0; index < ${names.length}; index++) {
  const { predict } = await import('./model' + index + '.mjs')
  results.push(predict(JSON.parse(readFileSync('rows' + index + '.json', 'utf8'))))
}
console.log(JSON.stringify(results))`
    writeFileSync(join(folder, 'run.mjs'), runner)
    const out = execFileSync(process.execPath, ['run.mjs'], { cwd: folder, encoding: 'utf8', env: {} })
    results = JSON.parse(out) as unknown[][]
  }, 120_000)

  it.each(numbered)('predicts as the model: %s', (name, index) => {
    expect(differenceOf(results[index]!, exported.get(name)!.samples)).toBeLessThan(1e-6)
  })
})

describe('a script that a worker runs', () => {
  it.each(numbered)('predicts as the model: %s', async (name, index) => {
    const source = `const { parentPort } = require('node:worker_threads')
const { readFileSync } = require('node:fs')
require('node:vm').runInThisContext(readFileSync('${join(folder, `model${index}.cjs`)}', 'utf8'))
parentPort.on('message', (rows) => { parentPort.postMessage(network.predict(rows)); parentPort.close() })`
    const worker = new Worker(source, { eval: true })
    const { samples } = exported.get(name)!
    const made = new Promise<unknown[]>((resolve, reject) => worker.on('message', resolve).on('error', reject))
    worker.postMessage(samples.rows)
    expect(differenceOf(await made, samples)).toBeLessThan(1e-6)
    await worker.terminate()
  })
})

it('writes only what the model needs', () => {
  const { code } = exported.get('a dense network')!.made
  expect(code.length).toBeLessThan(2000)
  expect(code).not.toMatch(/import|require|const (hb|hv|er|tf|so|sc|cu)=/)
  expect(exported.get('an LSTM and a GRU')!.made.code).toContain('const sc=')
})

async function predictorOf(model: Model, options?: ExportJsOptions) {
  const { code } = await exportJs(model, { ...options, format: 'iife' })
  return new Function(`${code}\nreturn model.predict`)() as (rows: unknown) => unknown[]
}

describe('predict', () => {
  it('takes nested and flat lists, typed arrays and numbers, and names a row of another length', async () => {
    const square = new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [2, 2] })]) as Model
    const predict = await predictorOf(square)
    const expected = [[[3], [7]]]
    for (const row of [
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2, 3, 4],
      Float32Array.of(1, 2, 3, 4),
    ]) {
      expect(predict([row])).toEqual(expected)
    }
    expect(() =>
      predict([
        [1, 2, 3, 4],
        [1, 2, 3],
      ]),
    ).toThrow(new TypeError('row 1 has 3 numbers; expected 4'))
    expect(() => predict([undefined])).toThrow('row 0 has 0 numbers; expected 4')
    expect(predict([])).toEqual([])
    const line = await predictorOf(
      new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [1] })]) as Model,
    )
    expect(line([2, [3]])).toEqual([[2], [3]])
  })

  it('takes several inputs by name or in order', async () => {
    const model = modelCases['several inputs and outputs']!.model()
    const predict = await predictorOf(model)
    const [byName] = predict([{ b: [4, 5, 6, 7], a: [1, 2, 3] }])
    expect(
      predict([
        [
          [1, 2, 3],
          [4, 5, 6, 7],
        ],
      ]),
    ).toEqual([byName])
    expect(Object.keys(byName as object)).toEqual(['first', 'second'])
    expect(() => predict([{ a: [1, 2, 3] }])).toThrow('row 0, b has 0 numbers; expected 4')
  })

  it('gives booleans for booleans', async () => {
    const x = input({ shape: [2] })
    const { less } = await import('@gradus/tensor')
    const model = new Model({ inputs: x, outputs: less(x as never, 0) as never }) as Model
    expect((await predictorOf(model))([[1, -1]])).toEqual([[false, true]])
  })
})

it('takes the sizes of inputs that the model does not know', async () => {
  const x = input({ shape: [null, 2], name: 'steps' })
  const model = new Model({ inputs: x, outputs: new LSTM({ units: 2 }).call(x) })
  await expect(exportJs(model)).rejects.toThrow("The input 'steps' has the shape [null, 2] for one sample")
  await expect(exportJs(model, { inputShape: [4, 3] })).rejects.toThrow(/inputShape is \[4, 3\].*\[null, 2\]/)
  const made = await exportJs(model, { inputShape: { steps: [4, 2] } })
  expect(made.inputs).toEqual([{ name: 'steps', shape: [4, 2], dtype: 'float32' }])
  expect(await exportJs(model, { inputShape: [4, 2] })).toEqual(made)
})

it('writes subclassed models that were called', async () => {
  class Twice extends Model {
    readonly dense = new Dense({ units: 1, kernelInitializer: 'ones' })
    override apply(x: Tensor): Tensor {
      return mul(this.dense.call(x), 2)
    }
  }
  const model = new Twice()
  await expect(exportJs(model)).rejects.toThrow(/never called|input shape/)
  await model.predict([[1, 2]])
  expect((await predictorOf(model))([[1, 2]])).toEqual([[6]])
})

describe('refuses', () => {
  it.each([['a name that is no identifier', { name: 'a-b' }, "'a-b' is no name for a variable"]] as const)(
    '%s',
    async (_, options, message) => {
      const model = modelCases['a dense network']!.model()
      await expect(exportJs(model, options)).rejects.toThrow(message)
    },
  )

  it('layers on strings, fixed batches and layers with memory', async () => {
    const words = new Sequential([
      new StringLookup({ vocabulary: ['a'] }),
      new Embedding({ inputDim: 3, outputDim: 2 }),
    ])
    const text = input({ shape: [2], dtype: 'string', name: 'words' })
    const strings = new Model({ inputs: text, outputs: words.call(text) })
    await expect(exportJs(strings)).rejects.toThrow("The input 'words' takes strings")
    const batch = input({ shape: [4, 2], batchSize: 1, name: 'x' })
    const memory = new Model({ inputs: batch, outputs: new LSTM({ units: 2, stateful: true }).call(batch) })
    await expect(exportJs(memory)).rejects.toThrow(/keeps state from one call to the next/)
    const fixed = input({ shape: [2], batchSize: 3, name: 'x' })
    const three = new Model({ inputs: fixed, outputs: new Dense({ units: 1 }).call(fixed) })
    await expect(exportJs(three)).rejects.toThrow('batch size 3')
  })

  it('an op without code, by its name', async () => {
    const own: Op = { name: 'own', elementwise: true, shape: ([x]) => x! }
    class Own extends Model {
      override apply(x: Tensor): Tensor {
        return apply(own, [x], null)
      }
    }
    const model = new Own()
    model.build([null, 2])
    await expect(exportJs(model)).rejects.toThrow("cannot have the op 'own'")
  })
})
