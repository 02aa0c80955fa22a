import '../backend.ts'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ConfigError } from '@gradus/core'
import fc from 'fast-check'
import { curvesOf } from '../../../../apps/cli/src/report/curves.ts'
import { readRun } from '../../../../apps/cli/src/report/read-run.ts'
import { detailSections } from '../../../../apps/cli/src/report/sections.ts'
import { HttpError } from '../../../../apps/cli/src/serve/http-error.ts'
import { readJsonBody } from '../../../../apps/cli/src/serve/read-body.ts'
import { readInputs } from '../../../../apps/cli/src/serve/read-inputs.ts'
import { small } from '../../../../apps/cli/src/testing/sandbox.ts'
import { readData } from '../../../../apps/cli/src/train/read-data.ts'
import { readTrainingSource } from '../../../../apps/cli/src/train/training-source.ts'
import { trialsOf } from '../../../../apps/cli/src/tune/search.ts'
import { trialTable } from '../../../../apps/cli/src/tune/trial-text.ts'
import { readTuneState } from '../../../../apps/cli/src/tune/tune-folder.ts'
import { hostile, jsonOf } from '../hostile.ts'
import { loader } from '../loader.ts'
import { mutatedBytes, mutatedText } from '../mutate-bytes.ts'
import { jsonCases } from '../mutate-json.ts'

const folder = mkdtempSync(join(tmpdir(), 'gradus-fuzz-commands-'))

const environment = {
  data: { train: { path: '/data/train.csv', bytes: 10, sha256: 'ab' } },
  versions: { gradus: '0.1.0' },
  machine: { cores: 2 },
  git: { commit: 'abc', changed: false },
  startedAt: '2026-01-01T00:00:00.000Z',
}
const events = [
  { version: 1, event: 'epoch', epoch: 1, loss: 0.5, val_loss: null, learningRate: 0.01, milliseconds: 5 },
  { version: 1, event: 'epoch', epoch: 2, loss: 0.25, val_loss: 0.5, learningRate: 0.01, milliseconds: 4 },
]
const evaluation = { role: 'test', samples: 2, figures: { loss: 0.5 }, targets: {} }
const run = { 'config.json': { ...small, callbacks: [] }, 'env.json': environment, 'evaluation.json': evaluation }

/** The files of a run, each with its text. */
const runFiles = fc.tuple(
  fc.constantFrom(...Object.keys(run), 'events.jsonl'),
  fc.oneof(
    jsonCases(Object.values(run)).map(jsonOf),
    mutatedText(events.map((event) => `${JSON.stringify(event)}\n`)),
    jsonCases(events).map(jsonOf),
  ),
)

export const runs = loader({
  name: 'the folders of runs',
  covers: ['readRun', 'readRunConfig', 'readJson', 'parseObject', 'readText'],
  cases: runFiles,
  read([changed, text]) {
    for (const [name, value] of Object.entries(run)) writeFileSync(join(folder, name), JSON.stringify(value))
    writeFileSync(join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    writeFileSync(join(folder, changed), text)
    return readRun('.', folder).then((record) => [curvesOf(record.epochs), detailSections(record)])
  },
  close: () => rmSync(folder, { recursive: true, force: true }),
})

const tuneState = {
  version: 1,
  config: small,
  settings: {
    space: { 'optimizer.learningRate': { log: [1e-4, 1e-1] }, 'model.layers[0].units': [4, 8] },
    method: 'random',
    trials: 4,
    metric: 'loss',
    mode: 'min',
    seed: 3,
    maxEpochs: null,
    factor: 3,
  },
  trials: [
    {
      id: 1,
      values: { 'optimizer.learningRate': 0.01 },
      state: 'trained',
      target: null,
      epochs: 4,
      score: 0.5,
      bestEpoch: 4,
      seconds: 1,
      run: 'runs/trial-001-1',
    },
  ],
}

export const searches = loader({
  name: 'the folders of searches',
  covers: ['readTuneState'],
  cases: fc.oneof(jsonCases([tuneState]).map(jsonOf), mutatedText([JSON.stringify(tuneState)])),
  read(text) {
    writeFileSync(join(folder, 'tune.json'), text)
    return readTuneState('.', folder).then(({ state: { settings, trials } }) => [
      trialsOf(settings),
      trialTable(trials, settings.metric),
    ])
  },
})

const sources = ['rows.csv', 'rows.json', 'rows.yaml', 'rows.jsonl', 'rows', 'rows.txt.gz', 'none.csv', '.']

export const trainingSources = loader({
  name: 'configs or rows to train on',
  covers: ['readTrainingSource'],
  cases: fc.tuple(
    fc.oneof(fc.constantFrom(...sources), fc.string({ maxLength: 8 })),
    fc.oneof(
      jsonCases([small, [{ x: 1, y: 'a' }], { data: { train: 'a.csv' } }]).map(jsonOf),
      mutatedText(['x,y\n1,2\n']),
    ),
    fc.boolean(),
  ),
  async read([source, text, hasTarget]) {
    const place = join(folder, 'sources')
    mkdirSync(place, { recursive: true })
    for (const name of sources.slice(0, -2)) writeFileSync(join(place, name), text)
    const found = await readTrainingSource(source, hasTarget ? { target: 'y' } : {}, { cwd: place })
    if (found === undefined) throw new ConfigError('There is no source.')
    return found
  },
})

export const parts = loader({
  name: 'files of validation rows',
  covers: ['readPart'],
  cases: mutatedBytes(['x,y\n0.5,a\n0.25,b\n', 'y,x\nb,1\n'].map((text) => new TextEncoder().encode(text))),
  read(bytes) {
    const [train, validation] = ['train.csv', 'validation.csv'].map((name) => join(folder, name)) as [string, string]
    writeFileSync(train, 'x,y\n0.5,a\n0.25,b\n0.75,a\n')
    writeFileSync(validation, bytes)
    return readData({ ...small, data: { train, validation, target: 'y' } } as never)
  },
})

/** An error of the server is one that its client can read. */
async function answered<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof HttpError ? new ConfigError(error.message) : error
  }
}

const types = ['application/json', 'application/json; charset=utf-8', 'text/plain', 'application/json; charset=latin1']

export const bodies = loader({
  name: 'bodies of requests',
  covers: ['readJsonBody'],
  cases: fc.tuple(
    fc.oneof(
      mutatedBytes([new TextEncoder().encode('{"inputs": [[1, 2], [3, 4]]}')]),
      jsonCases([{ rows: [{ age: 44 }] }]).map((value) => new TextEncoder().encode(jsonOf(value))),
    ),
    fc.oneof({ weight: 4, arbitrary: fc.constant(types[0]!) }, { weight: 1, arbitrary: fc.constantFrom(...types) }),
    fc.constantFrom('10', '-1', '1e9', 'x', undefined),
  ),
  read: ([bytes, type, length]) =>
    answered(() => {
      const headers = { 'content-type': type, ...(length !== undefined && { 'content-length': length }) }
      const request = Object.assign(Readable.from([bytes]), { headers })
      return readJsonBody(request as unknown as IncomingMessage, {} as ServerResponse, 1000)
    }),
})

const ports = [
  [{ name: 'x', shape: [null, 2], dtype: 'float32' }],
  [
    { name: 'words', shape: [null, null], dtype: 'int32' },
    { name: 'x', shape: [null, 1], dtype: 'float16' },
  ],
] as const

export const inputs = loader({
  name: 'inputs of requests',
  covers: ['readInputs'],
  cases: fc.tuple(
    fc.oneof(jsonCases([[[1, 2]], { x: [[1, 2]] }, { words: [[1, 2, 3]], x: [[1]] }]), hostile),
    fc.constantFrom(...ports),
  ),
  // the body of a request is JSON
  read: ([value, list]) => answered(() => readInputs(JSON.parse(jsonOf(value)), list, 100)),
})
