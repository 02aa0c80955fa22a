import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { input } from '@gradus/core'
import { decodeModel, decodeSafetensors, encodeSafetensors } from '@gradus/io'
import { Conv1D, Dense, EinsumDense, Embedding, Flatten } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Adam } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as backends from '../../../../tests/all-backends.ts'
import { enableAdapters, loadAdapters, mergeAdapters, saveAdapters } from './adapters.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

const folder = mkdtempSync(join(tmpdir(), 'adapters-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A model with each kind of layer that can be adapted. */
function pretrained() {
  const words = input({ shape: [5], dtype: 'int32' })
  const vectors = new Embedding({ inputDim: 9, outputDim: 4 }).call(words)
  const mixed = new EinsumDense({ equation: 'abc,cd->abd', outputShape: [null, 4] }).call(vectors)
  const windows = new Flatten({}).call(new Conv1D({ filters: 3, kernelSize: 2 }).call(mixed))
  return new Model({ inputs: words, outputs: new Dense({ units: 2 }).call(windows), seed: 5 }).build()
}

const x = [
  [1, 2, 3, 4, 5],
  [8, 0, 7, 1, 6],
]
const y = [
  [1, 0],
  [0, 1],
]

describe.each([
  ['cpu', backends.cpu],
  ['wasm', backends.wasm],
] as const)('adapters on %s', (name, backend) => {
  beforeAll(async () => {
    await useBackend(await backend())
  })

  it('are trained, saved alone, loaded and merged', async () => {
    const model = pretrained()
    const base = await model.getWeights()
    const paths = await enableAdapters(model, 2, { alpha: 4 })
    expect(paths.sort()).toEqual(['conv1d', 'dense', 'einsum_dense', 'embedding'])
    model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: new MeanSquaredError() })
    const { history } = await model.fit(x, y, { epochs: 20, verbose: 0 })
    expect(history.loss!.at(-1)!).toBeLessThan(0.3 * history.loss![0]!)
    const kernels = (await model.getWeights()).filter(({ path }) => /kernel$|embeddings$/.test(path))
    for (const { path, data } of kernels) expect(data).toEqual(base.find((weight) => weight.path === path)!.data)

    const file = join(folder, `${name}.safetensors`)
    await saveAdapters(model, file)
    const { weights } = decodeModel(readFileSync(file))
    expect(weights).toHaveLength(8)
    expect(weights.every(({ path }) => path.includes('.lora'))).toBe(true)

    const before = await (await model.predict(x)).data()
    const copy = pretrained()
    await loadAdapters(copy, file)
    // biases were trained, too, and are not in the file
    const biases = (await model.getWeights()).filter(({ path }) => path.endsWith('bias'))
    const all = (await copy.getWeights()).map((weight) => biases.find(({ path }) => path === weight.path) ?? weight)
    await copy.setWeights(all)
    expect(await (await copy.predict(x)).data()).toEqual(before)

    await mergeAdapters(copy)
    expect(copy.variables.map(({ path }) => path)).toEqual(base.map(({ path }) => path))
    const after = await (await copy.predict(x)).data()
    after.forEach((value, index) => expect(value).toBeCloseTo(before[index] as number, 5))
    expect(await mergeAdapters(copy)).toEqual([])
    copy.compile({ optimizer: new Adam(), loss: new MeanSquaredError() })
    await copy.fit(x, y, { verbose: 0 })
  })
})

describe('adapters', () => {
  beforeAll(async () => {
    await useBackend(await backends.cpu())
  })

  it('freeze the other layers', async () => {
    const model = pretrained()
    expect(await enableAdapters(model, 1, { filters: '^dense$' })).toEqual(['dense'])
    const trained = model.variables.filter(({ trainable }) => trainable).map(({ path }) => path)
    expect(trained).toEqual(['dense.bias', 'dense.loraKernelA', 'dense.loraKernelB'])
    await expect(enableAdapters(pretrained(), 1, { filters: () => false })).rejects.toThrow(
      'no layer that can be adapted',
    )
  })

  it('refuse files and models that do not fit', async () => {
    const model = pretrained()
    await enableAdapters(model, 2)
    const file = join(folder, 'other.safetensors')
    await saveAdapters(model, file)
    const other = new Sequential([new Dense({ units: 1, inputShape: [3] })])
    await expect(loadAdapters(other, file)).rejects.toThrow('which the model does not have')
    const ranks = pretrained()
    await enableAdapters(ranks, 3)
    await expect(loadAdapters(ranks, file)).rejects.toThrow('has an adaptation of rank 3')
    const { tensors, metadata } = decodeSafetensors(readFileSync(file))
    const header = metadata['gradus']!
    for (const adapters of ['"rank":1e12', '"rank":null', '"alpha":{}']) {
      const gradus = header.replace(/"(rank|alpha)":2/g, (text, key) => (adapters.includes(key) ? adapters : text))
      const damaged = encodeSafetensors(tensors, { ...metadata, gradus })
      await expect(loadAdapters(pretrained(), damaged)).rejects.toThrow('which do not fit its matrices')
    }
    await expect(saveAdapters(other, file)).rejects.toThrow('has no low-rank adaptations')
    await other.saveWeights(file)
    await expect(loadAdapters(other, file)).rejects.toThrow('the file has no low-rank adaptations')
  })
})
