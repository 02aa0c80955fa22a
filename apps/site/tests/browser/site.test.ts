import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { numberOf, Served, textOf } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await Served.open()
}, 60_000)
afterAll(() => served?.close())
afterEach(() => {
  expect(served.errors.splice(0)).toEqual([])
})

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

const stepIs = (page: Page, step: number) =>
  page.waitForFunction((wanted) => document.querySelector('[data-value=step]')?.textContent === String(wanted), step)

describe('training', () => {
  it('begins within a second of Play, on a page without cross-origin isolation, and can be paused', async () => {
    const page = await served.page()
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false)
    const loss = await numberOf(page, 'train-loss')
    await press(page, 'Play')
    await page.waitForFunction(() => Number(document.querySelector('[data-value=step]')?.textContent) > 0, undefined, {
      timeout: 1000,
    })
    await page.waitForFunction(() => Number(document.querySelector('[data-value=epoch]')?.textContent) >= 20)
    await press(page, 'Pause')
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
    const step = await numberOf(page, 'step')
    await page.waitForTimeout(300)
    expect(await numberOf(page, 'step')).toBe(step)
    expect(await numberOf(page, 'train-loss')).toBeLessThan(loss)
    expect(await numberOf(page, 'test-accuracy')).toBeGreaterThan(85)
    await press(page, 'Reset')
    await stepIs(page, 0)
    await page.close()
  })

  it('works offline once the page has loaded', async () => {
    const page = await served.page('backend=wasm')
    await page.waitForLoadState('networkidle')
    await page.context().setOffline(true)
    await press(page, 'Step one epoch')
    await page.waitForFunction(() => document.querySelector('[data-value=epoch]')?.textContent === '1')
    await page.getByLabel('Backend').selectOption('cpu')
    await page.waitForFunction(() => document.querySelector('[data-value=backend]')?.textContent === 'cpu')
    await page.close()
  })

  it('stops with the reason if it diverges', async () => {
    const page = await served.page('data=curve&layers=8:relu,8:relu&optimizer=SGD&rate=100')
    await press(page, 'Play')
    await page.getByText(/Training has stopped/).waitFor()
    await page.close()
  })
})

describe('the weight inspector', () => {
  it.each(['SGD', 'Momentum', 'Adam'])('shows the numbers of the step that Gradus made with %s', async (optimizer) => {
    const page = await served.page(`data=circles&layers=4:tanh&optimizer=${optimizer}&rate=0.05`)
    await press(page, 'Step one batch')
    await stepIs(page, 1)
    await press(page, 'Step one batch')
    await stepIs(page, 2)
    await page.locator('[data-weight="0-1-2"] line.target').dispatchEvent('click')
    await page.locator('.inspector').getByText('The weight is the y to layer 1, unit 3').waitFor()
    const [old, product, made, gradus] = await Promise.all(
      ['old', 'product', 'new', 'gradus'].map((name) => numberOf(page, name)),
    )
    expect(made).toBeCloseTo(gradus!, 6)
    if (optimizer === 'SGD') expect(made).toBeCloseTo(old! - product!, 6)
    else expect(Math.abs(made! - (old! - product!))).toBeGreaterThan(1e-6)
    await press(page, 'Check with a finite difference')
    expect(await numberOf(page, 'measured')).toBeCloseTo(await numberOf(page, 'gradient'), 5)
    await press(page, 'Step one batch')
    await stepIs(page, 3)
    expect(await numberOf(page, 'old')).toBeCloseTo(made!, 6)
    await page.close()
  })
})

describe('the tour', () => {
  it('explains training in seven steps, with the numbers of the run', async () => {
    const page = await served.page('data=circles&layers=4:tanh')
    await press(page, 'Take the tour')
    const titles = []
    for (let stop = 1; stop <= 7; stop++) {
      titles.push(await page.locator('.tour h2').textContent())
      expect(await page.locator('.page').getAttribute('data-tour')).not.toBe('')
      // the tour is in front at any scroll position
      const isInFront = await page
        .locator('.tour button')
        .last()
        .evaluate((button) => {
          const { x, y, width, height } = button.getBoundingClientRect()
          return document.elementFromPoint(x + width / 2, y + height / 2) === button
        })
      expect(isInFront).toBe(true)
      if (stop === 3)
        expect(await page.locator('.tour b').textContent()).toBe(
          await page.locator('[data-value=gradient]').textContent(),
        )
      if (stop === 5) await page.locator('.tour').getByRole('button', { name: 'Step one batch' }).click()
      if (stop < 7) await press(page, 'Next')
    }
    expect(titles[0]).toBe('1 of 7: Forward pass')
    expect(titles[6]).toBe('7 of 7: The model is learning')
    await stepIs(page, 1)
    await page.locator('.tour').getByRole('button', { name: 'End the tour' }).click()
    expect(await page.locator('.tour').count()).toBe(0)
    await page.close()
  })
})

describe('without a pointer', () => {
  it('trains, and chooses a weight', async () => {
    const page = await served.page('data=circles&layers=4:tanh', { reducedMotion: 'reduce' })
    await page.getByRole('button', { name: 'Play', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
    await page.waitForTimeout(600)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
    expect(await numberOf(page, 'step')).toBeGreaterThan(0)
    await page.locator('.inspector').getByLabel('From').focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('.inspector').getByText('The weight is the y to layer 1, unit 1').waitFor()
    await page.close()
  })

  it('every control has a name', async () => {
    const page = await served.page('data=own&points=0:0:0,1:1:1')
    const controls = await page.locator('button, select, input').all()
    expect(controls.length).toBeGreaterThan(25)
    for (const control of controls) expect(await control.ariaSnapshot()).toMatch(/^- '?\w+ ["/]/)
    await page.close()
  })
})

describe('settings', () => {
  it('are restored from an address', async () => {
    const page = await served.page('data=moons&layers=5:sigmoid&optimizer=SGD&rate=0.3&batch=7&seed=9&backend=cpu')
    const restored = await page
      .locator('.controls :is(input, select)')
      .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value))
    expect(restored).toEqual(['moons', '5', 'sigmoid', 'SGD', '0.3', '7', '0.05', '0.8', '9'])
    expect(await textOf(page, 'backend')).toBe('cpu')
    await page.getByLabel('Seed').fill('10')
    await page.getByLabel('Seed').blur()
    await page.waitForFunction(() => location.hash.includes('seed=10'))
    await page.close()
  })

  it('an address reproduces a run exactly', async () => {
    const address = 'data=spiral&layers=6:tanh,4:relu&optimizer=Adam&rate=0.01&batch=9&noise=0.1&seed=21&backend=wasm'
    const runs: string[][] = []
    for (let times = 0; times < 2; times++) {
      const page = await served.page(address)
      for (let epoch = 1; epoch <= 3; epoch++) {
        await press(page, 'Step one epoch')
        await page.waitForFunction(
          (wanted) => document.querySelector('[data-value=epoch]')?.textContent === String(wanted),
          epoch,
        )
      }
      const names = ['train-loss', 'test-loss', 'train-accuracy', 'old', 'gradient', 'new', 'gradus']
      runs.push(await Promise.all(names.map((name) => textOf(page, name))))
      expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('seed')).toBe('21')
      await page.close()
    }
    expect(runs[0]).toEqual(runs[1])
    expect(runs[0]!.every((text) => text !== '')).toBe(true)
  })

  it('take points by clicking, and keep them in the address', async () => {
    const page = await served.page('data=own&points=-1:-1:0')
    await page.locator('canvas.editable').click({ position: { x: 30, y: 30 }, modifiers: ['Shift'] })
    await page.waitForFunction(() => /points=-1:-1:0,-[\d.]+:[\d.]+:1$/.test(location.hash))
    await press(page, 'Add point')
    await page.waitForFunction(() => location.hash.endsWith(',0:0:0'))
    await press(page, 'Step one batch')
    await stepIs(page, 1)
    await press(page, 'Remove all')
    await page.getByText('No run yet.').waitFor()
    expect(await page.getByRole('button', { name: 'Play', exact: true }).isDisabled()).toBe(true)
    await page.close()
  })

  it('come from an example, which explains its outcome', async () => {
    const page = await served.page()
    await page.getByLabel('Example', { exact: true }).selectOption({ label: 'XOR without a hidden layer' })
    await page.getByText(/no line separates XOR/).waitFor()
    await page.waitForFunction(() => location.hash.includes('data=xor&layers=&'))
    expect(await page.locator('.controls select').first().inputValue()).toBe('xor')
    await page.close()
  })

  it('the backend changes within a run, with the same weights', async () => {
    const page = await served.page('data=circles&layers=4:tanh&backend=cpu')
    await press(page, 'Step one epoch')
    await page.waitForFunction(() => document.querySelector('[data-value=epoch]')?.textContent === '1')
    const [step, loss] = [await numberOf(page, 'step'), await numberOf(page, 'train-loss')]
    await page.getByLabel('Backend').selectOption('wasm')
    await page.waitForFunction(() => document.querySelector('[data-value=backend]')?.textContent === 'wasm')
    expect([await numberOf(page, 'step'), await numberOf(page, 'train-loss')]).toEqual([step, loss])
    await press(page, 'Step one batch')
    await stepIs(page, step + 1)
    await page.close()
  })

  it('a backend that does not start is listed with the reason', async () => {
    const page = await served.page('backend=webgpu')
    if ((await textOf(page, 'backend')) !== 'webgpu') {
      await page.getByText(/training runs on cpu/).waitFor()
      await page.getByText(/webgpu is not available: ./).waitFor()
      expect(await page.locator('option[value=webgpu]').isDisabled()).toBe(true)
    }
    await page.close()
  })
})

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
  ['dark', 390],
] as const)('the page in %s colors, %i pixels wide', (colorScheme, width) => {
  it('shows everything without scrolling sideways', async () => {
    const page = await served.page('data=circles&layers=6:tanh', { colorScheme, viewport: { width, height: 900 } })
    await press(page, 'Take the tour')
    await press(page, 'Step one epoch')
    await page.waitForFunction(() => document.querySelector('[data-value=epoch]')?.textContent === '1')
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    const folder = process.env.GRADUS_SCREENSHOTS
    if (folder) await page.screenshot({ path: `${folder}/${colorScheme}-${width}.png`, fullPage: true })
    await page.close()
  })
})
