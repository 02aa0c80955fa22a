import type { Shape } from '@gradus/tensor'
import { type ArrayValue, mostNumbers, sizeOf } from './array.ts'
import type { ColumnKind, ColumnState } from './kind.ts'

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
 * decoded by @gradus/images, which is loaded for the first one.
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
  expected: () => 'the path of an image',
  read(cell) {
    if (typeof cell === 'string') return cell.trim() || undefined
    const isFile = typeof cell === 'object' && cell !== null && 'read' in cell && typeof cell.read === 'function'
    return isFile ? (cell as ImageValue) : undefined
  },
  learn: ({ imageSize = defaultSize }) => ({ add() {}, finish: () => ({ shape: [...imageSize] }) }),
  describe: ({ shape }) => `images of ${shape.join(' x ')}, 0 to 255 become 0 to 1`,
  labels: (name, { shape }) => [`${name} (${shape.join(' x ')})`],
  async load(value, { shape }, folder) {
    const { loadImg } = await import('@gradus/images/internals')
    const [height, width, channels] = shape as readonly [number, number, number]
    const colorMode = channels === 1 ? 'grayscale' : channels === 4 ? 'rgba' : 'rgb'
    const options = { colorMode, targetSize: [height, width], interpolation: 'bilinear' } as const
    const source = typeof value === 'string' ? within(folder, value) : 'read' in value ? await value.read() : undefined
    const { data } = await loadImg(source!, options)
    return { shape, data }
  },
  encode(value, _state, out, at) {
    if (typeof value !== 'object' || !('data' in value)) return
    const scale = value.data instanceof Uint16Array ? 65535 : 255
    for (let i = 0; i < value.data.length; i++) out[at + i] = value.data[i]! / scale
  },
  shape: ({ shape }) => shape,
}

/** The path of an image that is named in a table. */
function within(folder: string, path: string): string {
  const isAbsolute = /^([/\\]|[a-z]:[/\\]|https?:|file:)/i.test(path)
  return folder === '' || isAbsolute ? path : `${folder}/${path}`
}
