import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { numberOf, Served } from './served.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let served: Served
beforeAll(async () => {
  served = await Served.open()
}, 60_000)
afterAll(() => served?.close())

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** The serious and critical findings of axe: the rule and the elements. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: axe })
  const { violations, passes } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  expect(passes.length).toBeGreaterThan(20)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))
}

const views: Record<string, { readonly address: string; show?(page: Page): Promise<unknown> }> = {
  start: { address: '', show: (page) => press(page, 'Step one epoch') },
  digits: { address: 'data=digits&layers=8:relu', show: (page) => press(page, 'Step one batch') },
  'finite difference': {
    address: 'data=circles&layers=4:tanh',
    show: async (page) => {
      await press(page, 'Step one batch')
      await press(page, 'Check with a finite difference')
    },
  },
  tour: { address: 'data=xor&layers=4:tanh', show: (page) => press(page, 'Take the tour') },
  'own points': { address: 'data=own&points=0:0:0,1:1:1' },
  curve: { address: 'data=curve&layers=8:tanh', show: (page) => press(page, 'Step one epoch') },
  failure: {
    address: 'data=curve&layers=8:relu,8:relu&optimizer=SGD&rate=100',
    show: async (page) => {
      await press(page, 'Play')
      await page.getByText(/Training has stopped/).waitFor()
    },
  },
  program: { address: 'data=spiral&layers=8:tanh', show: (page) => press(page, 'Show the program') },
}

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
  ['dark', 390],
] as const)('axe finds nothing serious in %s colors, %i pixels wide', (colorScheme, width) => {
  it.each(Object.keys(views))('in the view %s', async (name) => {
    const { address, show } = views[name]!
    const page = await served.page(address, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
    await show?.(page)
    await page.waitForTimeout(300)
    expect(await violations(page)).toEqual([])
    await page.close()
  })
})

/** Presses Tab until the control with that name has the focus. The focus must be visible. */
async function tabTo(page: Page, role: string, name: string): Promise<void> {
  const target = await page
    .getByRole(role as 'button', { name, exact: true })
    .first()
    .elementHandle()
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press('Tab')
    const [isThere, isVisible] = await page.evaluate((wanted) => {
      const style = getComputedStyle(document.activeElement!)
      return [
        document.activeElement === wanted,
        style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0,
      ]
    }, target)
    if (!isThere) continue
    expect(isVisible, `the focus on ${name}`).toBe(true)
    return
  }
  throw new Error(`Tab does not reach ${name}.`)
}

describe('with the keyboard alone', () => {
  it('a visitor plays, pauses, steps, changes settings, and checks the gradient of a weight', async () => {
    const page = await served.page('data=circles&layers=4:tanh')
    await tabTo(page, 'button', 'Play')
    await page.keyboard.press('Space')
    await page.waitForFunction(() => Number(document.querySelector('[data-value=step]')?.textContent) > 5)
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
    await tabTo(page, 'button', 'Reset')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('[data-value=step]')?.textContent === '0')
    await tabTo(page, 'combobox', 'Data')
    await page.keyboard.press('ArrowDown')
    await page.waitForFunction(() => location.hash.includes('data=xor'))
    await tabTo(page, 'combobox', 'Optimizer')
    await page.keyboard.press('a')
    await page.waitForFunction(() => location.hash.includes('optimizer=Adam'))
    await tabTo(page, 'spinbutton', 'Learning rate')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('0.02')
    await page.keyboard.press('Tab')
    await page.waitForFunction(() => location.hash.includes('rate=0.02'))
    await page.reload()
    await page.locator('[data-value=step]').waitFor()
    await tabTo(page, 'button', 'Step one batch')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('[data-value=step]')?.textContent === '1')
    await tabTo(page, 'combobox', 'To')
    await page.keyboard.press('ArrowDown')
    await page.locator('.inspector').getByText('The weight is the x to layer 1, unit 2').waitFor()
    await tabTo(page, 'button', 'Check with a finite difference')
    await page.keyboard.press('Enter')
    expect(await numberOf(page, 'measured')).toBeCloseTo(await numberOf(page, 'gradient'), 5)
    await page.close()
  }, 60_000)

  it('a visitor walks through the tour', async () => {
    const page = await served.page('data=circles&layers=4:tanh')
    await tabTo(page, 'button', 'Take the tour')
    await page.keyboard.press('Enter')
    for (let stop = 1; stop < 7; stop++) {
      await page.locator('.tour h2').getByText(`${stop} of 7`).waitFor()
      await tabTo(page, 'button', 'Next')
      await page.keyboard.press('Enter')
    }
    await page.locator('.tour h2').getByText('7 of 7').waitFor()
    await tabTo(page, 'button', 'End the tour')
    await page.keyboard.press('Enter')
    await page.locator('.tour').waitFor({ state: 'detached' })
    await page.close()
  }, 60_000)
})
