import type { Img, LoadImgOptions } from '@gradus/images'
import type { Shape } from '@gradus/tensor'
import { type ArrayValue, mostNumbers, readArray, sizeOf } from './array.ts'
import { type ColumnKind, type ColumnState, isNumber } from './kind.ts'

/** The size of images. */
export interface ImageState extends ColumnState {
  /** `[height, width, channels]` */
  readonly shape: Shape
}

/** A file of an image: its path, or in pages an object that reads it. Once it is loaded, its pixels. */
export type ImageValue = string | { read(): Promise<Uint8Array> } | ArrayValue

/** The largest size of images that is used if `imageSize` is not given. */
const defaultSize = [64, 64, 3] as const

/** The least number of images, if there are as many, of which the size is looked at. */
const lookedAt = 32

/**
 * Paths of images, relative to the folder of the table. An input by itself: pixels from 0 to 1, resized to `imageSize`. Images are
 * decoded by @gradus/images, which is loaded for the first one. Rows in memory may have pixels instead, from 0 to 255, in the size of the
 * column: as lists, as a typed array, or as `getImageData` of a canvas returns them.
 */
export const image: ColumnKind<ImageValue, ImageState> = {
  name: 'image',
  likelihood: ({ forms, count }) => (forms['image'] === count ? 0.6 : 0),
  hasForm: (text) => /\.(png|jpe?g|gif|bmp|webp)$/i.test(text),
  isState: ({ shape }) =>
    Array.isArray(shape) &&
    shape.length === 3 &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 1) &&
    sizeOf(shape) <= mostNumbers,
  expected: () => 'the path or the pixels of an image',
  read(cell) {
    if (typeof cell === 'string') return cell.trim() || undefined
    if (typeof cell !== 'object' || cell === null) return undefined
    if ('read' in cell && typeof cell.read === 'function') return cell as ImageValue
    return isImageData(cell) ? { shape: [cell.height, cell.width, 4], data: cell.data } : readArray(cell)
  },
  learn({ imageSize }, folder) {
    let size: Shape = imageSize ?? defaultSize
    let seen: ImageValue[] = []
    let [step, count] = [1, 0]
    return {
      // images from the whole table, because those of a class may follow each other
      add(value) {
        if (imageSize || folder === undefined || value === undefined || isPixels(value) || count++ % step > 0) return
        seen.push(value)
        if (seen.length < 2 * lookedAt) return
        seen = seen.filter((_, index) => index % 2 === 0)
        step *= 2
      },
      async prepare() {
        if (seen.length > 0) size = await sizeOfImages(seen, folder!)
      },
      finish: () => ({ shape: [...size] }),
    }
  },
  describe: ({ shape }) => `images of ${shape.join(' x ')}, 0 to 255 become 0 to 1`,
  labels: (name, { shape }) => [`${name} (${shape.join(' x ')})`],
  misfit: (value, { shape }) =>
    isPixels(value) && channelsOf(value, shape) === undefined
      ? `an image of the shape [${shape.join(', ')}], of which the pixels are ${sizeOf(shape)} numbers`
      : undefined,
  async load(value, { shape }, folder) {
    if (isPixels(value)) return value
    const [height, width, channels] = shape as readonly [number, number, number]
    const colorMode = channels === 1 ? 'grayscale' : channels === 4 ? 'rgba' : 'rgb'
    const { data } = await loaded(value, folder, { colorMode, targetSize: [height, width], interpolation: 'bilinear' })
    return { shape, data }
  },
  encode(value, { shape }, out, at) {
    if (!isPixels(value)) return
    const scale = value.data instanceof Uint16Array ? 65535 : 255
    const [given, channels] = [channelsOf(value, shape)!, shape[2]!]
    for (let i = 0; i < sizeOf(shape); i++) {
      const pixel = Math.floor(i / channels)
      out[at + i] = value.data[pixel * given + i - pixel * channels]! / scale
    }
  },
  shape: ({ shape }) => shape,
}

type ImageFile = Exclude<ImageValue, ArrayValue>

async function loaded(value: ImageFile, folder: string, options: LoadImgOptions): Promise<Img> {
  const { loadImg } = await import('@gradus/images/internals')
  return loadImg(typeof value === 'string' ? within(folder, value) : await value.read(), options)
}

/** The greatest height and width of images, up to those of the default, and one channel where all are gray. */
async function sizeOfImages(files: readonly ImageValue[], folder: string): Promise<Shape> {
  const [height, width, channels] = defaultSize
  let [greatest, widest, areGray] = [0, 0, true]
  for (const file of files) {
    // a file that cannot be read is refused when its pixels are needed
    const image = await loaded(file as ImageFile, folder, { colorMode: 'rgb' }).catch(() => undefined)
    if (!image) continue
    greatest = Math.max(greatest, image.height)
    widest = Math.max(widest, image.width)
    areGray &&= isGray(image)
  }
  return greatest === 0 ? defaultSize : [Math.min(greatest, height), Math.min(widest, width), areGray ? 1 : channels]
}

function isGray({ data }: Img): boolean {
  for (let at = 0; at < data.length; at += 3) if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false
  return true
}

/** The path of an image that is named in a table. */
function within(folder: string, path: string): string {
  const isAbsolute = /^([/\\]|[a-z]:[/\\]|https?:|file:)/i.test(path)
  return folder === '' || isAbsolute ? path : `${folder}/${path}`
}

function isPixels(value: ImageValue | undefined): value is ArrayValue {
  return typeof value === 'object' && 'data' in value
}

/** Whether a value is pixels of a canvas. */
function isImageData(
  value: object,
): value is { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number } {
  const { data, width, height } = value as Readonly<Record<string, unknown>>
  return ArrayBuffer.isView(data) && isNumber(width) && isNumber(height)
}

/** The number of channels of pixels: that of the column, or 4 with an alpha channel that is left out; undefined for other sizes. */
function channelsOf({ shape: given, data }: ArrayValue, [height, width, channels]: Shape): number | undefined {
  const found = data.length / (height! * width!)
  const isSize = given.length < 2 || (given[0] === height && given[1] === width)
  return isSize && (found === channels || (found === 4 && channels === 3)) ? found : undefined
}
