// A run that is interrupted after any step, and continued by another process, ends as one that was never interrupted.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BackupAndRestore, EarlyStopping, type History } from '@gradus/callbacks'
import type { CallbackHooks, Dataset, FitState } from '@gradus/core'
import { fromArrays } from '@gradus/data'
import { decodeModel } from '@gradus/io/model-files'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { MeanAbsoluteError } from '@gradus/metrics'
import { Adam } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { backends } from '../../../../tests/backends.ts'
import { Sequential } from '../model/sequential.ts'
import type { FitOptions } from './fit-options.ts'
import type { TrainSteps } from './train-steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'gradus-resume-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {})) // of epochs that end early

const count = 22
const x = Array.from({ length: count }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const y = x.map(([a, b]) => [a! * b!])

function newModel(seed: number): Sequential {
  const layers = [
    new Dense({ units: 5, activation: 'tanh', inputShape: [2] }),
    new BatchNormalization(),
    new Dropout({ rate: 0.3 }),
    new Dense({ units: 1 }),
  ]
  const model = new Sequential(layers, { seed })
  const optimizer = new Adam({ learningRate: 0.01, useEma: true, emaOverwriteFrequency: 7 })
  model.compile({ optimizer, loss: new MeanSquaredError(), metrics: [new MeanAbsoluteError()] })
  return model
}

class Killed extends Error {}

/** Saves after a number of steps and ends training as a kill would. */
const killAfter = (steps: number, path: string): CallbackHooks => ({
  batchCount: steps,
  onTrainBatchEnd: ({ progress, model }) =>
    progress!.checkpoint(async (fit) => {
      await model.save(path, { fit })
      throw new Killed()
    }),
})

/** What is left of a run: weights, optimizer and figures. */
async function outcome(model: Sequential, { epoch, history }: History): Promise<unknown> {
  const { header, weights, optimizer } = decodeModel(await model.toBytes())
  return { epoch, history, steps: header.steps, weights, optimizer }
}

/** Starts from the first batch in each iteration, and has no position. */
const plain: Dataset = {
  async *[Symbol.asyncIterator]() {
    for (let at = 0; at < count; at += 5) yield { x: x.slice(at, at + 5), y: y.slice(at, at + 5) }
  },
}
const pipeline = async () => (await fromArrays({ x, y })).shuffle({ seed: 3 }).batch(5)
const stages = async () => {
  const scaled = (await fromArrays({ x, y })).map(({ x, y }) => ({ x, y }))
  return scaled.shuffle({ seed: 3, buffer: 6 }).batch(5).prefetch(2)
}

const cases: Record<string, { data?: () => Dataset | Promise<Dataset>; options?: FitOptions }> = {
  'arrays, shuffled': {},
  'arrays, shuffled within batches': { options: { shuffle: 'batch' } },
  'epochs of fewer steps than a pass': { options: { stepsPerEpoch: 4 } },
  'epochs of more steps than a pass': { options: { stepsPerEpoch: 6, shuffle: false } },
  'a part for validation': { options: { validationSplit: 0.2 } },
  'a pipeline': { data: pipeline },
  'a pipeline with more stages': { data: stages },
  'a pipeline, epochs across passes': { data: pipeline, options: { stepsPerEpoch: 3 } },
  'a dataset without a position': { data: () => plain },
  'early stopping': { options: { callbacks: [] } },
}

describe.each(Object.entries(backends).filter(([name]) => name !== 'webgpu'))('on %s', (backendName, backend) => {
  it.each(Object.entries(cases))('%s', async (name, { data, options }) => {
    await useBackend(await backend())
    const path = join(folder, `${backendName}-${name.replace(/\W/g, '-')}.safetensors`)
    const run = async (model: Sequential, more: FitOptions = {}) => {
      const early = name === 'early stopping' ? [new EarlyStopping({ monitor: 'loss', minDelta: 1, patience: 1 })] : []
      const given: FitOptions = { ...options, ...(!data && { batchSize: 5 }), epochs: 3, verbose: 0, ...more }
      const all = { ...given, callbacks: [...early, ...(more.callbacks ?? [])] }
      return data ? model.fit(await data(), all) : model.fit(x, y, all)
    }
    const first = newModel(1)
    const expected = await outcome(first, await run(first))
    let steps = 1
    for (; ; steps++) {
      const killed = newModel(1)
      const ended = await run(killed, { callbacks: [killAfter(steps, path)] }).catch((error: unknown) => error)
      if (!(ended instanceof Killed)) break
      const other = newModel(steps)
      const resumeFrom = (await other.restore(path))!
      expect(await outcome(other, await run(other, { resumeFrom: JSON.parse(JSON.stringify(resumeFrom)) }))).toEqual(
        expected,
      )
    }
    expect(steps).toBeGreaterThan(8)
  })
})

describe.each(Object.entries(backends).filter(([name]) => name !== 'webgpu'))('steps on %s', (backendName, backend) => {
  it.each(Object.entries(cases).filter(([name]) => !/validation|early/.test(name)))(
    '%s: a loop that another process continues ends as one that was not interrupted',
    async (name, { data, options = {} }) => {
      await useBackend(await backend())
      const path = join(folder, `steps-${backendName}-${name.replace(/\W/g, '-')}.safetensors`)
      const loop = async (model: Sequential, resumeFrom?: FitState) => {
        const { stepsPerEpoch, shuffle } = options
        const given = { ...(!data && { batchSize: 5 }), epochs: 3, every: 2, ...(resumeFrom && { resumeFrom }) }
        const all = { ...given, ...(stepsPerEpoch && { stepsPerEpoch }), ...(shuffle !== undefined && { shuffle }) }
        return data ? model.steps(await data(), all) : model.steps(x, y, all)
      }
      /** Runs a loop, or saves after an iteration and ends there. Returns the reports, and the model at the end. */
      const run = async (model: Sequential, steps: TrainSteps, stopAfter = Number.POSITIVE_INFINITY) => {
        const seen: unknown[] = []
        for await (const { figures, ...report } of steps) {
          seen.push({ ...report, figures: await figures() })
          if (seen.length < stopAfter) continue
          await model.save(path, { fit: JSON.parse(JSON.stringify(await steps.state())) as FitState })
          steps.close()
          return { seen, ended: undefined }
        }
        const { header, weights, optimizer } = decodeModel(await model.toBytes())
        return { seen, ended: { steps: header.steps, weights, optimizer } }
      }
      const whole = newModel(1)
      const expected = await run(whole, await loop(whole))
      for (let stop = 1; stop <= expected.seen.length; stop++) {
        const first = newModel(1)
        const before = await run(first, await loop(first), stop)
        const second = newModel(stop)
        const after = await run(second, await loop(second, await second.restore(path)))
        expect([...before.seen, ...after.seen]).toEqual(expected.seen)
        expect(after.ended).toEqual(expected.ended)
      }
      expect(expected.seen.length).toBeGreaterThan(4)
    },
  )

  it('continue at a state of fit, also after the last step of an epoch', async () => {
    await useBackend(await backend())
    const path = join(folder, `steps-of-fit-${backendName}.safetensors`)
    const whole = newModel(1)
    await whole.fit(x, y, { batchSize: 5, epochs: 2, verbose: 0 })
    for (let stop = 1; stop <= 9; stop++) {
      await newModel(1)
        .fit(x, y, { batchSize: 5, epochs: 2, verbose: 0, callbacks: [killAfter(stop, path)] })
        .catch(() => {})
      const model = newModel(stop)
      const ends: number[] = []
      const resumeFrom = (await model.restore(path))!
      for await (const { epoch, endsEpoch } of model.steps(x, y, { batchSize: 5, epochs: 2, every: 1, resumeFrom }))
        if (endsEpoch) ends.push(epoch)
      expect(ends).toEqual(stop > 5 ? [1] : [0, 1])
      expect(await model.getWeights()).toEqual(await whole.getWeights())
    }
  })
})

describe('a state', () => {
  const good: FitState = {
    epoch: 0,
    step: 1,
    pass: 0,
    batches: 1,
    figures: [],
    callbacks: [{ epoch: [], history: {} }],
  }

  it('of steps can be read before the first iteration, during one and after break, not after the end', async () => {
    await useBackend(backends.cpu!() as never)
    const model = newModel(1)
    const steps = model.steps(x, y, { batchSize: 5, epochs: 2, every: 1 })
    expect(await steps.state()).toEqual({ epoch: 0, step: 0, pass: 0, batches: 0, figures: [], callbacks: [] })
    const iterator = steps[Symbol.asyncIterator]()
    const [, during] = await Promise.all([iterator.next(), steps.state()])
    expect(during).toMatchObject({ epoch: 0, step: 1, pass: 0, batches: 1 })
    await iterator.return!()
    expect(await steps.state()).toEqual(during)
    for await (const _step of steps);
    await expect(steps.state()).rejects.toThrow('state() was called after the loop had ended')
  })

  it.each<[string, unknown, string]>([
    ['no object', 5, 'is damaged: it is 5'],
    ['nothing', {}, "is damaged: 'epoch' must be"],
    ['a negative place', { ...good, batches: -1 }, "is damaged: 'batches' must be"],
    ['figures of another form', { ...good, figures: [1] }, "'figures' must be lists of numbers"],
    ['no callbacks', { ...good, callbacks: {} }, "'callbacks' must be a list"],
    ['other data', { ...good, batches: 6 }, 'is at batch 6 of a pass over the data, which now has 5 batches'],
  ])('with %s is refused', async (_, given, message) => {
    await useBackend(backends.cpu!() as never)
    const resumeFrom = given as FitState
    await expect(newModel(1).fit(x, y, { batchSize: 5, verbose: 0, resumeFrom })).rejects.toThrow(message)
    const loop = async () => {
      for await (const _step of newModel(1).steps(x, y, { batchSize: 5, resumeFrom }));
    }
    await expect(loop()).rejects.toThrow(message)
  })
})

describe('BackupAndRestore', () => {
  const backupDir = join(folder, 'backup')
  const run = async (given: object, killAt?: number) => {
    const model = newModel(killAt ?? 1)
    let steps = 0
    const kill: CallbackHooks = {
      onTrainBatchEnd() {
        if (++steps === killAt) throw new Killed()
      },
    }
    const backup = new BackupAndRestore({ backupDir, ...given })
    const options = { epochs: 3, batchSize: 5, verbose: 0, callbacks: [...(killAt ? [kill] : []), backup] } as const
    return outcome(model, await model.fit(x, y, options))
  }

  it.each([
    [{ every: 4 }, 7],
    [{ saveFreq: 3 }, 3],
    [{ saveFreq: 'epoch' }, 12],
    [{ everySeconds: 0.001 }, 9],
  ])('with %o a run that is killed goes on, as if it had not been', async (given, killAt) => {
    await useBackend(backends.cpu!() as never)
    // the seed of the first process is in the backup
    const first = await run({ ...given, deleteCheckpoint: false }, killAt).catch((error: unknown) => error)
    expect(first).toBeInstanceOf(Killed)
    const hasBackup = existsSync(join(backupDir, 'training.safetensors'))
    const left = await run(given)
    expect(existsSync(join(backupDir, 'training.safetensors'))).toBe(false)
    const expected = await (async () => {
      const model = newModel(hasBackup ? killAt : 1)
      return outcome(model, await model.fit(x, y, { epochs: 3, batchSize: 5, verbose: 0 }))
    })()
    expect(left).toEqual(expected)
  })

  it('refuses two frequencies and an empty folder', () => {
    expect(() => new BackupAndRestore({ backupDir, every: 3, everySeconds: 1 })).toThrow(
      'only one of every and everySeconds',
    )
    expect(() => new BackupAndRestore({ backupDir: '' })).toThrow("'backupDir' is empty")
  })

  it('says that the callbacks of the saved run are missing', async () => {
    await useBackend(backends.cpu!() as never)
    const path = join(folder, 'other.safetensors')
    const options = { epochs: 2, batchSize: 5, verbose: 0 } as const
    const early = new EarlyStopping({ monitor: 'loss' })
    await newModel(1)
      .fit(x, y, { ...options, callbacks: [early, killAfter(2, path)] })
      .catch(() => {})
    const model = newModel(1)
    const resumeFrom = await model.restore(path)
    await expect(model.fit(x, y, { ...options, resumeFrom })).rejects.toThrow('has the states of 2 callbacks')
  })
})
