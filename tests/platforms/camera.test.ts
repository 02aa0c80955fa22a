import { type CDPSession, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from './src/bundle.ts'
import type { Camera } from './src/camera-page.ts'
import { FileServer } from './src/files-server.ts'

const executablePath = process.env.GRADUS_CHROMIUM ?? '/usr/bin/chromium'

let server: FileServer
let browser: Awaited<ReturnType<typeof chromium.launch>>

beforeAll(async () => {
  server = await FileServer.start()
  server.files.set('page.js', { body: await bundle('camera-page.ts'), type: 'text/javascript' })
  server.files.set('', { body: '<!doctype html><script type="module" src="page.js"></script>', type: 'text/html' })
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-unsafe-webgpu'] })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  server?.close()
})

/** The bytes of objects and of buffers that a page holds after a collection of garbage. */
async function held(session: CDPSession): Promise<{ readonly objects: number; readonly buffers: number }> {
  await session.send('HeapProfiler.collectGarbage')
  const found = await session.send('Runtime.getHeapUsage')
  return { objects: found.usedSize, buffers: found.backingStorageSize }
}

/** Opens the page of the camera. `call` runs a function of it. */
async function open() {
  const page = await browser.newPage()
  await page.goto(`${server.origin}/plain/`)
  await page.waitForFunction(() => 'camera' in globalThis)
  const call = <K extends keyof Camera>(
    name: K,
    ...given: Parameters<Camera[K]>
  ): Promise<Awaited<ReturnType<Camera[K]>>> =>
    page.evaluate(
      ([key, options]) =>
        (globalThis as unknown as { camera: Record<string, (...a: unknown[]) => Promise<never>> }).camera[key]!(
          ...options,
        ),
      [name as string, given as unknown[]] as const,
    )
  return { page, call }
}

describe.each(['cpu', 'wasm', 'webgpu'])('fromPixels of a camera on %s', (backend) => {
  it('reads 300 frames of 640 x 480 at its rate, and holds no more memory after them', async () => {
    const { page, call } = await open()
    const session = await page.context().newCDPSession(page)
    await call('start', backend)
    await call('frames', 60)
    const before = await held(session)
    const found = await call('frames', 300)
    const sources = await call('sources', 50)
    const after = await held(session)
    await page.close()
    expect(found.after).toEqual(found.before)
    expect(found.different).toBeGreaterThan(290)
    expect(found.presented).toBeGreaterThanOrEqual(300)
    // a tenth of the rate on an idle machine
    expect(found.perSecond).toBeGreaterThan(3)
    const names = ['ImageData', 'canvas', 'OffscreenCanvas', 'ImageBitmap', 'VideoFrame']
    expect(Object.entries(sources).map(([name, { grown }]) => [name, grown])).toEqual(names.map((name) => [name, 0]))
    // the pixels of one frame are 1.2 MB
    expect(after.buffers - before.buffers).toBeLessThan(100_000)
    expect(after.objects - before.objects).toBeLessThan(500_000)
  }, 120_000)
})

it('fromPixels reads bitmaps, frames and canvases in a worker', async () => {
  const { page, call } = await open()
  const color = [10, 20, 30]
  expect(await call('inWorker')).toEqual({ ImageBitmap: color, VideoFrame: color, OffscreenCanvas: color, left: 0 })
  await page.close()
})
