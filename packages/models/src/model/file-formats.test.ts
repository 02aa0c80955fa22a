import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpu } from '@gradus/backend-cpu'
import { Registry } from '@gradus/core'
import {
  decodeSafetensors,
  encodeSafetensors,
  type FileFormat,
  type ModelFile,
  type NamedTensor,
  safetensorsModel,
} from '@gradus/io'
import { Dense, layers } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Adam } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { loadModel } from './load.ts'
import { Sequential } from './sequential.ts'

beforeAll(() => useBackend(cpu()))

const registry = new Registry([...Object.values(layers), Adam, MeanSquaredError])
const text = (value: string) => new TextEncoder().encode(value)

it('reads a model file in the format that matches', async () => {
  const model = new Sequential([new Dense({ units: 2, inputShape: [3] })], { seed: 1 })
  const copy = await loadModel(await model.toBytes(), { registry })
  expect(await copy.getWeights()).toEqual(await model.getWeights())
})

it('refuses layers that need far more numbers than the file has, before it makes them', async () => {
  const model = new Sequential([new Dense({ units: 2, inputShape: [10_000] })], { seed: 1 })
  const { tensors, metadata } = decodeSafetensors(await model.toBytes())
  const header = metadata['gradus']!.replace('"units":2', '"units":20000')
  const bytes = encodeSafetensors(tensors, { ...metadata, gradus: header })
  await expect(loadModel(bytes, { registry })).rejects.toThrow('need 200020000 numbers, and the file can hold 20002')
})

it('takes buffers and views of all kinds, and names values that are no file', async () => {
  const model = new Sequential([new Dense({ units: 2, inputShape: [3] })], { seed: 1 })
  const bytes = await model.toBytes()
  const shared = new SharedArrayBuffer(bytes.length)
  new Uint8Array(shared).set(bytes)
  const buffer = bytes.slice().buffer
  for (const source of [buffer, new DataView(buffer), shared as never, new Uint8Array(shared), new Blob([buffer])]) {
    const copy = await loadModel(source, { registry })
    expect(await copy.getWeights()).toEqual(await model.getWeights())
  }
  await expect(loadModel(5 as never, { registry })).rejects.toThrow(
    'A file to read is a path, a file handle, a Blob or its bytes, and got 5.',
  )
  await expect(loadModel({ arrayBuffer: async () => 'x' } as never, { registry })).rejects.toThrow('returned "x"')
})

describe.each(await startAll())('on $name', ({ backend }) => {
  it.skipIf(!backend)('refuses weights and states of optimizers that are not finite, and changes nothing', async () => {
    await useBackend(backend!)
    const model = new Sequential([new Dense({ units: 2, inputShape: [3], name: 'd' })], { seed: 1 })
    model.compile({ optimizer: new Adam(), loss: new MeanSquaredError() })
    await model.fit([[1, 2, 3]], [[1, 2]], { verbose: 0 })
    const before = await model.getWeights()
    const { tensors, metadata } = decodeSafetensors(await model.toBytes())
    const broken = (name: string) => {
      const found = tensors.map((tensor) =>
        tensor.name === name
          ? { ...tensor, data: tensor.data.map((value, i) => (i === 1 ? Number.NaN : value)) }
          : tensor,
      )
      return encodeSafetensors(found as NamedTensor[], metadata)
    }
    const slot = tensors.find(({ name }) => /^optimizer.*kernel/.test(name))!.name
    const message = "The weight 'd.kernel' has the value NaN at position 1; weights must be finite."
    await expect(model.loadWeights(broken('d.kernel'))).rejects.toThrow(message)
    await expect(loadModel(broken('d.kernel'), { registry })).rejects.toThrow(message)
    await expect(model.restore(broken(slot))).rejects.toThrow(
      `The optimizer state '${slot.slice(10)}' has the value NaN`,
    )
    expect(await model.getWeights()).toEqual(before)
    await useBackend(cpu())
  })
})

it('throws for an unknown format, with the kind of the file and the known formats', async () => {
  const formats = [safetensorsModel]
  await expect(loadModel(text('PK\u0003\u0004 zip'), { registry, formats })).rejects.toThrow(
    'The file has a format that is not known: it is a ZIP archive, such as Keras writes as .keras. Known formats: safetensors (.safetensors).',
  )
  await expect(loadModel(new File(['{}'], 'model.json'), { registry })).rejects.toThrow(
    'The model.json holds {}; expected { modelTopology, weightsManifest }.',
  )
  await expect(loadModel(new File(['damaged'], 'model.safetensors'), { registry })).rejects.toThrow(
    'This is no safetensors file, or it was cut off: it has 7 bytes',
  )
})

describe('a format given as an object', () => {
  const lines: FileFormat<ModelFile> = {
    name: 'lines',
    extensions: ['.lines'],
    matches: (_, path) => path?.endsWith('.lines') ?? false,
    read(bytes) {
      const [units, ...values] = new TextDecoder().decode(bytes).split('\n').map(Number)
      const layer = { layer: 'Dense', name: 'only', units, useBias: false, inputShape: [values.length / units!] }
      return {
        header: { format: 1, spec: { model: 'Sequential', layers: [layer] } },
        weights: [
          {
            path: 'only.kernel',
            trainable: true,
            shape: [values.length / units!, units!],
            dtype: 'float32',
            data: Float32Array.from(values),
          },
        ],
        optimizer: [],
      }
    },
    write: ({ weights: [kernel] }) => text([kernel!.shape[1]!, ...kernel!.data].join('\n')),
  }

  it('reads', async () => {
    const model = await loadModel(new File(['2\n1\n2\n3\n4'], 'model.lines'), { registry, formats: [lines] })
    expect((await model.predict([[1, 10]])).array()).toEqual([[31, 42]])
  })

  it('writes files with its extension', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradus-formats-'))
    try {
      const [path, weights] = [join(folder, 'model.lines'), join(folder, 'weights.lines')]
      const formats = [lines]
      const model = new Sequential([new Dense({ name: 'only', units: 2, useBias: false, inputShape: [2] })])
      await model.setWeights([[[1, 2], [3, 4]]]) // biome-ignore format: a matrix
      await model.save(path, { formats })
      expect(readFileSync(path, 'utf8')).toBe('2\n1\n2\n3\n4')
      const copy = await loadModel(path, { registry, formats })
      expect((await copy.predict([[1, 10]])).array()).toEqual([[31, 42]])

      await model.setWeights([[[5, 6], [7, 8]]]) // biome-ignore format: a matrix
      await model.saveWeights(weights, { formats })
      await copy.loadWeights(weights, { formats })
      expect((await copy.predict([[1, 10]])).array()).toEqual([[75, 86]])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
