import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpu } from '@gradus/backend-cpu'
import type { CallbackContext } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Sequential } from '@gradus/models'
import { Adam, SGD } from '@gradus/optimizers'
import { memory, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { ModelCheckpoint } from './model-checkpoint.ts'
import recorded from './recorded/swap-ema-weights.json' with { type: 'json' }
import { SwapEMAWeights } from './swap-ema-weights.ts'
import { TensorBoard } from './tensorboard.ts'
import { readEvents } from './testing/read-events.ts'

beforeAll(() => useBackend(cpu()))

const { x, y, validationX, validationY } = recorded
const fitOptions = {
  batchSize: 2,
  epochs: 3,
  shuffle: false,
  verbose: 0,
  validationData: [validationX, validationY] as [number[][], number[][]],
} as const

async function modelWith(optimizer: SGD | Adam): Promise<Sequential> {
  const model = new Sequential([new Dense({ units: 1, inputShape: [2] })])
  model.compile({ optimizer, loss: new MeanSquaredError() })
  const [kernel, bias] = recorded.weights as [number[], number[]]
  await model.setWeights([kernel.map((value) => [value]), bias])
  return model
}

const weightsOf = async (model: Pick<Sequential, 'getWeights'>) =>
  (await model.getWeights()).map(({ data }) => Array.from(data as Float32Array))

/** Compares numbers, also within lists and objects. */
function expectClose(got: unknown, expected: unknown): void {
  const numbers = (value: unknown): number[] =>
    typeof value === 'number' ? [value] : Object.values(value as object).flatMap(numbers)
  const wanted = numbers(expected)
  expect(numbers(got)).toEqual(wanted.map((value) => expect.closeTo(value, 5)))
}

const average = () => new SGD({ learningRate: 0.1, useEma: true, emaMomentum: 0.8 })

describe.each(recorded.cases)('$optimizer, swapOnEpoch $swapOnEpoch', (entry) => {
  it('gives the figures and weights of Keras', async () => {
    const { emaOverwriteFrequency: frequency } = entry
    const config = {
      learningRate: 0.1,
      useEma: true,
      emaMomentum: 0.8,
      ...(frequency !== null && { emaOverwriteFrequency: frequency }),
    }
    const model = await modelWith(entry.optimizer === 'sgd' ? new SGD(config) : new Adam(config))
    const swap = new SwapEMAWeights({ swapOnEpoch: entry.swapOnEpoch })
    const seen: number[][][] = []
    const watch = { onEpochEnd: async ({ model }: CallbackContext) => void seen.push(await weightsOf(model)) }
    const options = { ...fitOptions, callbacks: [swap, watch] }
    const { history } = await model.fit(x, y, options)
    expectClose(history, entry.history)
    const tested = await model.evaluate(validationX, validationY, { verbose: 0, callbacks: [swap] })
    expectClose(tested['loss'], entry.evaluate)
    expectClose(await weightsOf(model), entry.weights)
    expectClose((await model.fit(x, y, options)).history, entry.laterHistory)
    expectClose(seen, entry.epochWeights)
    const predicted = await model.predict(validationX, { verbose: 0, callbacks: [swap] })
    expectClose(await predicted.data(), entry.predict)
    expectClose(await weightsOf(model), entry.laterWeights)
  })
})

it('lets a later ModelCheckpoint save the averages, and keeps them when training stops early', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-swap-'))
  const model = await modelWith(average())
  const seen: number[][][] = []
  const stop = {
    onEpochEnd: async ({ model, epoch }: CallbackContext) => {
      seen.push(await weightsOf(model))
      model.stopTraining = epoch === 1
    },
  }
  const filepath = join(folder, 'm-{epoch}.safetensors')
  const callbacks = [new SwapEMAWeights({ swapOnEpoch: true }), new ModelCheckpoint({ filepath }), stop]
  await model.fit(x, y, { ...fitOptions, callbacks })
  const other = await modelWith(average())
  for (const epoch of [0, 1]) {
    await other.loadWeights(join(folder, `m-${epoch + 1}.safetensors`))
    expect(await weightsOf(other)).toEqual(seen[epoch])
  }
  expect(await weightsOf(model)).toEqual(seen[1])
  await rm(folder, { recursive: true })
})

it('trains on with the weights after an evaluation that failed', async () => {
  const runs = [false, true].map(async (fails) => {
    const model = await modelWith(average())
    await model.fit(x, y, { ...fitOptions, epochs: 1 })
    const fail = {
      onTestBatchEnd() {
        throw new Error('failed')
      },
    }
    const callbacks = [new SwapEMAWeights(), fail]
    if (fails) await expect(model.evaluate(x, y, { verbose: 0, callbacks })).rejects.toThrow('failed')
    return (await model.fit(x, y, fitOptions)).history
  })
  const [plain, failed] = await Promise.all(runs)
  expect(failed).toEqual(plain)
})

it('keeps the number of buffers, and needs an optimizer with averages', async () => {
  const model = await modelWith(average())
  const options = { ...fitOptions, callbacks: [new SwapEMAWeights({ swapOnEpoch: true })] }
  await model.fit(x, y, options)
  const before = memory().buffers
  for (let run = 0; run < 3; run++) await model.fit(x, y, options)
  expect(memory().buffers).toBe(before)
  const without = await modelWith(new SGD())
  await expect(without.fit(x, y, options)).rejects.toThrow('SwapEMAWeights needs an optimizer with moving averages')
})

it('batches of validation do not count for callbacks that are called every few steps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-steps-'))
  const model = await modelWith(new SGD())
  const board = new TensorBoard({ logDir: folder, updateFreq: 2 })
  await model.fit(x, y, { ...fitOptions, callbacks: [board] })
  const [name] = await readdir(join(folder, 'train'))
  const { values } = readEvents(await readFile(join(folder, 'train', name!)))
  expect(values.filter(({ tag }) => tag === 'batch_loss').map(({ step }) => step)).toEqual([2, 4, 6, 8])
  await rm(folder, { recursive: true })
})
