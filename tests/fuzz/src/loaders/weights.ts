import '../backend.ts'
import type { CallbackContext, ModelSpec } from '@gradus/core'
import fc from 'fast-check'
import { fromSpec, History, type Model } from 'gradus'
import { decodeSafetensors, encodeSafetensors } from 'gradus/io'
import { hostile, jsonOf } from '../hostile.ts'
import { loader } from '../loader.ts'
import { mutatedBytes } from '../mutate-bytes.ts'
import { jsonCases } from '../mutate-json.ts'
import { goodFiles } from './files.ts'
import { goodSpecs } from './good-specs.ts'

const model = fromSpec(goodSpecs[0] as ModelSpec)
model.compile({ optimizer: 'adam', loss: 'mse' })
model.build()
const weights = await model.getWeights()

/** Weights as JSON: lists instead of typed arrays. */
const lists = weights.map(({ data, ...weight }) => ({ ...weight, data: [...data] }))
const values = await Promise.all(weights.map(async ({ data }) => [...data]))

const typed = fc
  .tuple(jsonCases([lists]), fc.constantFrom(Float32Array, Float64Array, Int32Array, Uint8Array))
  .map(([given, Type]) => {
    if (!Array.isArray(given)) return given
    return given.map((weight: unknown) => {
      const { data } = (weight ?? {}) as { readonly data?: unknown }
      const numbers = Array.isArray(data) && data.every((value) => typeof value === 'number')
      return numbers ? { ...(weight as object), data: Type.from(data as number[]) } : weight
    })
  })

export const setWeights = loader({
  name: 'weights',
  covers: ['setWeights'],
  cases: fc.oneof(typed, jsonCases([lists, values]), hostile),
  async read(given) {
    await model.setWeights(given as Parameters<Model['setWeights']>[0])
    await requireFinite()
  },
})

/** Files with weights in which numbers are not finite, or tensors are missing, renamed or of another shape. */
const altered = fc
  .tuple(fc.nat(), fc.nat(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e38, 2))
  .map(([at, position, value]) => {
    const { tensors, metadata } = decodeSafetensors(goodFiles[0]!)
    const { data } = tensors[at % tensors.length]!
    data[position % data.length] = value
    return encodeSafetensors(tensors, metadata)
  })

export const loadWeights = loader({
  name: 'files of weights',
  covers: ['loadWeights', 'restore', 'restoreTraining'],
  cases: fc.oneof(mutatedBytes(goodFiles), altered),
  async read(bytes) {
    await model.loadWeights(bytes)
    await model.restore(bytes)
    await requireFinite()
  },
})

/** Throws where weights that are not finite were accepted. */
async function requireFinite(): Promise<void> {
  for (const { path, data } of await model.getWeights()) {
    if (!data.every(Number.isFinite)) throw new Error(`accepted weights of '${path}' that are not finite`)
  }
}

const [x, y] = [
  [
    [1, 2, 3],
    [3, 2, 1],
  ],
  [
    [1, 0],
    [0, 1],
  ],
]

/** Files of the model that a run of `fit` has saved. */
const fitFiles = await (async () => {
  let saved: Uint8Array | undefined
  const keep = {
    onTrainBatchEnd: ({ progress }: CallbackContext) =>
      progress?.checkpoint(async (state) => {
        saved = await model.toBytes({ fit: state })
      }),
  }
  await model.fit(x, y, { epochs: 2, batchSize: 1, verbose: 0, callbacks: [keep, new History()] })
  const { tensors, metadata } = decodeSafetensors(saved!)
  const header = JSON.parse(metadata['gradus']!) as { readonly fit: object }
  if (!header.fit) throw new Error('fit has saved no state')
  return jsonCases([header.fit]).map((fit) =>
    encodeSafetensors(tensors, { ...metadata, gradus: jsonOf({ ...header, fit }) }),
  )
})()

export const fitStates = loader({
  name: 'states of fit',
  covers: [],
  cases: fitFiles,
  async read(bytes) {
    const resumeFrom = await model.restore(bytes)
    if (!resumeFrom) return
    await model.fit(x, y, { epochs: 2, batchSize: 1, verbose: 0, callbacks: [new History()], resumeFrom })
  },
})
