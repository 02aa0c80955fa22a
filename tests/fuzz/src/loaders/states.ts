import '../backend.ts'
import { formatFileName } from '@gradus/callbacks/format'
import { Callback } from '@gradus/core'
import fc from 'fast-check'
import { callbacks, standard } from 'gradus'
import { decodeSafetensors, encodeSafetensors } from 'gradus/io'
import { readRunFile, withState } from '../../../../apps/cli/src/train/run-state.ts'
import { hostile, jsonOf } from '../hostile.ts'
import { loader } from '../loader.ts'
import { mutatedBytes, mutatedText } from '../mutate-bytes.ts'
import { jsonCases } from '../mutate-json.ts'
import { goodFiles } from './files.ts'

const weight = { path: 'dense.bias', shape: [1], dtype: 'float32', trainable: true, bytes: '0000803f' }

/** Callbacks as data, with a good state. */
const goodStates: Readonly<Record<string, readonly [options: object, state: object]>> = {
  CSVLogger: [{ filename: 'log.csv' }, { keys: ['loss'], length: 20 }],
  EarlyStopping: [{ monitor: 'loss' }, { wait: 1, best: 0.5, bestEpoch: 2, bestWeights: [weight] }],
  History: [{}, { epoch: [0, 1], history: { loss: [2, 1] } }],
  ModelCheckpoint: [{ filepath: 'a' }, { best: 'Infinity', batchesSinceSave: 0, lastBatch: 3 }],
  ReduceLROnPlateau: [{ monitor: 'loss' }, { wait: 0, cooldownCounter: 2, best: null }],
}

/** The callbacks that restore a state, by their types. */
export const statefulCallbacks = Object.values<unknown>(callbacks).flatMap((value) => {
  const { type, prototype } = value as { readonly type?: string; readonly prototype?: unknown }
  return prototype instanceof Callback && prototype.restore ? [type!] : []
})

export const callbackStates = loader({
  name: 'states of callbacks',
  covers: statefulCallbacks.filter((type) => goodStates[type]),
  cases: fc
    .constantFrom(...Object.entries(goodStates))
    .chain(([callback, [options, state]]) =>
      jsonCases([state]).map((mutated) => ({ callback, options, state: mutated })),
    ),
  read({ callback, options, state }) {
    const made = standard.parse('callback', { callback, ...options }) as Callback
    made.restore!(state)
    return made.state!()
  },
})

const goodRun = {
  version: 1,
  records: [{ epoch: 1, logs: { loss: 0.5, accuracy: { number: 'NaN' } }, learningRate: 0.1, milliseconds: 12 }],
  callbacks: [null, goodStates['ReduceLROnPlateau']![1]],
  exact: true,
}

const runFile = withState(goodFiles[0]!, goodRun as never, 'model.safetensors')
const { tensors, metadata } = decodeSafetensors(runFile)
const header = JSON.parse(metadata['gradus']!) as object

const runFiles = jsonCases([goodRun]).map((run) =>
  encodeSafetensors(tensors, { ...metadata, gradus: jsonOf({ ...header, run }) }),
)

export const runStates = loader({
  name: 'states of runs',
  covers: ['readRunFile'],
  cases: fc.oneof({ weight: 3, arbitrary: runFiles }, { weight: 1, arbitrary: mutatedBytes([runFile]) }),
  read(bytes) {
    const { state } = readRunFile(bytes, 'model-last.safetensors')
    // as a resumed run uses them
    return state?.records.map(({ logs, learningRate }) => [...Object.entries(logs), learningRate.toFixed(3)])
  },
})

const templates = [
  'model-{epoch:02d}-{val_loss:.2f}.safetensors',
  '{{{epoch}}}{loss:9.3e}',
  '{loss:.500f}',
  '{epoch:999999999d}',
]

export const fileNames = loader({
  name: 'templates of file names',
  covers: [],
  cases: fc.tuple(
    mutatedText(templates),
    fc.oneof(fc.double(), hostile.filter((value) => typeof value === 'number').map(Number)),
  ),
  read: ([template, loss]) => formatFileName(template, { integers: { epoch: 3 }, figures: { loss, val_loss: -loss } }),
})
