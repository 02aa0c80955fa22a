import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sandbox, small } from '../testing/sandbox.ts'

const sandbox = new Sandbox()

beforeAll(() => {
  // classes at random, so that the loss of the validation rows soon grows
  const rows = Array.from({ length: 60 }, (_, i) => `${((i * 37) % 60) / 60},${((i * i * 7 + i) >> 2) % 2}`)
  sandbox.write('noise.csv', `x,y\n${rows.join('\n')}\n`)
})

afterAll(() => sandbox.remove())

interface Trained {
  readonly epochs: readonly { readonly epoch: number; readonly val_loss: number; readonly val_accuracy: number }[]
  readonly evaluation: { readonly epoch: number | null; readonly figures: object }
}

async function trained(name: string, changes: object): Promise<Trained> {
  const data = { train: 'noise.csv', target: 'y', split: { validation: 0.4 } }
  const model = {
    model: 'Sequential',
    layers: [{ layer: 'Dense', units: 16, activation: 'tanh' }, small.model.layers[2]],
  }
  const optimizer = { optimizer: 'Adam', learningRate: 0.2 }
  sandbox.write(`${name}.yaml`, {
    ...small,
    name,
    data,
    model,
    optimizer,
    fit: { batchSize: 8, epochs: 12 },
    ...changes,
  })
  const { code, out, err } = await sandbox.run(['train', `${name}.yaml`, '--json'])
  expect({ code, err: err.match(/^Error.*/m)?.[0] }).toEqual({ code: 0 })
  return JSON.parse(out) as Trained
}

async function evaluated(...args: string[]): Promise<object> {
  return (JSON.parse((await sandbox.run(['evaluate', ...args, '--json'])).out) as { figures: object }).figures
}

describe('the figures at the end of a run are those of the model that other commands open', () => {
  it('after the epoch with the best loss', async () => {
    const { epochs, evaluation } = await trained('plain', {})
    const lowest = Math.min(...epochs.map(({ val_loss }) => val_loss))
    expect(epochs.at(-1)!.val_loss).toBeGreaterThan(lowest)
    expect(epochs[evaluation.epoch! - 1]!.val_loss).toBe(lowest)
    expect(evaluation.figures).toMatchObject({ loss: expect.closeTo(lowest, 5) as number })
    expect(await evaluated('runs/plain-1')).toEqual(evaluation.figures)
    expect(await evaluated('runs/plain-1', '--which', 'last')).not.toEqual(evaluation.figures)
    // more epochs do not make it better, and the log names the model
    const { out } = await sandbox.run(['train', '--resume', 'runs/plain-1', '--epochs', '14'])
    expect(out).toContain(`predicted by model-best.safetensors, the model after epoch ${evaluation.epoch}\n`)
    expect(sandbox.json('runs/plain-1/evaluation.json')).toMatchObject({ epoch: evaluation.epoch })
  })

  it('averages of the weights', async () => {
    const { evaluation } = await trained('averaged', { optimizer: { optimizer: 'Adam', useEma: true } })
    expect(evaluation.epoch).toBeNull()
    expect(await evaluated('runs/averaged-1')).toEqual(evaluation.figures)
    expect(await evaluated('runs/averaged-1', '--which', 'last')).toEqual(evaluation.figures)
  })

  it('weights that a callback restores', async () => {
    const callback = { callback: 'EarlyStopping', monitor: 'val_accuracy', patience: 20, restoreBestWeights: true }
    const { epochs, evaluation } = await trained('restored', { callbacks: [callback] })
    const highest = Math.max(...epochs.map(({ val_accuracy }) => val_accuracy))
    expect(evaluation.epoch).toBe(epochs.find(({ val_accuracy }) => val_accuracy === highest)!.epoch)
    expect(evaluation.figures).toMatchObject({ accuracy: expect.closeTo(highest, 5) as number })
    expect(await evaluated('runs/restored-1')).toEqual(evaluation.figures)
  })
  it('of a run that a callback ended: the log says so, and does not advise to go on', async () => {
    const { epochs } = await trained('ended', { callbacks: [{ callback: 'EarlyStopping', patience: 2 }] })
    expect(epochs.length).toBeLessThan(12)
    const { out } = await sandbox.run(['train', 'ended.yaml'])
    const lowest = Math.min(...epochs.map(({ val_loss }) => val_loss))
    const { epoch } = epochs.find(({ val_loss }) => val_loss === lowest)!
    expect(out).toContain(
      `A callback ended it after epoch ${epochs.length} of 12; the lowest val_loss is ${lowest.toFixed(4)}, after epoch ${epoch}.\n`,
    )
    expect(out).not.toContain('go on where this run stopped')
  })

  it('that are no better than those of the most frequent class or the mean', async () => {
    const zeros = { layer: 'Dense', units: 1, kernelInitializer: 'zeros' }
    const optimizer = { optimizer: 'SGD', learningRate: 1e-12 }
    const fit = { batchSize: 8, epochs: 1 }
    const says = async (name: string, activation: string, config: object) => {
      const model = { model: 'Sequential', layers: [{ ...zeros, activation }] }
      sandbox.write(`${name}.yaml`, { ...small, name, model, optimizer, fit, ...config })
      return (await sandbox.run(['train', `${name}.yaml`])).out.match(/^ {2}Predicting .*$/m)?.[0]
    }
    const data = { train: 'noise.csv', target: 'y', split: { validation: 0.4 } }
    expect(await says('classes', 'sigmoid', { data, loss: 'binaryCrossentropy' })).toMatch(
      /^ {2}Predicting '[01]' for each row would be as good or better: accuracy 0\.\d{4}\.$/,
    )
    expect(await says('number', 'linear', { data: { ...data, task: 'regression' }, loss: 'mse', metrics: [] })).toBe(
      '  Predicting the mean of these rows would be as good or better: R2 0.',
    )
  })
})
