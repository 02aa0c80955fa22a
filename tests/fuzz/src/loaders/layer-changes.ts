import '../backend.ts'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelSpec } from '@gradus/core'
import fc from 'fast-check'
import { enableAdapters, fromSpec, loadAdapters, loadModel, type Model, saveAdapters } from 'gradus'
import { decodeSafetensors, encodeSafetensors } from 'gradus/io'
import { jsonOf } from '../hostile.ts'
import { loader } from '../loader.ts'
import { mutatedBytes } from '../mutate-bytes.ts'
import { jsonCases } from '../mutate-json.ts'

/** A model with layers of each kind that can be adapted and quantized. */
const spec = {
  model: 'Sequential',
  layers: [
    { layer: 'Input', shape: [4], dtype: 'int32' },
    { layer: 'Embedding', inputDim: 6, outputDim: 4 },
    { layer: 'Conv1D', filters: 3, kernelSize: 2 },
    { layer: 'EinsumDense', equation: 'abc,cd->abd', outputShape: [null, 2] },
    { layer: 'Flatten' },
    { layer: 'Dense', units: 2 },
  ],
}

function made(): Model {
  return fromSpec(spec as ModelSpec).build() as Model
}

const x = [[1, 2, 0, 5]]

async function adaptersFile(rank: number, alpha?: number): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-fuzz-'))
  try {
    const model = made()
    await enableAdapters(model, rank, alpha === undefined ? {} : { alpha })
    const path = join(folder, 'adapters.safetensors')
    await saveAdapters(model, path)
    return new Uint8Array(readFileSync(path))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function quantizedFile(mode: 'int8' | 'int4', blockSize: number | null): Promise<Uint8Array> {
  const model = made()
  await model.quantize(mode, { blockSize })
  return model.toBytes()
}

/** Files in which the JSON under a key of the header, or the whole header, is changed. */
function headersOf(files: readonly Uint8Array[], key: string): fc.Arbitrary<Uint8Array> {
  const decoded = files.map((bytes) => {
    const { tensors, metadata } = decodeSafetensors(bytes)
    return { tensors, metadata, header: JSON.parse(metadata['gradus']!) as Readonly<Record<string, unknown>> }
  })
  const cases = decoded.map(({ tensors, metadata, header }) =>
    fc
      .oneof(
        { weight: 4, arbitrary: jsonCases([header[key]]).map((value): unknown => ({ ...header, [key]: value })) },
        { weight: 1, arbitrary: jsonCases([header]) },
      )
      .map((changed) => encodeSafetensors(tensors, { ...metadata, gradus: jsonOf(changed) })),
  )
  return fc.oneof(...cases)
}

/** Files in which a tensor is missing, or has another name, another shape or a value that is not finite or does not fit. */
function tensorsOf(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const change = fc.constantFrom('value', 'remove', 'rename', 'shape', 'empty')
  const value = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 1e38, 2 ** 32 - 1, 0.5)
  return fc.tuple(fc.nat(files.length - 1), change, fc.nat(), fc.nat(), value).map(([index, kind, at, to, number]) => {
    const { tensors, metadata } = decodeSafetensors(files[index]!)
    const place = at % tensors.length
    const tensor = tensors[place]!
    const { length } = tensor.data
    if (kind === 'value') tensor.data[to % length] = number
    const others = tensors.filter((other) => other !== tensor)
    if (kind === 'remove') return encodeSafetensors(others, metadata)
    if (kind === 'rename') return encodeSafetensors([...others, { ...tensor, name: `${tensor.name}${to}` }], metadata)
    if (kind === 'shape') return encodeSafetensors([...others, { ...tensor, shape: [1, length] }], metadata)
    if (kind === 'empty') {
      return encodeSafetensors([...others, { ...tensor, shape: [0], data: tensor.data.slice(0, 0) }], metadata)
    }
    return encodeSafetensors(tensors, metadata)
  })
}

function casesOf(files: readonly Uint8Array[], key: string): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    { weight: 1, arbitrary: mutatedBytes(files) },
    { weight: 2, arbitrary: headersOf(files, key) },
    { weight: 1, arbitrary: tensorsOf(files) },
  )
}

async function requireFinite(model: Model): Promise<void> {
  for (const { path, data } of await model.getWeights()) {
    if (!data.every(Number.isFinite)) throw new Error(`accepted weights of '${path}' that are not finite`)
  }
}

export const adapterFiles = loader({
  name: 'files of adapters',
  covers: ['loadAdapters'],
  cases: casesOf(await Promise.all([adaptersFile(1), adaptersFile(2, 4)]), 'adapters'),
  async read(bytes) {
    const model = made()
    await loadAdapters(model, bytes)
    await requireFinite(model)
    return (await model.predict(x)).data()
  },
})

const quantized = await Promise.all([
  quantizedFile('int8', null),
  quantizedFile('int4', 2),
  quantizedFile('int4', null),
])

const unchanged = jsonOf((await loadModel(quantized[0]!)).toSpec())

export const quantizedFiles = loader({
  name: 'files of quantized models',
  covers: [],
  cases: casesOf(quantized, 'quantization'),
  async read(bytes) {
    const model = await loadModel(bytes)
    await requireFinite(model)
    const loaded = model.toSpec()
    return jsonOf(loaded) === unchanged ? (await model.predict(x)).data() : loaded
  },
})

const goodQuantizations = quantized.map(
  (bytes) =>
    (JSON.parse(decodeSafetensors(bytes).metadata['gradus']!) as { readonly quantization: object }).quantization,
)

export const quantizations = loader({
  name: 'quantizations of layers',
  covers: ['restoreQuantization'],
  cases: jsonCases(goodQuantizations),
  async read(layers) {
    const model = made()
    await model.restoreQuantization(layers as Readonly<Record<string, unknown>>)
    return (await model.predict(x)).data()
  },
})
