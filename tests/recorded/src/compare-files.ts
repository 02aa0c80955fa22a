import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type HostArray, isPlainObject, type ModelSpec, type Named } from '@gradus/core'
import { kerasFormats } from '@gradus/keras-files'
import { type Tensor, useBackend } from '@gradus/tensor'
import { fromSpec, loadModel, type Model } from 'gradus'
import { CustomScaleLayer, LayerScale } from 'gradus/applications'
import { backends } from '../../backends.ts'
import { registry } from './build.ts'
import { isRecorded, type Recorded, toHost, toNamedHost } from './recorded.ts'

interface FileRecord {
  readonly x: Named<Recorded>
  readonly y?: Named<Recorded>
  /** The outputs in the order of Keras: those of an object by sorted names. */
  readonly predictions: readonly Recorded[]
  readonly history: Readonly<Record<string, readonly number[]>>
  readonly after?: readonly Recorded[]
  readonly tolerance: number
  /** Formats that Keras writes and reads wrongly, as the options of some layers in .h5. They need to predict the same only. */
  readonly unreadable: readonly string[]
}

const formats = kerasFormats
/** Layers of applications, which are not among the standard ones. */
const customObjects = { CustomScaleLayer, LayerScale }
const kinds = ['keras', 'torch.keras', 'h5', 'weights.h5'] as const

/**
 * Reads the models that Keras saved in a folder: each must predict and train as in Keras. Writes each as NAME.out.*, for Keras to read,
 * and reads what it has written. Adds a line for each file to results.jsonl. Returns the exit code.
 */
export async function main(folder: string, backend: string): Promise<number> {
  await useBackend(await backends[backend]!())
  console.warn = () => {}
  let failed = 0
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json')) continue
    const model = file.slice(0, -'.json'.length)
    const record = JSON.parse(readFileSync(join(folder, file), 'utf8')) as FileRecord
    for (const kind of kinds) {
      if (!existsSync(join(folder, `${model}.${kind}`))) continue
      const { far, problem } = await outcomeOf(record.tolerance, () => compare(folder, model, kind, record))
      if (problem !== null) console.log(`FAILED ${model}.${kind}: ${problem}`)
      if (problem !== null) failed++
      appendFileSync(join(folder, 'results.jsonl'), `${JSON.stringify({ by: 'Gradus', model, kind, far, problem })}\n`)
    }
  }
  return failed > 0 ? 1 : 0
}

async function outcomeOf(
  tolerance: number,
  run: () => Promise<number>,
): Promise<{ far: number; problem: string | null }> {
  try {
    const far = await run()
    return { far, problem: far <= tolerance ? null : `differs by ${far.toExponential(1)}` }
  } catch (error) {
    return { far: 0, problem: `${(error as Error).name}: ${(error as Error).message.slice(0, 300)}` }
  }
}

async function compare(folder: string, name: string, kind: string, given: FileRecord): Promise<number> {
  const { after, ...untrained } = given
  const record = after && !given.unreadable.includes(kind) ? given : untrained
  const model = await load(folder, `${name}.${kind}`, `${name}.keras`)
  const out = `${name}.out.${kind}`
  if (kind === 'torch.keras') return resumed(model, record)
  await model.save(join(folder, out), { formats })
  if (kind === 'keras') await (await withDefaults(model)).save(join(folder, `${name}.out.own.keras`), { formats })
  const written = await load(folder, out, `${name}.keras`)
  return Math.max(await resumed(model, record), await resumed(written, record))
}

async function load(folder: string, file: string, whole: string): Promise<Model> {
  if (!file.endsWith('.weights.h5')) return loadModel(join(folder, file), { formats, customObjects })
  const model = await loadModel(join(folder, whole), { formats, customObjects })
  const cleared = (await model.getWeights()).map((weight) => ({ ...weight, data: weight.data.map(() => 0) }))
  await model.setWeights(cleared as never)
  if (model.optimizer) await model.restore(join(folder, file), { formats })
  else await model.loadWeights(join(folder, file), { formats })
  return model
}

/** A copy of a model as a program makes it, without the options that have their defaults; Keras has to have the same ones. */
async function withDefaults(model: Model): Promise<Model> {
  const copy = fromSpec(minimal(model.toSpec()) as ModelSpec, registry.with(CustomScaleLayer, LayerScale) as never)
  copy.build()
  await copy.setWeights(await model.getWeights())
  return copy
}

const kindsOfSpecs = ['layer', 'initializer', 'regularizer', 'constraint'] as const

function minimal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(minimal)
  if (!isPlainObject(value)) return value
  const kind = kindsOfSpecs.find((known) => typeof value[known] === 'string')
  const fields: Readonly<Record<string, unknown>> = (kind && registry.find(kind, String(value[kind]))?.fields) ?? {}
  const given = Object.entries(value).filter(([key, item]) => {
    const { [key]: field } = fields
    return !isPlainObject(field) || field['default'] === undefined || !isDefault(item, field['default'])
  })
  return Object.fromEntries(given.map(([key, item]) => [key, minimal(item)]))
}

function isDefault(value: unknown, standard: unknown): boolean {
  const kind = isPlainObject(value) && Object.keys(value).length === 1 ? Object.values(value)[0] : value
  if (typeof kind === 'string' && typeof standard === 'string') return kind.toLowerCase() === standard.toLowerCase()
  return JSON.stringify(value) === JSON.stringify(standard)
}

/** The greatest difference of predictions, and of a run of training that goes on. */
async function resumed(model: Model, { x, y, predictions, history, after }: FileRecord): Promise<number> {
  const given = inputsOf(x)
  const predicted = async (expected: readonly Recorded[]) => {
    const found = outputsOf(await model.predictAll(given, { verbose: 0 }))
    const far = expected.map(({ data }, index) => distance(found[index]?.dataSync() ?? [], data))
    return Math.max(...far)
  }
  let far = await predicted(predictions)
  if (!y || !after) return far
  const options = { batchSize: 2, epochs: 2, shuffle: false, verbose: 0 } as const
  const { history: found } = await model.fit(given, toNamedHost(y), options)
  if (Object.keys(found).sort().join() !== Object.keys(history).sort().join())
    throw new Error(`the history has ${Object.keys(found).join(', ')}; expected ${Object.keys(history).join(', ')}`)
  for (const [key, values] of Object.entries(history)) far = Math.max(far, distance(found[key]!, values))
  return Math.max(far, await predicted(after))
}

/** Recorded inputs as arrays on the host; strings as nested lists. */
function inputsOf(value: Named<Recorded>): Named<HostArray> {
  if (Array.isArray(value)) return (value as Recorded[]).map((one) => inputsOf(one)) as HostArray[]
  if (!isRecorded(value)) {
    const entries = Object.entries(value as Readonly<Record<string, Recorded>>)
    return Object.fromEntries(entries.map(([key, one]) => [key, inputsOf(one)])) as Readonly<Record<string, HostArray>>
  }
  if (value.dtype !== 'string') return toHost(value)
  const rows = value.shape.slice(1).reduceRight((list: unknown[], size) => grouped(list, size), [...value.data])
  return rows as unknown as HostArray
}

function grouped(list: readonly unknown[], size: number): unknown[] {
  return Array.from({ length: list.length / size }, (_, index) => list.slice(index * size, (index + 1) * size))
}

function outputsOf(predicted: Named<Tensor>): Tensor[] {
  if (Array.isArray(predicted)) return predicted as Tensor[]
  if ('dtype' in predicted) return [predicted as Tensor]
  const entries = Object.entries(predicted as Readonly<Record<string, Tensor>>)
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tensor]) => tensor)
}

/** The greatest difference, in relation to the largest value. */
function distance(a: ArrayLike<number>, b: ArrayLike<number | string | boolean>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  const expected = Array.from(b, Number)
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 1e-3)
  const differences = expected.map((value, index) => (Object.is(value, a[index]) ? 0 : Math.abs(a[index]! - value)))
  return (
    differences.reduce((most, far) => (Number.isNaN(far) ? Number.POSITIVE_INFINITY : Math.max(most, far)), 0) / largest
  )
}
