import '../backend.ts'
import { readFileSync } from 'node:fs'
import { tfjsModel } from '@gradus/tfjs-files'
import fc from 'fast-check'
import { loadModel } from 'gradus'
import { compileFromKeras, fromKeras } from 'gradus/io'
import { jsonOf } from '../hostile.ts'
import { type Loader, loader } from '../loader.ts'
import { mutatedBytes } from '../mutate-bytes.ts'
import { jsonCases } from '../mutate-json.ts'

const recorded = JSON.parse(
  readFileSync(new URL('../../../../packages/tfjs-files/src/recorded/tfjs-models.json', import.meta.url), 'utf8'),
) as { cases: { name: string; model: object; weights: string }[] }

const models = ['mlp', 'rms', 'nested', 'rnn'].map((name) => {
  const { model, weights } = recorded.cases.find((one) => one.name === name)!
  return { model, bytes: new Uint8Array(Buffer.from(weights, 'base64')) }
})
const formats = [tfjsModel]
const encode = (value: unknown) => new TextEncoder().encode(jsonOf(value))

export const tfjsModels: Loader = loader({
  name: 'model.json of TensorFlow.js',
  covers: [tfjsModel.name],
  cases: fc
    .nat(models.length - 1)
    .chain((index) =>
      fc.tuple(
        fc.constant(index),
        fc.oneof(jsonCases([models[index]!.model]).map(encode), mutatedBytes([encode(models[index]!.model)])),
        fc.oneof(
          { weight: 3, arbitrary: fc.constant(models[index]!.bytes) },
          { weight: 1, arbitrary: mutatedBytes([models[index]!.bytes]) },
        ),
      ),
    ),
  read: async ([, json, bytes]) => (await loadModel(json, { formats, files: { 'weights.bin': bytes } })).toSpec(),
})

const [{ model, bytes }] = models as [(typeof models)[number]]
const { weightsManifest, ...rest } = model as { weightsManifest: { weights: object[] }[] }
const artifacts = { ...rest, weightSpecs: weightsManifest[0]!.weights, weightData: [...bytes] }

export const tfjsArtifacts: Loader = loader({
  name: 'artifacts of TensorFlow.js',
  covers: [tfjsModel.name],
  cases: jsonCases([artifacts]),
  read: (value) => loadModel(value as Record<string, unknown>, { formats }),
})

export const tfjsTopologies: Loader = loader({
  name: 'topologies of TensorFlow.js and Keras 2',
  covers: ['fromKeras', 'compileFromKeras'],
  cases: jsonCases(models.map((one) => one.model)),
  read: (value) => [fromKeras(value), compileFromKeras(value)],
})
