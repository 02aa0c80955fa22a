import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Named } from '@gradus/core'
import { kerasFormats } from '@gradus/keras-files'
import { loadModel } from 'gradus'
import type { Check } from './check.ts'
import {
  type AnyModel,
  type BuiltModel,
  buildModel,
  type CompileCase,
  compareHistory,
  comparePredictions,
  compareWeights,
  compileModel,
} from './models.ts'
import { type Keras, type Recorded, type RecordedWeight, toNamedHost } from './recorded.ts'

interface FileCase {
  readonly model: Keras
  readonly compile: CompileCase
  readonly x: Named<Recorded>
  readonly y: Named<Recorded>
  readonly weights: readonly RecordedWeight[]
  readonly predict?: Recorded
  readonly files?: Readonly<Record<string, string>>
  readonly resume_after_load?: {
    readonly batch_size: number
    readonly epochs: number
    readonly shuffle?: boolean
    readonly history: Readonly<Record<string, readonly (number | string)[]>>
    readonly final_weights: readonly RecordedWeight[]
  }
}

/** The formats of Keras files. */
const formats = kerasFormats

/**
 * Reads the files that Keras wrote of a model and compares weights, predictions and resumed training; then the same with files that
 * are written here from what was read.
 */
export async function compareFiles(entry: FileCase, built: BuiltModel, check: Check): Promise<void> {
  for (const [key, path] of Object.entries(entry.files ?? {})) {
    const bytes = readFileSync(join(check.folder, path))
    const file = new File([bytes], path.split('/').at(-1)!)
    await compareRead(entry, { ...built, model: await read(entry, file) }, check, `weights (${key})`)
    const source = await read(entry, file)
    const written = await writtenBy(source, file.name)
    await compareRead(entry, { ...built, model: await read(entry, written) }, check, `weights (${key}, written)`)
  }
}

/** Compares the weights in the files that Keras wrote of a model. */
export async function compareFileWeights(
  files: Readonly<Record<string, string>>,
  model: Keras,
  compile: CompileCase,
  expected: readonly RecordedWeight[],
  check: Check,
): Promise<void> {
  for (const [key, path] of Object.entries(files)) {
    const file = new File([readFileSync(join(check.folder, path))], path.split('/').at(-1)!)
    await compareWeights(await read({ model, compile }, file), check, `final_weights (${key})`, expected)
  }
}

/** A model from a file of a whole model, or with the weights and the state of the optimizer of a weights file. */
async function read({ model, compile }: Pick<FileCase, 'model' | 'compile'>, file: File): Promise<AnyModel> {
  if (!file.name.endsWith('.weights.h5')) return loadModel(file, { formats })
  const built = buildModel(model)
  compileModel(built.model, compile)
  await built.model.restore(file, { formats })
  return built.model
}

/** Saves a model under a name, in the memory. */
async function writtenBy(model: AnyModel, name: string): Promise<File> {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  const writable = {
    write: async (data: Uint8Array | string) => void pieces.push(data as Uint8Array<ArrayBuffer>),
    close: async () => {},
  }
  await model.save({ name, createWritable: async () => writable } as never, { formats })
  return new File(pieces, name)
}

async function compareRead(entry: FileCase, built: BuiltModel, check: Check, field: string): Promise<void> {
  const { model } = built
  const x = toNamedHost(entry.x)
  await compareWeights(model, check, field, entry.weights)
  if (entry.predict) await comparePredictions(built, check, `predict ${field}`, x, entry.predict)
  const resumed = entry.resume_after_load
  if (!resumed) return
  const { batch_size: batchSize, epochs, shuffle = false } = resumed
  const { history } = await model.fit(x, toNamedHost(entry.y), { batchSize, epochs, shuffle, verbose: 0 })
  compareHistory(check, `resume_after_load.history ${field}`, history, resumed.history)
  await compareWeights(model, check, `resume_after_load.final_weights ${field}`, resumed.final_weights)
}
