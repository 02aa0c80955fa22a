// A page with a camera: the stream of a canvas in a video element. The test calls `camera` of the page.
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { webgpu } from '@gradus/backend-webgpu'
import { fromPixels, type PixelSource, smartResize } from '@gradus/images'
import { type Backend, type MemoryInfo, memory, tidy, useBackend } from '@gradus/tensor'

interface Context2D {
  fillStyle: string
  fillRect(x: number, y: number, width: number, height: number): void
  getImageData(x: number, y: number, width: number, height: number): ImagePixels
}

interface ImagePixels {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

interface Canvas {
  width: number
  height: number
  getContext(kind: '2d'): Context2D
  captureStream(rate: number): unknown
}

interface Video {
  muted: boolean
  srcObject: unknown
  readonly videoWidth: number
  play(): Promise<void>
  requestVideoFrameCallback(call: (now: number, facts: { mediaTime: number; presentedFrames: number }) => void): void
}

interface Closable {
  readonly width?: number
  close(): void
}

const page = globalThis as unknown as {
  camera: Camera
  readonly document?: { createElement(name: 'canvas' | 'video'): Canvas & Video }
  readonly OffscreenCanvas: new (width: number, height: number) => Canvas
  readonly VideoFrame: new (source: unknown, options: { timestamp: number }) => Closable
  createImageBitmap(source: unknown): Promise<Closable>
  requestAnimationFrame(call: () => void): void
  readonly Worker: new (address: string, options: { type: 'module' }) => Port
} & Port

interface Port {
  onmessage: (event: { readonly data: unknown }) => void
  postMessage(value: unknown, passed?: readonly unknown[]): void
}

/** The measurements of some frames. */
export interface Frames {
  /** Frames that differ from the one before. */
  readonly different: number
  /** Frames of the camera in this time, with those that were missed. */
  readonly presented: number
  readonly perSecond: number
  /** The time of `fromPixels` alone in milliseconds. */
  readonly meanTime: number
  /** Buffers and bytes of tensors before the frames and after them. */
  readonly before: MemoryInfo
  readonly after: MemoryInfo
}

const [width, height] = [640, 480]
const backends: Readonly<Record<string, () => Backend | Promise<Backend>>> = { cpu, wasm: () => wasm(), webgpu }

/** Functions that the test calls. */
export interface Camera {
  /** Starts the camera and a backend. */
  start(backend: string): Promise<void>
  /** Reads frames of the camera at its rate, and resizes each. */
  frames(count: number): Promise<Frames>
  /** Reads other sources of pixels so often. Returns the time of each and the growth of memory. */
  sources(count: number): Promise<Record<string, { readonly meanTime: number; readonly grown: number }>>
  /** Reads a bitmap, a video frame and a canvas in a worker: the first values of each, and the bytes that are left. */
  inWorker(): Promise<Readonly<Record<string, unknown>>>
}

let video: Video
let canvas: Canvas

/** Paints the canvas in a new color for each frame of the screen. */
function paint(step = 0): void {
  const context = canvas.getContext('2d')
  context.fillStyle = `rgb(${(step * 5) % 250}, 100, 50)`
  context.fillRect(0, 0, width, height)
  page.requestAnimationFrame(() => paint(step + 1))
}

/** The mean of a small image of the frame, as a classifier would take it. */
async function seen(source: PixelSource): Promise<number> {
  const small = tidy(() => smartResize(fromPixels(source), [8, 8]))
  const [red] = await small.data()
  small.dispose()
  return red!
}

async function frames(count: number): Promise<Frames> {
  const before = memory()
  const times: number[] = []
  const reds: number[] = []
  const presented: number[] = []
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    const facts = await new Promise<{ presentedFrames: number }>((resolve) =>
      video.requestVideoFrameCallback((_, found) => resolve(found)),
    )
    presented.push(facts.presentedFrames)
    const began = performance.now()
    fromPixels(video as PixelSource).dispose()
    times.push(performance.now() - began)
    reds.push(await seen(video as PixelSource))
  }
  return {
    different: reds.filter((red, i) => i === 0 || Math.abs(red - reds[i - 1]!) > 1).length,
    presented: presented.at(-1)! - presented[0]! + 1,
    perSecond: (1000 * count) / (performance.now() - start),
    meanTime: mean(times),
    before,
    after: memory(),
  }
}

async function sources(count: number) {
  const offscreen = painted()
  const data = canvas.getContext('2d').getImageData(0, 0, width, height)
  const makers: Record<string, () => PixelSource | Promise<PixelSource>> = {
    ImageData: () => data,
    canvas: () => canvas as PixelSource,
    OffscreenCanvas: () => offscreen as PixelSource,
    ImageBitmap: () => page.createImageBitmap(canvas),
    VideoFrame: () => new page.VideoFrame(canvas, { timestamp: 0 }),
  }
  const found: Record<string, { meanTime: number; grown: number }> = {}
  for (const [name, make] of Object.entries(makers)) {
    const before = memory().bytes
    const times: number[] = []
    for (let i = 0; i < count; i++) {
      const source = await make()
      const began = performance.now()
      fromPixels(source).dispose()
      times.push(performance.now() - began)
      if ('close' in source) (source as Closable).close()
    }
    found[name] = { meanTime: mean(times), grown: memory().bytes - before }
  }
  return found
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

async function start(backend: string): Promise<void> {
  await useBackend(await backends[backend]!())
  canvas = Object.assign(page.document!.createElement('canvas'), { width, height })
  paint()
  video = page.document!.createElement('video')
  Object.assign(video, { muted: true, srcObject: canvas.captureStream(30) })
  await video.play()
}

const firstOf = (source: unknown) =>
  tidy(() => [
    ...fromPixels(source as PixelSource)
      .dataSync()
      .slice(0, 3),
  ])

function painted(): Canvas {
  const offscreen = new page.OffscreenCanvas(width, height)
  const context = offscreen.getContext('2d')
  context.fillStyle = 'rgb(10, 20, 30)'
  context.fillRect(0, 0, width, height)
  return offscreen
}

async function inWorker(): Promise<Readonly<Record<string, unknown>>> {
  const worker = new page.Worker('page.js', { type: 'module' })
  const bitmap = await page.createImageBitmap(painted())
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      if (data !== 'ready') resolve(data as Record<string, unknown>)
      else worker.postMessage(bitmap, [bitmap])
    }
  })
}

async function answer(bitmap: Closable): Promise<void> {
  const frame = new page.VideoFrame(painted(), { timestamp: 0 })
  const found = { ImageBitmap: firstOf(bitmap), VideoFrame: firstOf(frame), OffscreenCanvas: firstOf(painted()) }
  frame.close()
  page.postMessage({ ...found, left: memory().bytes })
}

page.camera = { start, frames, sources, inWorker }
if (!page.document) {
  await useBackend(cpu())
  page.onmessage = ({ data }) => void answer(data as Closable)
  page.postMessage('ready')
}
