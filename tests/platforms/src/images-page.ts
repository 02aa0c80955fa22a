// A page that reads pixels, files and folders of images. Its results are in `findings`.
import { cpu } from '@gradus/backend-cpu'
import type { Directory } from '@gradus/data'
import { encodeImg, fromPixels, imageDatasetFromDirectory, loadImg, saveImg, toPixels } from '@gradus/images'
import { type Tensor, useBackend } from '@gradus/tensor'
import recorded from '../../../packages/images/src/recorded/images.json' with { type: 'json' }

interface Context2D {
  fillStyle: string
  fillRect(x: number, y: number, width: number, height: number): void
  getImageData(
    x: number,
    y: number,
    width: number,
    height: number,
  ): { data: Uint8ClampedArray; width: number; height: number }
}

interface Canvas {
  width: number
  height: number
  getContext(kind: '2d'): Context2D
  toBlob(call: (blob: Blob) => void): void
}

interface Picture {
  width: number
  height: number
  src: string
  decode(): Promise<void>
}

interface Folder {
  getDirectoryHandle(name: string, options: { create: true }): Promise<Folder>
  getFileHandle(
    name: string,
    options: { create: true },
  ): Promise<{ createWritable(): Promise<{ write(data: Uint8Array): Promise<void>; close(): Promise<void> }> }>
}

const page = globalThis as unknown as {
  findings: Promise<unknown>
  /** Reads the files of a folder that was chosen in an input. */
  chosen: (files: ArrayLike<Blob>) => Promise<unknown>
  readonly document: { createElement(name: string): Canvas & Picture }
  readonly OffscreenCanvas: new (width: number, height: number) => Canvas
  createImageBitmap(source: unknown): Promise<{ width: number; height: number }>
  readonly navigator: { readonly storage: { getDirectory(): Promise<Folder> } }
}

function painted<C extends Canvas>(canvas: C, color = 'rgb(10, 20, 30)'): C {
  Object.assign(canvas, { width: 64, height: 48 })
  const context = canvas.getContext('2d')
  context.fillStyle = color
  context.fillRect(0, 0, 64, 48)
  return canvas
}

const facts = (x: Tensor) => [x.shape, [...x.dataSync().slice(0, x.shape[2])]]
const messageOf = (run: () => unknown) => {
  try {
    return String(run())
  } catch (error) {
    return (error as Error).message
  }
}

/** The greatest difference from the values of Keras, by kind of file. */
async function differences(): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const { name, file, options, shape, data } of recorded.loaded) {
    const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0))
    const image = await loadImg(new Blob([bytes]), options as object)
    const isShape = image.height === shape[0] && image.width === shape[1] && image.channels === shape[2]
    const most = Math.max(...data.map((value, i) => Math.abs(value - image.data[i]!)))
    const kind = name.split(' ')[0]!
    found[kind] = Math.max(found[kind] ?? 0, isShape ? most : Number.POSITIVE_INFINITY)
  }
  return found
}

/** The classes of a folder, the shape of the first batch and the first value of its first two images. */
async function classesIn(folder: Directory): Promise<unknown> {
  const options = { imageSize: 2, shuffle: false, verbose: false } as const
  const data = await imageDatasetFromDirectory(folder, options)
  for await (const { x } of data) {
    const { data: values, shape } = x as unknown as { data: Float32Array; shape: number[] }
    return [data.classNames, shape, values[0], values[12]]
  }
  return undefined
}

/** The first value of an image that is saved at the addresses of a page and loaded from there, and the error for a page in its place. */
async function atAddresses() {
  const image = { data: new Uint8Array(12).fill(7), width: 2, height: 2, channels: 3 }
  const found: unknown[] = []
  for (const address of ['indexeddb://small.png', 'opfs://saved/small.png', new URL('opfs://saved/url.png')]) {
    await saveImg(address, image)
    found.push((await loadImg(address)).data[0])
  }
  await saveImg('downloads://small.png', image)
  const wrong = new URL('none.png', (globalThis as unknown as { location: { href: string } }).location.href)
  return [...found, await loadImg(wrong).catch((error: Error) => error.message)]
}

async function folders() {
  const root = await (await page.navigator.storage.getDirectory()).getDirectoryHandle('images', { create: true })
  const files: Blob[] = []
  for (const [name, value] of Object.entries({ dark: 5, light: 250 })) {
    const image = { data: new Uint8Array(4 * 4 * 3).fill(value), width: 4, height: 4, channels: 3 }
    const bytes = await encodeImg(image, { fileFormat: 'jpeg' })
    const folder = await root.getDirectoryHandle(name, { create: true })
    const file = await (await folder.getFileHandle('0.jpg', { create: true })).createWritable()
    await file.write(bytes)
    await file.close()
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>])
    files.push(Object.assign(blob, { name: '0.jpg', webkitRelativePath: `top/${name}/0.jpg` }))
  }
  return [await classesIn(root as unknown as Directory), await classesIn(files as unknown as Directory)]
}

async function findings() {
  await useBackend(cpu())
  const canvas = painted(page.document.createElement('canvas'))
  const image = page.document.createElement('img')
  const unloaded = messageOf(() => fromPixels(page.document.createElement('img')))
  const blob = await new Promise<Blob>((resolve) => canvas.toBlob(resolve))
  image.src = URL.createObjectURL(blob)
  Object.assign(image, { width: 8, height: 6 }) // the size on the screen
  await image.decode()
  const drawn = page.document.createElement('canvas')
  await toPixels(
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    drawn,
  )
  return {
    canvas: facts(fromPixels(canvas)),
    offscreen: facts(fromPixels(painted(new page.OffscreenCanvas(1, 1)), { numChannels: 4 })),
    bitmap: facts(fromPixels(await page.createImageBitmap(canvas), { numChannels: 1 })),
    image: facts(fromPixels(image)),
    imageData: facts(fromPixels(canvas.getContext('2d').getImageData(0, 0, 2, 1))),
    unloaded: [unloaded, messageOf(() => fromPixels(page.document.createElement('video')))],
    drawn: [drawn.width, drawn.height, ...drawn.getContext('2d').getImageData(0, 0, 2, 1).data],
    differences: await differences(),
    broken: await loadImg(new Blob(['<html>'])).catch((error: Error) => error.message),
    cut: await loadImg(blob.slice(0, 100)).catch((error: Error) => error.message),
    folders: await folders(),
    addresses: await atAddresses(),
  }
}

page.chosen = async (files) => {
  const { width, height } = await loadImg(files[0]! as Blob)
  return [await classesIn(files as unknown as Directory), [width, height]]
}
page.findings = findings().catch((error: Error) => ({ failed: error.stack }))
