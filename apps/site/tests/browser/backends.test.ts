import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { numberOf, Served, textOf } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await Served.open({ webgpu: true })
}, 60_000)
afterAll(() => served?.close())

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

const epochIs = (page: Page, epoch: number) =>
  page.waitForFunction(
    (wanted) => document.querySelector('[data-value=epoch]')?.textContent === String(wanted),
    epoch,
    { timeout: 120_000 },
  )

/** Loss and accuracy of the training samples, and the number of steps. */
const figures = (page: Page) =>
  Promise.all(['train-loss', 'train-accuracy', 'step'].map((name) => numberOf(page, name)))

it('a run continues on another backend, with the same weights', async () => {
  const page = await served.page('data=circles&layers=4:tanh&rate=0.1&backend=cpu')
  const losses: number[] = []
  let epoch = 0
  for (const backend of ['cpu', 'wasm', 'webgpu', 'cpu']) {
    const before = await figures(page)
    await page.getByLabel('Backend').selectOption(backend)
    await page.waitForFunction((name) => document.querySelector('[data-value=backend]')?.textContent === name, backend)
    const after = await figures(page)
    after.forEach((figure, place) => expect(figure).toBeCloseTo(before[place]!, 3))
    for (let times = 0; times < 3; times++) {
      await press(page, 'Step one epoch')
      await epochIs(page, ++epoch)
    }
    losses.push((await figures(page))[0]!)
  }
  expect(losses).toEqual([...losses].sort((a, b) => b - a))
  expect(served.errors).toEqual([])
  await page.close()
}, 240_000)

it('the same settings give the same curve on every backend', async () => {
  const curves: number[][] = []
  for (const backend of ['cpu', 'wasm', 'webgpu']) {
    const page = await served.page(`data=moons&layers=6:relu&optimizer=Adam&rate=0.02&seed=5&backend=${backend}`)
    expect(await textOf(page, 'backend')).toBe(backend)
    const curve: number[] = []
    for (let epoch = 1; epoch <= 4; epoch++) {
      await press(page, 'Step one epoch')
      await epochIs(page, epoch)
      curve.push(...(await figures(page)).slice(0, 1))
    }
    curves.push(curve)
    await page.close()
  }
  expect(served.errors).toEqual([])
  for (const curve of curves) curve.forEach((loss, epoch) => expect(loss).toBeCloseTo(curves[0]![epoch]!, 3))
}, 240_000)
