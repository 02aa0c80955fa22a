import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BaseLayer, type HostArray, listVariables, type Named } from '@gradus/core'
import { kerasFormats } from '@gradus/keras-files'
import { type Tensor, treeLeaves, useBackend } from '@gradus/tensor'
import { tfjsFormats } from '@gradus/tfjs-files'
import { loadModel } from 'gradus'
import { backends } from '../../backends.ts'
import { readTensors, writeTensors } from '../public-files/tensors.mjs'

/** A model of others, with the folder that has its inputs and predictions. */
interface Job {
  readonly file: string
  readonly folder: string
}

const formats = [...kerasFormats, ...tfjsFormats]
const written = { keras: 'out.keras', h5: 'out.h5', tfjs: 'tfjs/model.json', same: 'same/model.json' } as const

/** A model could be read where it ran, and each file could be written or the message says why not. */
interface Outcome {
  /** The greatest difference to the original library. */
  readonly far?: number
  readonly losses?: readonly [number, number]
  readonly problem?: string
  /** Why the options of `compile` in the file are not read. */
  readonly uncompiled?: string
  readonly files: Partial<Record<keyof typeof written, string>>
}

export async function start(backend: string): Promise<void> {
  await useBackend(await backends[backend]!())
  console.warn = () => {}
}

/** Reads a model with the options of `compile`. Returns the message of the error, or undefined. */
export async function refusal(file: string): Promise<string | undefined> {
  return loadModel(file, { formats }).then(() => undefined, messageOf)
}

/**
 * Reads a model, compares its predictions, trains its last layer with weights, and writes it in each form. Files that cannot be written
 * have the message in place of the path.
 */
export async function tryModel({ file, folder }: Job): Promise<Outcome> {
  const files: Partial<Record<keyof typeof written, string>> = {}
  try {
    const load = () => loadModel(file, { formats, compile: false })
    const uncompiled = await refusal(file)
    const model = await load()
    const inputs = readTensors(folder, 'x')
    const x = (inputs.length > 1 ? inputs : inputs[0]) as Named<HostArray>
    const predict = async () => hostOf(await model.predictAll(x, { batchSize: 10, verbose: 0 }))
    const before = await predict()
    const far = distance(before, readTensors(folder, 'y'))
    if (file.endsWith('.json')) files.same = await write(() => load(), folder, 'same')
    const losses = await trainHead(model, x, before)
    writeTensors(folder, { after: await predict() })
    for (const form of ['keras', 'h5', 'tfjs'] as const) files[form] = await write(() => model, folder, form)
    return { far, losses, files, ...(uncompiled && { uncompiled }) }
  } catch (error) {
    return { problem: messageOf(error), files }
  }
}

type Loaded = Awaited<ReturnType<typeof loadModel>>

async function write(model: () => Loaded | Promise<Loaded>, folder: string, form: keyof typeof written) {
  const path = join(folder, written[form])
  mkdirSync(dirname(path), { recursive: true })
  try {
    await (await model()).save(path, { formats })
    return path
  } catch (error) {
    return messageOf(error)
  }
}

/** The layers of a model, and those of models in it. */
function layersOf(model: BaseLayer): BaseLayer[] {
  const inner = (model as { layers?: readonly BaseLayer[] }).layers
  return inner ? inner.flatMap(layersOf) : [model]
}

/** Trains the last layer that has weights for five steps; the others must keep their bits. Returns the loss before and the least one after. */
async function trainHead(
  model: Loaded,
  x: Named<HostArray>,
  predictions: ReturnType<typeof hostOf>,
): Promise<[number, number]> {
  const layers = layersOf(model)
  const head = layers.filter((layer) => listVariables(layer).some(({ trainable }) => trainable)).at(-1)
  if (!head) return [0, 0]
  for (const layer of layers) if (layer !== head) layer.trainable = false
  const inHead = new Set<unknown>(listVariables(head).map(({ value }) => value))
  const trained = new Set(
    listVariables(model)
      .filter(({ value }) => inHead.has(value))
      .map(({ path }) => path),
  )
  const before = await model.getWeights()
  model.compile({ optimizer: { optimizer: 'Adam', learningRate: 1e-3 }, loss: 'meanSquaredError' })
  // predictions of another sample, so that there is something to learn
  const y = predictions.map(({ shape, data }) => {
    const size = data.length / shape[0]!
    const values = Float32Array.from(data, (_, index) => Number(data[(index + size) % data.length]) * 0.9 + 0.05)
    return { shape, dtype: 'float32' as const, data: values }
  })
  const targets = (y.length > 1 ? y : y[0]) as Named<HostArray>
  const loss = async () => {
    const figures = await model.evaluate(x, targets, { batchSize: 10, verbose: 0 })
    return Number((figures as Record<string, unknown>)['loss'])
  }
  const losses = [await loss()]
  for (let step = 0; step < 5; step++) {
    await model.fit(x, targets, { batchSize: 10, shuffle: false, verbose: 0 })
    losses.push(await loss())
  }
  const after = await model.getWeights()
  const changed = after.filter(({ data, path }, index) => {
    const old = before[index]!.data as ArrayLike<number>
    return !trained.has(path) && Array.from(data as ArrayLike<number>).some((value, at) => !Object.is(value, old[at]))
  })
  if (changed.length > 0) throw new Error(`frozen weights changed: ${changed.map(({ path }) => path).join(', ')}`)
  return [losses[0]!, Math.min(...losses.slice(1))]
}

function hostOf(outputs: unknown) {
  return (treeLeaves(outputs as never) as Tensor[]).map((tensor) => ({
    shape: tensor.shape,
    dtype: 'float32' as const,
    data: Float32Array.from(tensor.dataSync() as ArrayLike<number>),
  }))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** The greatest difference, in relation to the largest value where that is above 1. */
function distance(found: readonly HostArray[], expected: readonly HostArray[]): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  return Math.max(
    ...found.map(({ shape, data }, output) => {
      const other = expected[output]!
      if (String(shape) !== String(other.shape)) return Number.POSITIVE_INFINITY
      const values = other.data as ArrayLike<number>
      let [most, largest] = [0, 1]
      for (let i = 0; i < data.length; i++) {
        most = Math.max(most, Math.abs(Number(data[i]) - values[i]!))
        largest = Math.max(largest, Math.abs(values[i]!))
      }
      return most / largest
    }),
  )
}
