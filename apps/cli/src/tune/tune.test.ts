import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtCommand, startCommand } from '../testing/bundle.ts'
import { type Sandbox, small, smallSandbox, steps } from '../testing/sandbox.ts'

const built = builtCommand()
let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

interface Result {
  readonly trials: readonly {
    readonly id: number
    readonly score: number
    readonly epochs: number
    readonly run: string
    readonly state: string
  }[]
  readonly best: { readonly id: number; readonly score: number; readonly config: string }
}

const start = (...args: string[]) => startCommand(built.script, ['tune', ...args], sandbox.path)
const rates = ['--space', 'optimizer.learningRate=[0.001, 0.02, 0.1]', '--method', 'grid']

async function result(...args: string[]): Promise<Result> {
  const { code, out, err } = await start(...args, '--json').ended
  expect({ code, out, err }).toMatchObject({ code: 0 })
  return JSON.parse(out) as Result
}

/** The numbers of the epochs that a trial has recorded. */
function epochsOf(folder: string, run: string): number[] {
  const lines = sandbox.read(folder, run, 'metrics.jsonl').trim().split('\n')
  return lines.map((line) => (JSON.parse(line) as { epoch: number }).epoch)
}

describe('tune', { timeout: 300_000 }, () => {
  it('trains a grid, prints the trials with the best first, and writes the best config', async () => {
    const { code, out, err } = await start('config.yaml', ...rates).ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^3 trials by grid, loss \(min\), seed 3, in runs\/small-tune-1\n/)
    expect(out).toMatch(/\ntrial +loss +epoch +epochs +seconds +optimizer\.learningRate +run\n +3 .* 0\.1 /)
    expect(out).toContain('gradus.mjs train runs/small-tune-1/best.yaml')
    expect(sandbox.read('runs/small-tune-1/best.yaml')).toMatch(/learningRate: 0\.1\n/)
    const again = await startCommand(built.script, ['train', 'runs/small-tune-1/best.yaml', '--quiet'], sandbox.path)
      .ended
    expect(again).toMatchObject({ code: 0, err: '' })
    const figures = (run: string) => sandbox.read(run, 'results.csv').replace(/,\d+$/gm, '')
    expect(figures('runs/small-1')).toBe(figures('runs/small-tune-1/runs/trial-003-1'))
  })

  it('has the same trials whatever the number of processes, from the space of the config', async () => {
    const tune = {
      space: { 'optimizer.learningRate': { log: [1e-3, 1e-1] }, 'model.layers[0].units': [2, 4, 8] },
      trials: 3,
      metric: 'accuracy',
    }
    sandbox.write('config.yaml', { ...small, tune })
    const one = await result('config.yaml')
    const two = await result('config.yaml', '--workers', '3')
    const comparable = ({ trials }: Result) => trials.map(({ id, score, epochs }) => ({ id, score, epochs }))
    expect(comparable(two)).toEqual(comparable(one))
    expect(one.trials.map(({ score }) => score)).toEqual(one.trials.map(({ score }) => score).sort((a, b) => b - a))
  })

  it('goes on after kill -9 with the trial that was trained, and trains no complete one again', async () => {
    sandbox.write('train.csv', steps(2048))
    const expected = await result('config.yaml', ...rates)
    const running = start('config.yaml', ...rates)
    await running.shows(/^trial 1:/m)
    const folder = 'runs/small-tune-2'
    for (let i = 0; i < 400 && !existsSync(sandbox.file(folder, 'runs/trial-002-1/metrics.jsonl')); i++) await pause(20)
    running.kill('SIGKILL')
    await running.ended
    const before = sandbox.read(folder, 'runs/trial-001-1/env.json')
    const again = await result('--resume', folder)
    expect(again.trials.map(({ id, score }) => ({ id, score }))).toEqual(
      expected.trials.map(({ id, score }) => ({ id, score })),
    )
    expect(sandbox.read(folder, 'runs/trial-001-1/env.json')).toBe(before)
    expect(readdirSync(sandbox.file(folder, 'runs')).sort()).toEqual(['trial-001-1', 'trial-002-1', 'trial-003-1'])
    for (const { run } of again.trials) expect(epochsOf(folder, run)).toEqual([1, 2, 3, 4])
    // nothing is left to do
    expect(await result('--resume', folder)).toEqual(again)
  })

  it('trains by Hyperband, each epoch once', async () => {
    const space = ['--space', 'optimizer.learningRate={log: [1e-3, 1e-1]}']
    const { trials, best } = await result(
      'config.yaml',
      ...space,
      '--method',
      'hyperband',
      '--max-epochs',
      '4',
      '--factor',
      '2',
    )
    // brackets of 4, 3 and 3 trials
    expect(trials).toHaveLength(4 + 3 + 3)
    const counts = [1, 2, 4].map((count) => trials.filter(({ epochs }) => epochs === count).length)
    expect(counts).toEqual([2, 3, 5])
    for (const { run, epochs } of trials) {
      expect(epochsOf('runs/small-tune-1', run)).toEqual(Array.from({ length: epochs }, (_, index) => index + 1))
    }
    expect(best.score).toBe(trials[0]!.score)
  })

  it('stops on a signal after saving, and goes on', async () => {
    sandbox.write('train.csv', steps(4096))
    const running = start('config.yaml', ...rates, '--epochs', '6')
    await running.shows(/^trial 1:/m)
    running.kill('SIGINT')
    const { code, err } = await running.ended
    expect(code).toBe(130)
    expect(err).toMatch(/Stopped after \d of 3 trials\. Continue with: .* tune --resume runs\/small-tune-1/)
    const { trials } = await result('--resume', 'runs/small-tune-1')
    expect(trials.map(({ epochs }) => epochs)).toEqual([6, 6, 6])
  })

  it('goes on after a trial that diverges', async () => {
    const model = { model: 'Sequential', layers: [{ layer: 'Dense', units: 1 }] }
    sandbox.write('config.yaml', { ...small, model, loss: 'mse', metrics: [], optimizer: 'SGD' })
    const space = ['--space', 'optimizer.learningRate=[0.1, 1e30]', '--method', 'grid']
    const { trials } = await result('config.yaml', ...space)
    expect(trials.map(({ state }) => state)).toEqual(['trained', 'diverged'])
  })

  it.each([
    [['config.yaml'], 2, 'the config has no tune.space'],
    [['config.yaml', '--space', 'fit.epohs=[1, 2]'], 2, "there is no option 'fit.epohs'"],
    [['config.yaml', '--space', 'model.layers[7].units=[1, 2]'], 2, 'the list has 3 entries, from 0'],
    [['config.yaml', '--space', 'fit.epochs={log: [0, 1]}'], 2, 'expected a list of values'],
    [['train.csv', '--target', 'y', '--space', 'optimizer.learningRate=[1, 2]'], 2, "the config has no 'optimizer'"],
    [['config.yaml', '--space', 'fit.epochs'], 2, 'expected a place and its values'],
    [['config.yaml', ...rates, '--metric', 'val_loss'], 2, "no figure 'val_loss'; they have accuracy, loss"],
    [['--resume', 'runs'], 3, "'runs' is no folder of a search"],
    [['config.yaml', '--resume', 'runs'], 2, 'leave out the config'],
    [['nothing.yaml'], 2, 'it does not exist'],
    [
      ['config.yaml', '--space', 'optimizer.optimizer=[Adma, Adan, Adal, Adap]'],
      2,
      'The first 3 trials failed. Trial 1 says: ',
    ],
  ])('%j ends with %d', async (args, expected, message) => {
    const { code, err } = await start(...args).ended
    expect(err).toContain(message)
    expect(code).toBe(expected)
  })
})
