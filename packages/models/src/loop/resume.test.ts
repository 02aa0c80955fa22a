// A run that is interrupted after any step, and continued by another process, ends as one that was never interrupted.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BackupAndRestore, EarlyStopping, type History } from '@gradus/callbacks'
import type { CallbackHooks, Dataset } from '@gradus/core'
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

const cases: Record<string, { data?: () => Dataset | Promise<Dataset>; options?: FitOptions }> = {
  'arrays, shuffled': {},
  'arrays, shuffled within batches': { options: { shuffle: 'batch' } },
  'epochs of fewer steps than a pass': { options: { stepsPerEpoch: 4 } },
  'epochs of more steps than a pass': { options: { stepsPerEpoch: 6, shuffle: false } },
  'a part for validation': { options: { validationSplit: 0.2 } },
  'a pipeline': { data: pipeline },
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
