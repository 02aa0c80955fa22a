import { ImageProblem } from './image-problem.ts'
import type { Pixels } from './pixels.ts'

interface SharpOptions {
  readonly failOn: 'error'
  readonly ignoreIcc: true
  readonly limitInputPixels: number
  readonly raw?: { readonly width: number; readonly height: number; readonly channels: number }
}

interface SharpImage {
  raw(): SharpImage
  jpeg(options: { readonly quality: number }): SharpImage
  metadata(): Promise<{ readonly width: number; readonly height: number }>
  toBuffer(): Promise<Uint8Array>
  toBuffer(options: { readonly resolveWithObject: true }): Promise<{
    readonly data: Uint8Array
    readonly info: { readonly width: number; readonly height: number; readonly channels: number }
  }>
}

type Sharp = (input: Uint8Array, options: SharpOptions) => SharpImage

let loading: Promise<Sharp | undefined> | undefined

/** Loads sharp once, if it is installed. */
function sharp(): Promise<Sharp | undefined> {
  // the name is not a literal, so that bundlers do not look for a package that may be missing
  const name = ['sh', 'arp'].join('')
  const hasFiles = typeof process === 'object' && process.getBuiltinModule !== undefined
  loading ??= hasFiles
    ? import(/* @vite-ignore */ name).then(
        (module: { readonly default: Sharp }) => module.default,
        () => undefined,
      )
    : Promise.resolve(undefined)
  return loading
}

/** Decodes an image with sharp, as its file has it: without its color profile and without turning it. Undefined without sharp. */
export async function decodeWithSharp(bytes: Uint8Array, maxPixels: number): Promise<Pixels | undefined> {
  const load = await sharp()
  if (!load) return undefined
  try {
    const image = load(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: maxPixels })
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
    return { data, width: info.width, height: info.height, channels: info.channels }
  } catch (cause) {
    const { message } = cause as Error
    throw new ImageProblem(
      /exceeds pixel limit/.test(message)
        ? `has more than ${maxPixels} pixels by its header. If that is right, raise 'maxPixels'`
        : `is damaged: ${message.slice(0, 200)}`,
      { cause },
    )
  }
}
