import { expect, it } from 'vitest'
import { forward } from '../arithmetic/network.ts'
import type { Report } from '../worker/protocol.ts'
import { TrainingService } from '../worker/service.ts'
import { type EpochFigures, holds } from './outcome.ts'
import { type Preset, presets } from './presets.ts'

/** Trains a preset. Returns the reports after each epoch, and whether training diverged. */
async function train({ settings, outcome }: Preset): Promise<{ reports: Report[]; diverged: boolean }> {
  const service = new TrainingService()
  await service.open({ ...settings, backend: 'cpu' })
  const reports: Report[] = []
  try {
    while (reports.length < outcome.epochs) reports.push(await service.advance('epoch'))
    return { reports, diverged: false }
  } catch (error) {
    expect((error as Error).message).toMatch(/not finite/)
    return { reports, diverged: true }
  }
}

const named = (name: string) => presets.find((preset) => preset.name === name)!

it.each(presets.map((preset) => [preset.name, preset] as const))('%s has the stated outcome', async (_, preset) => {
  const { reports, diverged } = await train(preset)
  const figures: EpochFigures = {
    trainLoss: reports.map((report) => report.train.loss),
    testLoss: reports.map((report) => report.test.loss),
    testAccuracy: reports.flatMap((report) => report.test.accuracy ?? []),
    diverged,
  }
  expect({ ...figures, holds: holds(preset.outcome, figures) }).toEqual({ ...figures, holds: true })
  expect(diverged).toBe(preset.outcome.ends === 'diverges')
})

it('in Dead units a whole layer gives 0 for every sample', async () => {
  const { network } = (await train(named('Dead units'))).reports.at(-1)!
  const ages = Array.from({ length: 88 }, (_, i) => forward(network, [i / 87]))
  const dead = [1, 2].some((layer) => ages.every((values) => Array.from(values[layer]!).every((value) => value === 0)))
  expect(dead).toBe(true)
})
