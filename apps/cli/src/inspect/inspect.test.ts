import { writeFileSync } from 'node:fs'
import { input } from '@gradus/core'
import { layers, Model, ops, Sequential } from 'gradus'
import { encodeSafetensors } from 'gradus/io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allModelFormats } from '../model/formats.ts'
import { type Sandbox, smallSandbox } from '../testing/sandbox.ts'
import type { Inspection } from './inspection.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

const inspected = async (...args: string[]) => {
  const { code, out, err } = await sandbox.run(['inspect', ...args, '--json'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as Inspection & { version: number }
}

/** A small model in the sandbox. */
async function save(name: string): Promise<void> {
  const model = new Sequential([
    new layers.Dense({ units: 2, kernelInitializer: 'ones', inputShape: [3], name: 'first' }),
    new layers.BatchNormalization({ name: 'norm' }),
  ])
  await model.save(sandbox.file(name), { formats: await allModelFormats() })
}

describe('gradus inspect', () => {
  it('shows the best model of a run, or the last', async () => {
    await sandbox.run(['train', 'config.yaml', '--quiet'])
    const { version, file, model, training, weights } = await inspected('runs/small-1')
    expect(version).toBe(1)
    expect(file).toMatchObject({ format: 'safetensors', run: sandbox.file('runs/small-1') })
    expect(file.path).toBe(sandbox.file('runs/small-1/model-best.safetensors'))
    expect(model).toMatchObject({
      type: 'Sequential',
      parameters: { total: 18, trainable: 18, bytes: 72 },
      inputs: [{ shape: [null, 1], dtype: 'float32' }],
      outputs: [{ shape: [null, 2], dtype: 'float32' }],
    })
    expect(model!.layers.map(({ type, flops }) => [type, flops! > 0])).toEqual([
      ['Dense', true],
      ['Dropout', false],
      ['Dense', true],
    ])
    expect(training).toMatchObject({
      optimizer: { optimizer: 'Adam' },
      loss: { loss: 'SparseCategoricalCrossentropy' },
    })
    expect(training!.steps).toBeGreaterThan(0)
    expect(weights).toHaveLength(4)
    expect((await inspected('runs/small-1', '--which', 'last')).file.path).toContain('model-last')
  })

  it.each(['model.safetensors', 'model.keras', 'model.h5', 'model.json'])('reads %s', async (name) => {
    await save(name)
    const { model, weights, training } = await inspected(name)
    expect(training).toBeNull()
    expect(model!.parameters).toEqual({ total: 16, trainable: 12, bytes: 64 })
    expect(weights.map(({ shape }) => shape.join())).toEqual(['3,2', '2', '2', '2', '2', '2'])
    expect(weights[0]).toMatchObject({ min: 1, max: 1, mean: 1, std: 0, zeros: 0, notFinite: 0, histogram: [6] })
    expect(weights[1]).toMatchObject({ min: 0, max: 0, zeros: 2 })
  })

  it('prints aligned text without control characters', async () => {
    await save('model.keras')
    const { out } = await sandbox.run(['inspect', 'model.keras'])
    expect(out).toMatch(/^model\.keras\n {2}format {6}keras, /)
    expect(out).toMatch(/^ {2}input .* \[null, 3\] float32$/m)
    expect(out).toMatch(/^ {2}FLOPs .* for one sample \(a multiply-add counts 2/m)
    expect(out).toMatch(/^ {2}first\.kernel +\[3, 2\] +float32 +1 +1 +1 +0 +0 +0 +█$/m)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/)
  })

  it('lists the tensors of safetensors without a model, with values that are not finite', async () => {
    const data = Float32Array.of(Number.NaN, 0, 3, 5)
    const tensor = { name: 'w', dtype: 'float32', shape: [2, 2], data } as const
    writeFileSync(sandbox.file('plain.safetensors'), encodeSafetensors([tensor]))
    const { model, weights } = await inspected('plain.safetensors')
    expect(model).toBeNull()
    expect(weights).toMatchObject([{ path: 'w', shape: [2, 2], min: 0, max: 5, zeros: 1, notFinite: 1 }])
    expect(weights[0]!.mean).toBeCloseTo(8 / 3)
    const { out } = await sandbox.run(['inspect', 'plain.safetensors'])
    expect(out).toContain('none: the file holds weights only')
  })

  it.each([
    ['a.weights.h5', ['layers/dense/vars/0', 'layers/dense/vars/1']],
    ['a.h5', ['first/first/bias', 'first/first/kernel']],
    ['a.safetensors', ['first.kernel', 'first.bias']],
  ])('lists the weights of %s, which holds weights only', async (name, paths) => {
    const dense = new layers.Dense({ units: 2, kernelInitializer: 'ones', inputShape: [3], name: 'first' })
    await new Sequential([dense]).saveWeights(sandbox.file(name), { formats: await allModelFormats() })
    const { model, weights } = await inspected(name)
    expect(model).toBeNull()
    expect(weights.map(({ path }) => path)).toEqual(paths)
    const kernel = { shape: [3, 2], dtype: 'float32', min: 1, max: 1, histogram: [6] }
    expect(weights).toEqual(expect.arrayContaining([expect.objectContaining(kernel)]))
    const { out } = await sandbox.run(['inspect', name])
    expect(out).toMatch(/^ {2}weights +8 numbers in 2 arrays, 32 bytes of float32$/m)
  })

  it('shows a model that was compiled with a function of a program', async () => {
    const model = new Sequential([new layers.Dense({ units: 1, inputShape: [2] })])
    model.compile({
      optimizer: 'sgd',
      loss: function ownLoss(y, yPred) {
        return ops.mean(ops.square(ops.sub(y, yPred)))
      },
    })
    await model.save(sandbox.file('own.safetensors'))
    expect((await inspected('own.safetensors')).training).toMatchObject({ loss: { function: 'ownLoss' } })
    expect((await sandbox.run(['inspect', 'own.safetensors'])).out).toMatch(/^ {2}loss +ownLoss$/m)
  })

  it('says why FLOPs are not counted, and counts them for a given shape', async () => {
    const x = input({ shape: [null, 2], name: 'x' })
    const model = new Model({ inputs: x, outputs: new layers.Dense({ units: 1 }).call(x) })
    await model.save(sandbox.file('long.safetensors'))
    expect((await inspected('long.safetensors')).model!.flops).toMatchObject({ total: null })
    expect((await sandbox.run(['inspect', 'long.safetensors'])).out).toContain('not counted: The input')
    expect((await inspected('long.safetensors', '--input-shape', '5,2')).model!.flops.total).toBe(5 * (4 + 1))
    const { code, err } = await sandbox.run(['inspect', 'long.safetensors', '--input-shape', 'x=5;2'])
    expect(code).toBe(2)
    expect(err).toContain("--input-shape is 'x=5;2'")
  })
})

describe('refuses', () => {
  it.each([
    ['a path that does not exist', 'modl.keras', /no file or folder 'modl\.keras'\. Did you mean 'model\.keras'\?/],
    ['a folder that is no run', '.', /'\.' is a folder, and no run folder.*It holds model\.keras/],
    ['a file of another kind', 'config.yaml', /config\.yaml/],
    ['an address', 'https://example.org/model.keras', /Download the file/],
  ])('%s', async (_, path, message) => {
    await save('model.keras')
    const { code, err } = await sandbox.run(['inspect', path])
    expect(code).toBe(3)
    expect(err).toMatch(message)
  })

  it('a run without a model', async () => {
    sandbox.write('runs/empty-1/config.json', '{}')
    expect((await sandbox.run(['inspect', 'runs/empty-1'])).err).toContain("The run 'runs/empty-1' has no model yet.")
    expect((await sandbox.run(['inspect', 'runs'])).err).toContain('It holds empty-1: give one of these folders')
  })
})
