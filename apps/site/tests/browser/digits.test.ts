import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { numberOf, Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await Served.open()
}, 60_000)
afterAll(() => served?.close())
afterEach(() => {
  expect(served.errors.splice(0)).toEqual([])
})

it('digits can be chosen offline once the page has loaded, and every pixel inspected', async () => {
  const page = await served.page()
  await page.waitForLoadState('networkidle')
  await page.context().setOffline(true)
  await page.getByLabel('Example', { exact: true }).selectOption({ label: 'Handwritten digits' })
  await page.locator('.digits li').first().waitFor()
  await page.getByRole('button', { name: 'Step one epoch', exact: true }).click()
  await page.locator('[data-value=epoch]').getByText('1', { exact: true }).waitFor()
  await page.locator('[data-pixel="27"]').click()
  await page.locator('.inspector').getByText('The weight is the pixel 4/4 to layer 1, unit 1').waitFor()
  await page.getByRole('button', { name: 'Check with a finite difference' }).click()
  expect(await numberOf(page, 'measured')).toBeCloseTo(await numberOf(page, 'gradient'), 5)
  expect(await page.locator('.confusion td').count()).toBe(100)
  const total = (await page.locator('.confusion td').allTextContents()).reduce((sum, text) => sum + Number(text), 0)
  expect(total).toBe(359)
  const bars = await page
    .locator('.unit .bar')
    .evaluateAll((list) => list.map((bar) => Number(bar.getAttribute('height'))))
  const tile = Number(await page.locator('.unit .frame').first().getAttribute('height'))
  expect(bars).toHaveLength(10)
  expect(bars.reduce((sum, height) => sum + height, 0) / tile).toBeCloseTo(1, 4)
  await page.locator('.digits').getByRole('combobox', { name: 'Predicted as' }).selectOption('wrong')
  expect(await page.locator('.digits li.right').count()).toBe(0)
  expect(await page.locator('.digits li.wrong').count()).toBeGreaterThan(0)
  await page.close()
})
