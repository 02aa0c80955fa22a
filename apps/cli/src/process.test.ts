import { readdirSync, readFileSync } from 'node:fs'
import { loadModel } from 'gradus'
import { decodeSafetensors } from 'gradus/io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtCommand, startCommand } from './testing/bundle.ts'
import { type Sandbox, small, smallSandbox, steps } from './testing/sandbox.ts'

const built = builtCommand()
let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

const start = (...args: string[]) => startCommand(built.script, args, sandbox.path)

function losses(folder: string): number[] {
  const lines = sandbox.read(folder, 'metrics.jsonl').trim().split('\n')
  return lines.map((line) => (JSON.parse(line) as { loss: number }).loss)
}

function weights(path: string): string[] {
  const { tensors } = decodeSafetensors(readFileSync(sandbox.file(path)))
  return tensors.map(({ name, data }) => `${name} ${[...data].join()}`)
}

describe('the process', { timeout: 180_000 }, () => {
  it('ends with 0 and the log on stdout', async () => {
    const { code, out, err } = await start('train', 'config.yaml').ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('Saved in runs/small-1')
  })

  it('ends with the code of its error, without a stack trace', async () => {
    const { code, out, err } = await start('train', 'config.yaml', '--set', 'fit.epohs=2').ended
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^Error: config\.yaml: there is no option 'fit\.epohs'/)
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  it('leaves the last complete checkpoint readable when it is killed, and can be resumed', async () => {
    await start('train', 'config.yaml', '--epochs', '20', '--quiet').ended
    const file = 'model-last.safetensors'
    for (const [index, epochs] of [2, 5, 9].entries()) {
      const run = `runs/small-${index + 2}`
      const running = start('train', 'config.yaml', '--epochs', '20')
      await running.shows(new RegExp(`Epoch ${epochs}/`))
      running.kill('SIGKILL')
      expect((await running.ended).signal).toBe('SIGKILL')
      const model = await loadModel(sandbox.file(`${run}/${file}`))
      expect((await model.predict([[0.3]])).array()).toHaveLength(1)
      const resumed = await start('train', '--resume', run, '--quiet').ended
      expect(resumed, `killed in epoch ${epochs}`).toMatchObject({ code: 0, err: '' })
      expect(losses(run)).toEqual(losses('runs/small-1'))
      expect(weights(`${run}/${file}`)).toEqual(weights(`runs/small-1/${file}`))
    }
  })

  it.each([
    ['SIGINT', 130, 'Interrupted: finishing'],
    ['SIGTERM', 143, 'SIGTERM: finishing'],
    ['SIGHUP', 129, 'SIGHUP: finishing'],
  ] as const)('finishes the batch and saves on the first %s, and ends with %d', async (signal, expected, says) => {
    const running = start('train', 'config.yaml', '--epochs', '100000')
    await running.shows(/Epoch 3\//)
    running.kill(signal)
    const { code, err } = await running.ended
    expect(code).toBe(expected)
    expect(err).toContain(says)
    expect(err).toContain('train --resume runs/small-1')
    const files = readdirSync(sandbox.file('runs/small-1'))
    expect(files.filter((name) => name.endsWith('.tmp') || name.startsWith('lock'))).toEqual([])
    await loadModel(sandbox.file('runs/small-1/model-last.safetensors'))
  })

  it('continues at the batch where a signal stopped it, bit for bit', async () => {
    sandbox.write('train.csv', steps(8192))
    const callbacks = [
      { callback: 'CSVLogger', filename: 'log.csv' },
      { callback: 'ReduceLROnPlateau', monitor: 'loss', patience: 0, minDelta: 1 },
    ]
    const optimizer = { optimizer: 'Adam', learningRate: 0.05, useEma: true }
    sandbox.write('config.yaml', { ...small, backend: 'cpu', callbacks, optimizer, fit: { batchSize: 4, epochs: 20 } })
    await start('train', 'config.yaml', '--quiet').ended
    const ends = []
    let running = start('train', 'config.yaml')
    // each process trains a few of the epochs
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      await running.shows(/Epoch \d+\//)
      await new Promise((resolve) => setTimeout(resolve, 60))
      running.kill(signal)
      ends.push(await running.ended)
      running = start('train', '--resume', 'runs/small-2')
    }
    ends.push(await running.ended)
    expect(ends.map(({ code }) => code)).toEqual([130, 143, 129, 0])
    expect(ends.map(({ out }) => out).join()).toMatch(/resumed {4}after \d+ epochs? and \d+ batches/)
    expect(losses('runs/small-2')).toEqual(losses('runs/small-1'))
    expect(sandbox.read('runs/small-2/log.csv')).toBe(sandbox.read('runs/small-1/log.csv'))
    for (const file of ['model-last.safetensors', 'model-best.safetensors'])
      expect(weights(`runs/small-2/${file}`)).toEqual(weights(`runs/small-1/${file}`))
  })

  it('ends at once on the second SIGINT', async () => {
    const running = start('train', 'config.yaml', '--epochs', '100000')
    await running.shows(/Epoch 2\//)
    running.kill('SIGINT')
    running.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
  })
})
