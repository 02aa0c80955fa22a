import { existsSync, readdirSync } from 'node:fs'
import { loadModel } from 'gradus'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, small, smallSandbox } from '../testing/sandbox.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

/** The figures in the log, without times. */
function figures(log: string): string[] {
  return [...log.matchAll(/accuracy: \S+ - loss: \S+/g)].map(([text]) => text)
}

describe('a plain run', () => {
  it('prints its log on stdout, in order, and nothing on stderr', async () => {
    sandbox.write('config.yaml', {
      ...small,
      explain: true,
      data: { ...small.data, test: 'test.csv', classes: ['low', 'high'] },
    })
    const { code, out, err } = await sandbox.run(['train', 'config.yaml'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const order = [
      'Training small on the wasm backend',
      'Model: "sequential"',
      'Epoch 1/4\n8/8 - ',
      'Epoch 4/4',
      'new weight = old weight - learning rate x gradient',
      'Held-out samples: test.csv, 20 samples',
      'actual \\ predicted  low  high',
      'Saved in runs/small-1',
      'Try next',
    ].map((text) => out.indexOf(text))
    expect(order.every((place) => place >= 0)).toBe(true)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(out).toMatch(/\n8\/8 - \d+s - \d+(ms|us|s)\/step - accuracy: 0\.\d{4} - loss: 0\.\d{4}\n/)
  })

  it('saves a run folder with the config, the figures and the models', async () => {
    await sandbox.run(['train', 'config.yaml'])
    const files = ['config.json', 'env.json', 'metrics.jsonl', 'model-best.safetensors', 'model-last.safetensors']
    expect(readdirSync(sandbox.file('runs/small-1')).sort()).toEqual([...files, 'results.csv', 'summary.txt'])
    expect(sandbox.json('runs/small-1/config.json')).toMatchObject({
      seed: 3,
      backend: 'wasm',
      data: { train: '../../train.csv' },
      fit: { batchSize: 8, epochs: 4, shuffle: true },
    })
    expect(sandbox.json('runs/small-1/env.json')).toMatchObject({
      versions: { node: process.versions.node },
      backend: 'wasm',
      seed: 3,
      git: null,
    })
    const events = sandbox
      .read('runs/small-1/metrics.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
    const rows = sandbox.read('runs/small-1/results.csv').trim().split('\n')
    expect(rows[0]).toBe('epoch,accuracy,loss,learningRate,milliseconds')
    expect(rows[4]!.startsWith(`4,${events[3].accuracy},${events[3].loss},0.05`)).toBe(true)
    expect(sandbox.read('runs/small-1/summary.txt')).toContain('Total params: 18')
    const best = Math.min(...events.map(({ loss }) => loss))
    expect(best).toBeLessThan(events[0].loss)
  })

  it('saves models that can be used and trained on', async () => {
    await sandbox.run(['train', 'config.yaml'])
    const model = await loadModel(sandbox.file('runs/small-1/model-last.safetensors'))
    const [[low, high]] = (await model.predict([[0.05]])).array() as [[number, number]]
    expect(low).toBeGreaterThan(high)
  })

  it('trains in float16 with dtypePolicy: mixedFloat16, and continues', async () => {
    sandbox.write('config.yaml', { ...small, dtypePolicy: 'mixedFloat16', explain: true })
    const { code, out } = await sandbox.run(['train', 'config.yaml'])
    expect(code).toBe(0)
    const plain = await sandbox.run(['train', 'config.yaml', '--set', 'dtypePolicy=float32'])
    const exact = [1, 2].map((run) => sandbox.read(`runs/small-${run}/metrics.jsonl`).match(/"loss":[\d.]+/g))
    expect(exact[0]).not.toEqual(exact[1])
    const losses = (log: string) => figures(log).map((line) => Number(/loss: (\S+)/.exec(line)![1]))
    losses(out).forEach((loss, epoch) => expect(loss).toBeCloseTo(losses(plain.out)[epoch]!, 1))
    const model = await loadModel(sandbox.file('runs/small-1/model-last.safetensors'))
    expect(model.layers.at(-1)!.computeDType).toBe('float16')
    const more = await sandbox.run(['train', '--resume', 'runs/small-1', '--epochs', '6'])
    expect(more.code).toBe(0)
    expect(figures(more.out)).toHaveLength(2)
  })

  it('can be repeated from the config in its run folder', async () => {
    const first = await sandbox.run(['train', 'config.yaml'])
    const second = await sandbox.run(['train', 'runs/small-1/config.json'])
    expect(second.code).toBe(0)
    expect(figures(second.out)).toEqual(figures(first.out))
  })

  it('numbers the run folders', async () => {
    for (let i = 0; i < 2; i++) await sandbox.run(['train', 'config.yaml', '--epochs', '1', '--out', 'elsewhere'])
    expect(readdirSync(sandbox.file('elsewhere'))).toEqual(['small-1', 'small-2'])
  })
})

describe('seeds', () => {
  it('determine the figures', async () => {
    const [a, b, c] = [
      await sandbox.run(['train', 'config.yaml']),
      await sandbox.run(['train', 'config.yaml']),
      await sandbox.run(['train', 'config.yaml', '--seed', '4']),
    ]
    expect(figures(a.out)).toHaveLength(4)
    expect(figures(b.out)).toEqual(figures(a.out))
    expect(figures(c.out)).not.toEqual(figures(a.out))
  })

  it('are random and saved where none is given', async () => {
    const { seed: _, ...config } = small
    sandbox.write('config.yaml', config)
    await sandbox.run(['train', 'config.yaml', '--epochs', '1'])
    await sandbox.run(['train', 'config.yaml', '--epochs', '1'])
    const seeds = [1, 2].map((n) => sandbox.json(`runs/small-${n}/config.json`).seed)
    expect(Number.isInteger(seeds[0])).toBe(true)
    expect(seeds[0]).not.toBe(seeds[1])
  })
})

describe('output for programs', () => {
  it('--json prints one document on stdout and the log on stderr', async () => {
    sandbox.write('config.yaml', { ...small, data: { ...small.data, test: 'test.csv' } })
    const { code, out, err } = await sandbox.run(['train', 'config.yaml', '--json'])
    const document = JSON.parse(out)
    expect(code).toBe(0)
    expect(document).toMatchObject({ version: 1, name: 'small', backend: 'wasm', seed: 3, samples: 64, parameters: 18 })
    expect(document.epochs).toHaveLength(4)
    expect(document.epochs[0]).toMatchObject({ epoch: 1, learningRate: 0.05 })
    const { classes, counts } = document.evaluation.confusion
    expect(classes).toEqual(['0', '1'])
    expect(counts.flat().reduce((a: number, b: number) => a + b)).toBe(20)
    expect((counts[0][0] + counts[1][1]) / 20).toBeCloseTo(document.evaluation.figures.accuracy, 6)
    expect(err).toContain('Epoch 4/4')
  })

  it('--jsonl prints events during training', async () => {
    const { out } = await sandbox.run(['train', 'config.yaml', '--jsonl', '--quiet'])
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ event }) => event)).toEqual(['start', 'epoch', 'epoch', 'epoch', 'epoch', 'end'])
    expect(events.every(({ version }) => version === 1)).toBe(true)
    expect(events[1]).toMatchObject({ epoch: 1, loss: expect.any(Number), accuracy: expect.any(Number) })
  })

  it('--quiet prints nothing', async () => {
    expect(await sandbox.run(['train', 'config.yaml', '--quiet'])).toEqual({ code: 0, out: '', err: '' })
  })

  it('prints errors as JSON', async () => {
    const { code, out } = await sandbox.run(['train', 'config.yaml', '--json', '--set', 'optimizer.learningRat=1'])
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({ version: 1, error: { name: 'ConfigError', exitCode: 2 } })
  })
})

describe('the progress bar and colors', () => {
  const bar = '\b'

  it('need a terminal', async () => {
    const config = ['train', 'config.yaml', '--set', 'fit.verbose=1']
    expect((await sandbox.run(config, { terminal: true })).out).toContain(bar)
    expect((await sandbox.run(config)).out).not.toContain(bar)
    expect((await sandbox.run(config)).out).not.toContain('\x1b')
    expect((await sandbox.run(config, { terminal: true, env: { CI: '1' } })).out).not.toContain(bar)
    expect((await sandbox.run([...config, '--no-progress'], { terminal: true })).out).not.toContain(bar)
  })

  it('follow NO_COLOR and FORCE_COLOR', async () => {
    const config = ['train', 'config.yaml', '--epochs', '1']
    expect((await sandbox.run(config, { terminal: true })).out).toContain('\x1b[1m')
    expect((await sandbox.run(config, { terminal: true, env: { NO_COLOR: '1' } })).out).not.toContain('\x1b')
    expect((await sandbox.run(config, { env: { FORCE_COLOR: '1' } })).out).toContain('\x1b[1m')
  })
})

describe('--min-accuracy', () => {
  it('ends with 6 below it, after the run is saved', async () => {
    const { code, err } = await sandbox.run(['train', 'config.yaml', '--epochs', '1', '--min-accuracy', '0.999'])
    expect(code).toBe(6)
    expect(err).toMatch(
      /^Error: The accuracy of the training rows is 0\.\d{4} and was to be at least 0.999 \(--min-accuracy\)\.\n$/,
    )
    expect(existsSync(sandbox.file('runs/small-1/model-last.safetensors'))).toBe(true)
    expect((await sandbox.run(['train', 'config.yaml', '--min-accuracy', '0.4'])).code).toBe(0)
  })

  it('needs an accuracy among the metrics', async () => {
    const flags = ['--min-accuracy', '0.5', '--set', 'metrics=[mse]']
    const { code, err } = await sandbox.run(['train', 'config.yaml', ...flags])
    expect(code).toBe(2)
    expect(err).toContain("Add 'accuracy' to metrics")
  })
})
