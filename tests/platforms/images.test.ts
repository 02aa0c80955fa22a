import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { saveImg } from '@gradus/images'
import { chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { bundle } from './src/bundle.ts'

const executablePath = process.env.GRADUS_CHROMIUM ?? '/usr/bin/chromium'

it('a page reads canvases, pictures, files and folders of images', async () => {
  const script = await bundle('images-page.ts')
  const images = mkdtempSync(join(tmpdir(), 'gradus-chosen-'))
  for (const [name, value] of Object.entries({ dark: 5, light: 250 })) {
    const image = { data: new Uint8Array(4 * 4 * 3).fill(value), width: 4, height: 4, channels: 3 }
    await saveImg(join(images, name, '0.jpg'), image)
  }
  const server = createServer(({ url = '' }, response) => {
    if (url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script)
    else
      response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><script type="module" src="page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction(() => 'findings' in globalThis)
    const found = await page.evaluate(() => (globalThis as unknown as { findings: Promise<object> }).findings)
    const color = [10, 20, 30]
    const folder = [['dark', 'light'], [2, 2, 2, 3], 5, 250]
    expect(found).toEqual({
      canvas: [[48, 64, 3], color],
      offscreen: [
        [48, 64, 4],
        [...color, 255],
      ],
      bitmap: [[48, 64, 1], [18]],
      image: [[48, 64, 3], color],
      imageData: [[1, 2, 3], color],
      unloaded: [expect.stringContaining('has no pixels yet'), expect.stringContaining('has no pixels yet')],
      drawn: [2, 1, 1, 2, 3, 255, 4, 5, 6, 255],
      // the browser decodes JPEG, and rounds otherwise
      differences: { png: 0, jpeg: expect.any(Number), gif: 0, bmp: 0, resized: 0 },
      broken: 'The image is an HTML page, not an image.',
      cut: expect.stringContaining('cut off'),
      folders: [folder, folder],
      addresses: [7, 7, 7, expect.stringMatching(/^The image 'http:.*none.png' is an HTML page, not an image.$/)],
    })
    await page.evaluate("document.body.innerHTML = '<input type=file webkitdirectory>'")
    await page.setInputFiles('input', images)
    expect(await page.evaluate("chosen(document.querySelector('input').files)")).toEqual([folder, [4, 4]])
    const { differences } = found as { differences: { jpeg: number } }
    expect(differences.jpeg).toBeLessThanOrEqual(3)
  } finally {
    await browser.close()
    server.close()
    rmSync(images, { recursive: true })
  }
}, 120_000)
