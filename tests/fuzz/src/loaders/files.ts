import '../backend.ts'
import { readFileSync } from 'node:fs'
import type { ModelSpec } from '@gradus/core'
import fc from 'fast-check'
import { fromSpec, loadModel } from 'gradus'
import { decodeModel, decodeSafetensors, encodeSafetensors, modelFormats } from 'gradus/io'
import { hostile, jsonOf } from '../hostile.ts'
import { loader } from '../loader.ts'
import { mutatedBytes } from '../mutate-bytes.ts'
import { jsonCases } from '../mutate-json.ts'
import { goodParts, goodSpecs } from './good-specs.ts'

const numpy = readFileSync(new URL('../../../../packages/io/src/recorded/numpy.safetensors', import.meta.url))

const small = encodeSafetensors(
  [
    { name: 'a', dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    { name: 'b', dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  ],
  { step: '7' },
)

/** A safetensors file with this header, and as many bytes of values. */
function withHeader(header: unknown, length: number): Uint8Array {
  const text = new TextEncoder().encode(jsonOf(header))
  const bytes = new Uint8Array(8 + text.length + length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const headers = jsonCases([
  {
    __metadata__: { format: 'pt' },
    a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
    b: { dtype: 'I64', shape: [1], data_offsets: [16, 24] },
    c: { dtype: 'F32', shape: [0, 3], data_offsets: [24, 24] },
  },
]).map((header) => withHeader(header, 24))

export const safetensors = loader({
  name: 'safetensors',
  covers: ['decodeSafetensors'],
  cases: fc.oneof(mutatedBytes([small, numpy]), headers),
  read: (bytes) => decodeSafetensors(bytes),
})

async function saved(spec: object): Promise<Uint8Array> {
  const model = fromSpec(spec as ModelSpec)
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] })
  model.build()
  return model.toBytes()
}

/** Model files of this program. */
export const goodFiles = await Promise.all([goodSpecs[0]!, goodSpecs[3]!].map(saved))
const decoded = goodFiles.map((bytes) => decodeSafetensors(bytes))

/** Model files of which the description, which is JSON within the header, is changed. */
const descriptions = fc
  .tuple(fc.nat(1), jsonCases(decoded.map(({ metadata }) => JSON.parse(metadata['gradus']!) as object)))
  .map(([index, description]) => {
    const { tensors, metadata } = decoded[index]!
    return encodeSafetensors(tensors, { ...metadata, gradus: jsonOf(description) })
  })

export const modelFiles = loader({
  name: 'model files',
  covers: ['loadModel', 'decodeModel', 'formatOf', ...modelFormats.map(({ name }) => name)],
  cases: fc.oneof(mutatedBytes(goodFiles), descriptions),
  read: async (bytes) => (await loadModel(bytes)).toSpec(),
})

const goodOptions = goodParts.optimizers.flatMap((optimizer) =>
  goodParts.losses.map((loss) => ({ optimizer, loss, metrics: goodParts.metrics })),
)

export const compileOptions = loader({
  name: 'options of compile in model files',
  covers: ['compile'],
  cases: jsonCases(goodOptions).map((compile) => {
    const { tensors, metadata } = decoded[0]!
    const header = JSON.parse(metadata['gradus']!) as object
    // without the state of the optimizer, which belongs to another one
    const weights = tensors.filter(({ name }) => !name.startsWith('optimizer/'))
    return encodeSafetensors(weights, { ...metadata, gradus: jsonOf({ ...header, compile }) })
  }),
  read: (bytes) => loadModel(bytes),
})

export const sources = loader({
  name: 'sources of model files',
  covers: ['readModelFile', 'readFile'],
  cases: fc.oneof(
    hostile,
    fc.constantFrom<unknown>(
      undefined,
      5n,
      goodFiles[0]!.slice().buffer,
      '/',
      '/dev/zero',
      '/dev/null',
      '/dev/urandom',
      '/proc/self/stat',
      '/proc/self/mem',
      '/none/a.safetensors',
      'a\u0000b',
      'x/'.repeat(5000),
      'http://127.0.0.1:9/a.safetensors',
      { stream: () => 5, arrayBuffer: async () => goodFiles[0]!.slice().buffer },
      { size: 1e20, stream: () => new Blob(['a']).stream(), arrayBuffer: () => 5 },
      { body: new Blob(['a']).stream(), arrayBuffer: () => 5 },
      new SharedArrayBuffer(16),
      new Uint8Array(new SharedArrayBuffer(16)),
      new DataView(goodFiles[0]!.slice().buffer),
      new Float32Array(4),
      new Blob([goodFiles[0]! as Uint8Array<ArrayBuffer>]),
      { getFile: 5 },
      { getFile: () => 5 },
      { arrayBuffer: async () => 'text' },
      { arrayBuffer: async () => null },
      [1, 2, 3],
      () => 1,
      Symbol.iterator,
    ),
  ),
  read: (source) => loadModel(source as Uint8Array),
})

export const formats = loader({
  name: 'formats by their first bytes',
  covers: [],
  cases: fc.tuple(
    fc.oneof(fc.uint8Array({ maxLength: 40 }), mutatedBytes([small])),
    fc.constantFrom(undefined, 'a.safetensors', 'a.h5'),
  ),
  read: ([bytes, path]) => decodeModel(bytes, path),
})
