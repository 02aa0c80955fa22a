import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EpochFigures, holds } from '../../src/settings/outcome.ts'
import { type Preset, presets } from '../../src/settings/presets.ts'
import { toFragment } from '../../src/settings/url.ts'
import { numberOf, Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await Served.open()
}, 60_000)
afterAll(() => served?.close())

/** Trains epoch by epoch on the page, and reads the figures. */
async function figuresOf({ settings, outcome }: Preset): Promise<EpochFigures> {
  const page = await served.page(toFragment(settings))
  const [trainLoss, testLoss, testAccuracy]: [number[], number[], number[]] = [[], [], []]
  const stopped = page.getByText(/Training has stopped/)
  for (let epoch = 1; epoch <= outcome.epochs && !(await stopped.count()); epoch++) {
    await page.getByRole('button', { name: 'Step one epoch', exact: true }).click()
    const reached = page.locator('[data-value=epoch]').getByText(String(epoch), { exact: true })
    await reached.or(stopped).first().waitFor()
    trainLoss.push(await numberOf(page, 'train-loss'))
    testLoss.push(await numberOf(page, 'test-loss'))
    if (await page.locator('[data-value=test-accuracy]').count())
      testAccuracy.push((await numberOf(page, 'test-accuracy')) / 100)
  }
  const diverged = (await stopped.count()) > 0
  await page.close()
  return { trainLoss, testLoss, testAccuracy, diverged }
}

it.each(presets.map((preset) => [preset.name, preset] as const))(
  '%s has the stated outcome in a browser',
  async (_, preset) => {
    const figures = await figuresOf(preset)
    expect({ ...figures, holds: holds(preset.outcome, figures) }).toEqual({ ...figures, holds: true })
  },
  180_000,
)
