import { describe, expect, it } from 'vitest'
import { forward } from '../arithmetic/network.ts'
import type { Report } from '../worker/protocol.ts'
import { TrainingService } from '../worker/service.ts'
import { presets } from './presets.ts'

/** The reports after each epoch, up to the one in which training breaks off. */
async function train(name: string, epochs: number): Promise<Report[]> {
  const { settings } = presets.find((preset) => preset.name === name)!
  const service = new TrainingService()
  await service.open({ ...settings, backend: 'cpu' })
  const reports: Report[] = []
  for (let epoch = 0; epoch < epochs; epoch++) reports.push(await service.advance('epoch'))
  return reports
}

const losses = (reports: readonly Report[]) => reports.map(({ train }) => train.loss)

describe('presets', () => {
  it.each([
    ['Side effects by age', 20, 0.9],
    ['Circles', 20, 0.97],
    ['XOR with a hidden layer', 20, 0.97],
    ['Spiral', 100, 0.95],
  ])('%s succeeds', async (name, epochs, accuracy) => {
    expect((await train(name, epochs)).at(-1)!.test.accuracy).toBeGreaterThan(accuracy)
  })

  it('A curve succeeds', async () => {
    expect((await train('A curve', 40)).at(-1)!.test.loss).toBeLessThan(0.05)
  })

  it.each([
    ['XOR without a hidden layer', 20],
    ['Learning rate too small', 20],
  ])('%s stays near chance', async (name, epochs) => {
    expect((await train(name, epochs)).at(-1)!.train.loss).toBeGreaterThan(0.65)
  })

  it('Learning rate too large goes up as often as it pleases', async () => {
    const seen = losses(await train('Learning rate too large', 30))
    expect(seen.filter((loss, i) => loss > (seen[i - 1] ?? loss)).length).toBeGreaterThan(8)
  })

  it('Learning rate that diverges is stopped', async () => {
    await expect(train('Learning rate that diverges', 10)).rejects.toThrow(/not finite/)
  })

  it('Dead units gives 0 in a whole layer for every sample', async () => {
    const { network, train: figures } = (await train('Dead units', 20)).at(-1)!
    const ages = Array.from({ length: 88 }, (_, i) => forward(network, [i / 87]))
    const dead = [1, 2].some((layer) =>
      ages.every((values) => Array.from(values[layer]!).every((value) => value === 0)),
    )
    expect(dead).toBe(true)
    expect(figures.loss).toBeCloseTo(Math.log(2), 2)
  })

  it('Overfitting has a test loss that rises while the train loss falls', async () => {
    const reports = await train('Overfitting', 100)
    expect(reports.at(-1)!.train.loss).toBeLessThan(reports[4]!.train.loss)
    expect(reports.at(-1)!.test.loss).toBeGreaterThan(1.5 * reports[4]!.test.loss)
  })
})
