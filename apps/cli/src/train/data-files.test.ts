import { existsSync, renameSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, small, smallSandbox, steps } from '../testing/sandbox.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

const resume = (run: string, ...flags: string[]) =>
  sandbox.run(['train', '--resume', run, '--epochs', '6', '--quiet', ...flags])

const losses = (folder: string) =>
  sandbox
    .read(folder, 'metrics.jsonl')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { loss: number }).loss)

describe('the data of a resumed run', () => {
  it('are recorded with size and hash', async () => {
    await sandbox.run(['train', 'config.yaml'])
    const { data } = sandbox.json('runs/small-1/env.json')
    const bytes = Buffer.byteLength(sandbox.read('train.csv'))
    expect(data).toEqual({
      train: { path: sandbox.file('train.csv'), bytes, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
  })

  it.each([
    ['another size', (text: string) => `${text}0.5,1\n`],
    ['the same size', (text: string) => text.replace(/0\.25,0/, '0.26,0')],
  ])('are refused when they have changed, with %s, unless that is meant', async (_, change) => {
    await sandbox.run(['train', 'config.yaml'])
    sandbox.write('train.csv', change(steps(64)))
    const { code, err } = await resume('runs/small-1')
    expect(code).toBe(3)
    expect(err).toMatch(/train\.csv \(data\.train\) has changed since the run runs\/small-1 began.*--data-changed/)
    expect(await resume('runs/small-1', '--data-changed')).toMatchObject({ code: 0, err: '' })
    // these are the data of the run from now on
    expect((await sandbox.run(['train', '--resume', 'runs/small-1', '--epochs', '8', '--quiet'])).code).toBe(0)
  })

  it('begin an epoch again that had begun with others', async () => {
    sandbox.write('config.yaml', { ...small, checkpoint: { every: 3 }, fit: { ...small.fit, batchSize: 4 } })
    const running = sandbox.run(['train', 'config.yaml', '--epochs', '3', '--quiet'])
    while (!existsSync(sandbox.file('runs/small-1/metrics.jsonl'))) await new Promise((resolve) => setTimeout(resolve))
    process.emit('SIGINT')
    expect((await running).code).toBe(130)
    // of 16 batches, 2 are left
    sandbox.write('train.csv', steps(8))
    expect(await resume('runs/small-1', '--data-changed')).toMatchObject({ code: 0, err: '' })
    expect(losses('runs/small-1')).toHaveLength(6)
    expect(losses('runs/small-1').every(Number.isFinite)).toBe(true)
  })

  it('may be at another place', async () => {
    await sandbox.run(['train', 'config.yaml', '--epochs', '6'])
    await sandbox.run(['train', 'config.yaml'])
    renameSync(sandbox.file('train.csv'), sandbox.file('moved.csv'))
    expect((await resume('runs/small-2')).code).toBe(3)
    expect(await resume('runs/small-2', '--data', 'moved.csv')).toMatchObject({ code: 0, err: '' })
    expect(losses('runs/small-2')).toEqual(losses('runs/small-1'))
  })

  it.each([
    ['alone', 'deep/er/run', false],
    ['with its data', 'other/runs/small-2', true],
  ])('are found where the run folder was moved %s', async (_, target, withData) => {
    await sandbox.run(['train', 'config.yaml', '--epochs', '6'])
    await sandbox.run(['train', 'config.yaml'])
    sandbox.write(`${target}/x`, '')
    rmSync(sandbox.file(target), { recursive: true })
    renameSync(sandbox.file('runs/small-2'), sandbox.file(target))
    if (withData) renameSync(sandbox.file('train.csv'), sandbox.file('other/train.csv'))
    expect(await resume(target)).toMatchObject({ code: 0, err: '' })
    expect(losses(target)).toEqual(losses('runs/small-1'))
    expect(sandbox.json(target, 'config.json').data).toMatchObject({
      train: withData ? '../../train.csv' : '../../../train.csv',
    })
  })
})
