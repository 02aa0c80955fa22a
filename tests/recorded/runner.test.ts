import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cpu } from '@gradus/backend-cpu'
import { useBackend } from '@gradus/tensor'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { backends } from '../backends.ts'
import { Check } from './src/check.ts'
import { runners } from './src/kinds/table.ts'
import { main } from './src/main.ts'
import { type Outcome, verdictOf } from './src/outcome.ts'
import type { CaseBase } from './src/recorded.ts'
import { lineOf, tableOf } from './src/report.ts'
import { type RecordedFile, readRecordedFiles, runCase } from './src/run-cases.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const [sample] = [...readRecordedFiles(fileURLToPath(new URL('./sample', import.meta.url)))] as [RecordedFile]

beforeAll(() => useBackend(cpu()))

/** Runs a case on cpu, or one that trains many times on wasm, which is faster. */
async function run(entry: CaseBase): Promise<Outcome> {
  if (entry.kind !== 'seed_job_statistics') return runCase(sample, entry)
  await useBackend(await backends['wasm']!())
  try {
    return await runCase(sample, entry)
  } finally {
    await useBackend(cpu())
  }
}

const caseOf = (kind: string) => sample.cases.find((entry) => entry.kind === kind)!

describe('recorded cases', () => {
  it('exist for every kind', () => {
    const kinds = new Set(sample.cases.map(({ kind }) => kind))
    expect(Object.keys(runners).filter((kind) => kind !== 'error' && !kinds.has(kind))).toEqual([])
  })

  it.each(sample.cases.map((entry) => [entry.name, entry] as const))('%s agrees', async (_, entry) => {
    const outcome = await run(entry)
    expect(outcome.deviations).toEqual([])
    expect(outcome.missing).toEqual([])
  })
})

// The path of a value in a case of each kind, which is changed. Its first key must be reported.
const broken: Readonly<Record<string, readonly (string | number)[]>> = {
  activation: ['output', 'data', 3],
  aliases: ['identifiers', 'l2'],
  callback_csv_logger: ['file_content'],
  callback_early_stopping: ['wait'],
  callback_events: ['events', 2, 1],
  callback_lr_scheduler: ['lr_after_epoch', 3],
  callback_model_checkpoint: ['files_after_epoch', 1, 'b2.weights.h5'],
  callback_reduce_lr: ['best_after_epoch', 2],
  callback_swap_ema: ['final_weights', 1, 'data', 0],
  callback_terminate_on_nan: ['batches_ended', 1],
  constraint: ['output', 'data', 0],
  initializer_exact: ['values', 'data', 1],
  initializer_orthogonal: ['gain'],
  initializer_stats: ['stats', 'std'],
  layer: ['outputs', 0, 'data', 0],
  lookup_layer: ['output', 'data', 1],
  loss: ['variants', 0, 'value', 'data', 0],
  metric: ['modes', 1, 'steps', 0, 'result', 'data', 0],
  model: ['weights', 0, 'data', 5],
  model_config: ['count_params'],
  op: ['gradients', 0, 'data', 0],
  optimizer: ['values_after_step', 3, 0, 'data', 0],
  optimizer_fit: ['final_weights', 1, 'data', 0],
  progbar: ['stdout'],
  random_layer: ['train_stats', 'mean'],
  regularizer: ['grad_input', 'data', 0],
  schedule: ['values', 4],
  seed_job: ['history', 'loss', 19],
  seed_job_statistics: ['runs'],
  training: ['history', 'loss', 0],
  util: ['result', 'data', 0],
}

function breakAt(value: unknown, path: readonly (string | number)[]): unknown {
  const [key, ...rest] = path
  if (key === undefined) return wrong(value)
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>
  copy[key] = breakAt(copy[key], rest)
  return copy
}

function wrong(value: unknown): unknown {
  if (typeof value === 'string') return value === 'L2' ? 'L1' : `${value}!`
  if (Array.isArray(value)) return value.map((run) => JSON.parse(JSON.stringify(run).replaceAll('0.', '7.')))
  return Number(value) * 1.001 + 1
}

describe('a changed value', () => {
  it('is tried for every kind', () => {
    expect(Object.keys(broken).sort()).toEqual(
      Object.keys(runners)
        .filter((kind) => kind !== 'error')
        .sort(),
    )
  })

  it.each(Object.entries(broken))('of kind %s is reported', async (kind, path) => {
    const outcome = await run(breakAt(caseOf(kind), path) as CaseBase)
    expect(verdictOf(outcome)).toBe('failed')
    const field = kind === 'initializer_orthogonal' ? 'gram_is_gain2_identity_max_err' : String(path[0])
    expect(outcome.deviations.map((deviation) => deviation.field.split(/[.[]/)[0])).toContain(field)
  })

  it('is reported with its position and size', async () => {
    const entry = { ...caseOf('activation'), output: { shape: [2], dtype: 'float32', data: [1, 2.5] } }
    const changed = { ...entry, input: { shape: [2], dtype: 'float32', data: [1, 2] } } as unknown as CaseBase
    expect(lineOf(await runCase(sample, changed))).toBe(
      'FAILED         activations/relu/00-grid-forward  output[1]: expected 2.5, got 2 (20000 times what is allowed)',
    )
  })
})

describe('a missing counterpart', () => {
  const layer = caseOf('layer') as CaseBase & { layer: { class_name: string; config: object } }

  it.each([
    ['a kind', { ...layer, kind: 'dance' }, 'cases of kind dance'],
    ['a class', { ...layer, layer: { ...layer.layer, class_name: 'Teleport' } }, 'layer Teleport'],
    [
      'a class within',
      { ...layer, layer: { ...layer.layer, config: { units: 3, kernel_initializer: keras('initializers', 'Magic') } } },
      'initializer Magic',
    ],
    ['an option', { ...layer, layer: { ...layer.layer, config: { units: 3, flavour: 2 } } }, 'option flavour of Dense'],
    ['an option of the call', { ...layer, call_kwargs: { use_causal_mask: true } }, 'call option use_causal_mask'],
    [
      'a policy',
      { ...layer, layer: keras('layers', 'Dense', { units: 3, dtype: 'mixed_float8' }) },
      'dtype mixedFloat8',
    ],
    ['a dtype', { ...layer, inputs: [{ shape: [1], dtype: 'string', data: ['a'] }] }, 'dtype string'],
  ])('of %s is named', async (_, entry, missing) => {
    const outcome = await runCase(sample, entry as CaseBase)
    expect(verdictOf(outcome)).toBe('unsupported')
    expect(lineOf(outcome)).toBe(`NOT SUPPORTED  ${layer.name}  ${missing}`)
  })
})

describe('errors of Keras', () => {
  const entry = { kind: 'error', class: 'EarlyStopping', name: 'refused', error_class: 'ValueError' }
  const scripted = { ...entry, args: { monitor: 'f2' }, script: { f2: [1, 2, 3] } }

  it('must be errors here', async () => {
    expect(verdictOf(await runCase(sample, scripted as CaseBase))).toBe('passed')
    const fine = { ...scripted, args: { monitor: 'f2', mode: 'min' } }
    expect(lineOf(await runCase(sample, fine as CaseBase))).toBe(
      'FAILED         refused  error_class: expected an error (ValueError), got no error',
    )
  })

  it('are not confused with mistakes in the code', async () => {
    const odd = { ...entry, class: 'Dense', layer: keras('layers', 'Dense', { units: 2 }) }
    expect(verdictOf(await runCase(sample, odd as unknown as CaseBase))).toBe('failed')
    expect(verdictOf(await runCase(sample, entry as CaseBase))).toBe('unsupported')
  })
})

describe('numbers', () => {
  const check = () => new Check({ name: '', class: '', kind: '', rtol_by_key: { rough: 0.1 } })

  it.each([
    [[1], [1 + 0.9e-5], true],
    [[1], [1 + 1.2e-5], false],
    // small values are measured against a tenth of the largest, and against 1e-3
    [[10, 0], [10, 0.9e-5], true],
    [[10, 0], [10, 1.2e-5], false],
    [[0], [0.9e-8], true],
    [[0], [1.2e-8], false],
    [['NaN', 'Infinity', '-Infinity'], [Number.NaN, Infinity, -Infinity], true],
    [['NaN'], [0], false],
    [['Infinity'], [-Infinity], false],
    [[1], [Number.NaN], false],
    [[1, 2], [1], false],
  ])('%j and %j', (expected, got, near) => {
    const one = check()
    one.numbers('fine', got, expected)
    expect(one.deviations.length).toBe(near ? 0 : 1)
  })

  it("are compared by the case's tolerance for their field", () => {
    const one = check()
    one.numbers('rough[0].part', [1.09], [1])
    expect(one.deviations).toEqual([])
    one.numbers('rough', [1.11], [1])
    expect(one.deviations.length).toBe(1)
  })
})

describe('the program', () => {
  const folders: string[] = []

  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  function folderOf(cases: readonly unknown[]): string {
    const folder = mkdtempSync(join(tmpdir(), 'gradus-recorded-test-'))
    folders.push(folder)
    writeFileSync(join(folder, 'some.json'), JSON.stringify({ format: 1, group: 'some', cases }))
    writeFileSync(join(folder, 'index.json'), '{}')
    vi.stubEnv('GRADUS_RECORDED', folder)
    return folder
  }

  async function run(...args: string[]): Promise<{ code: number; text: string }> {
    const lines: string[] = []
    const keep = (...words: unknown[]) => void lines.push(words.join(' '))
    vi.spyOn(console, 'log').mockImplementation(keep)
    vi.spyOn(console, 'error').mockImplementation(keep)
    return { code: await main(args, root), text: lines.join('\n') }
  }

  it('fails where a value deviates', async () => {
    folderOf([caseOf('regularizer'), breakAt(caseOf('constraint'), broken['constraint']!)])
    const { code, text } = await run()
    expect(code).toBe(1)
    expect(text).toMatch(/^FAILED {9}constraints\/MaxNorm\/00-v0 {2}output\[0\]: expected [-\d.]+, got [-\d.]+ \(/m)
    expect(text).toMatch(/^some {6}1 passed {5}1 failed {5}0 unsupported$/m)
    expect((await run('--only', 'regularizers')).code).toBe(0)
  })

  it('does not fail for unsupported cases', async () => {
    folderOf([{ ...caseOf('layer'), kind: 'dance' }])
    const { code, text } = await run('--backend', 'cpu')
    expect(code).toBe(0)
    expect(text).toContain('NOT SUPPORTED')
    expect(text).toMatch(/^total {5}0 passed {5}0 failed {5}1 unsupported$/m)
  })

  it('rejects unknown backends, folders and files', async () => {
    expect(await run('--backend', 'abacus')).toEqual({
      code: 2,
      text: `There is no backend 'abacus'; known: ${Object.keys(backends).join(', ')}.`,
    })
    vi.stubEnv('GRADUS_RECORDED', '/nowhere')
    expect((await run()).text).toBe('There are no recorded values at /nowhere. Name their folder in GRADUS_RECORDED.')
    const folder = folderOf([])
    writeFileSync(join(folder, 'other.json'), '{}')
    await expect(run()).rejects.toThrow(/other\.json is not a file of recorded values of format 1/)
  })
})

it('counts by group', () => {
  const deviation = { field: 'a', expected: '1', got: '2', excess: 3 }
  const outcomes: Outcome[] = [
    { name: '1', group: 'a', deviations: [], missing: [] },
    { name: '2', group: 'a', deviations: [deviation], missing: ['x'] },
    { name: '3', group: 'longer', deviations: [], missing: ['x', 'y'] },
  ]
  expect(tableOf(outcomes)).toBe(
    [
      'a          1 passed     1 failed     0 unsupported',
      'longer     0 passed     0 failed     1 unsupported',
      'total      1 passed     1 failed     1 unsupported',
    ].join('\n'),
  )
})

function keras(module: string, class_name: string, config: object = {}): object {
  return { module: `keras.${module}`, class_name, config, registered_name: null }
}
