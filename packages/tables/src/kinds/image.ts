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

/** The size of images that is used if `imageSize` is not given. */
const defaultSize = [64, 64, 3] as const

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
  learn: ({ imageSize = defaultSize }) => ({ add() {}, finish: () => ({ shape: [...imageSize] }) }),
  describe: ({ shape }) => `images of ${shape.join(' x ')}, 0 to 255 become 0 to 1`,
  labels: (name, { shape }) => [`${name} (${shape.join(' x ')})`],
  misfit: (value, { shape }) =>
    isPixels(value) && channelsOf(value, shape) === undefined
      ? `an image of the shape [${shape.join(', ')}], of which the pixels are ${sizeOf(shape)} numbers`
      : undefined,
  async load(value, { shape }, folder) {
    if (isPixels(value)) return value
    const { loadImg } = await import('@gradus/images/internals')
    const [height, width, channels] = shape as readonly [number, number, number]
    const colorMode = channels === 1 ? 'grayscale' : channels === 4 ? 'rgba' : 'rgb'
    const options = { colorMode, targetSize: [height, width], interpolation: 'bilinear' } as const
    const source = typeof value === 'string' ? within(folder, value) : 'read' in value ? await value.read() : undefined
    const { data } = await loadImg(source!, options)
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
