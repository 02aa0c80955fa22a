import { existsSync, readFileSync, rmSync } from 'node:fs'
import { decodeSafetensors } from 'gradus/io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, small, smallSandbox } from '../testing/sandbox.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

/** All tensors of a model file, the optimizer's included, as bytes. */
function tensors(path: string): [name: string, bytes: string][] {
  return decodeSafetensors(readFileSync(path)).tensors.map(({ name, data }) => [
    name,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
  ])
}

function losses(folder: string): number[] {
  return sandbox
    .read(folder, 'metrics.jsonl')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { loss: number }).loss)
}

describe('--resume', () => {
  it.each([
    ['Adam and dropout', {}],
    [
      'a schedule',
      {
        optimizer: {
          optimizer: 'SGD',
          momentum: 0.9,
          learningRate: { schedule: 'CosineDecay', initialLearningRate: 0.1, decaySteps: 48 },
        },
      },
    ],
    [
      'callbacks with state',
      { callbacks: [{ callback: 'ReduceLROnPlateau', monitor: 'loss', patience: 1, minDelta: 1 }] },
    ],
    ['moving averages', { optimizer: { optimizer: 'Adam', learningRate: 0.05, useEma: true } }],
    ['validation', { fit: { ...small.fit, validationSplit: 0.25 } }],
  ])('continues as if the run had not stopped, with %s', async (_, changes) => {
    sandbox.write('config.yaml', { ...small, ...changes })
    expect((await sandbox.run(['train', 'config.yaml', '--epochs', '6'])).code).toBe(0)
    expect((await sandbox.run(['train', 'config.yaml', '--epochs', '3'])).code).toBe(0)
    const resumed = await sandbox.run(['train', '--resume', 'runs/small-2', '--epochs', '6'])
    expect(resumed.err).toBe('')
    expect(resumed.out).toContain('resumed    after 3 epochs')
    expect(losses('runs/small-2')).toEqual(losses('runs/small-1'))
    for (const file of ['model-last.safetensors', 'model-best.safetensors']) {
      expect(tensors(sandbox.file('runs/small-2', file))).toEqual(tensors(sandbox.file('runs/small-1', file)))
    }
  })

  it('keeps the columns of the figures', async () => {
    await sandbox.run(['train', 'config.yaml', '--epochs', '2'])
    await sandbox.run(['train', '--resume', 'runs/small-1', '--epochs', '3'])
    expect(sandbox.read('runs/small-1/results.csv').trim().split('\n')).toHaveLength(4)
    expect(sandbox.json('runs/small-1/config.json')).toMatchObject({ fit: { epochs: 3 } })
  })

  it('refuses a config that would change the results, and names the difference', async () => {
    await sandbox.run(['train', 'config.yaml'])
    const flags = ['--resume', 'runs/small-1', '--epochs', '9']
    const rate = await sandbox.run(['train', ...flags, '--set', 'optimizer.learningRate=1'])
    expect(rate.code).toBe(2)
    expect(rate.err).toMatch(/'optimizer' differs from the run runs\/small-1.*0\.05.*is .*:1/)
    expect((await sandbox.run(['train', 'config.yaml', ...flags, '--seed', '4'])).err).toContain("'seed' differs")
    expect((await sandbox.run(['train', 'config.yaml', ...flags])).code).toBe(0)
  })

  it('refuses a run with no epochs left', async () => {
    await sandbox.run(['train', 'config.yaml'])
    const { code, err } = await sandbox.run(['train', '--resume', 'runs/small-1'])
    expect(code).toBe(2)
    expect(err).toContain('has 4 of 4 epochs')
  })

  it('refuses a damaged checkpoint', async () => {
    await sandbox.run(['train', 'config.yaml'])
    const model = sandbox.file('runs/small-1/model-last.safetensors')
    rmSync(model)
    sandbox.write('runs/small-1/model-last.safetensors', 'nonsense, and more of it')
    const { code, err } = await sandbox.run(['train', '--resume', 'runs/small-1', '--epochs', '9'])
    expect(code).toBe(3)
    expect(err).toContain('model-last.safetensors is damaged')
  })
})

describe('a run that is interrupted', () => {
  it('finishes the batch, saves the last weights, ends with 130, and can be resumed exactly', async () => {
    await sandbox.run(['train', 'config.yaml', '--epochs', '100', '--quiet'])
    const running = sandbox.run(['train', 'config.yaml', '--epochs', '100', '--jsonl', '--quiet'])
    // between two batches of a later epoch
    while (!existsSync(sandbox.file('runs/small-2/metrics.jsonl'))) await new Promise((resolve) => setTimeout(resolve))
    process.emit('SIGINT')
    const stopped = await running
    expect(stopped.code).toBe(130)
    expect(stopped.err).toContain('continue it with: gradus train --resume runs/small-2')
    const complete = losses('runs/small-2').length
    expect(complete).toBeGreaterThan(0)
    expect(complete).toBeLessThan(100)
    expect(losses('runs/small-2')).toEqual(losses('runs/small-1').slice(0, complete))
    expect(
      decodeSafetensors(readFileSync(sandbox.file('runs/small-2/model-last.safetensors'))).tensors.length,
    ).toBeGreaterThan(4)
    expect((await sandbox.run(['train', '--resume', 'runs/small-2', '--quiet'])).code).toBe(0)
    expect(losses('runs/small-2')).toEqual(losses('runs/small-1'))
    const file = 'model-last.safetensors'
    expect(tensors(sandbox.file('runs/small-2', file))).toEqual(tensors(sandbox.file('runs/small-1', file)))
  })
})
