import jpeg from 'jpeg-js'
import { ImageProblem } from './image-problem.ts'
import { fullSize } from './jpeg-chroma.ts'
import { type JpegHeader, readJpegHeader, withoutSegment } from './jpeg-header.ts'
import type { Pixels } from './pixels.ts'

/** The most memory that the decoder may use, in MiB. */
const maxMemory = 1000

/**
 * Decodes a JPEG file: gray or RGB. Colors of fewer samples are interpolated as by libjpeg, with which Keras decodes; values differ from
 * it by rounding. Throws `ImageProblem` for damaged files and for more than `maxPixels`.
 */
export function decodeJpeg(bytes: Uint8Array, maxPixels: number): Pixels {
  const header = readJpegHeader(bytes, maxPixels)
  const { width, height, components, adobe } = header
  const isColor = components.length === 3
  // the decoder converts colors itself if this segment is there
  const plain = isColor && adobe ? withoutSegment(bytes, adobe) : bytes
  const data = decoded(plain, !isColor && undefined)
  if (data.length < width * height * 3) throw new ImageProblem('is damaged: it has fewer pixels than its header states')
  if (components.length === 1) return { data: everyThird(data, width * height), width, height, channels: 1 }
  if (isColor) {
    const planes = components.map((component, index) => fullSize(data, index, component, header))
    return { data: isYcc(header) ? rgb(planes) : interleaved(planes), width, height, channels: 3 }
  }
  return { data, width, height, channels: 3 }
}

function decoded(bytes: Uint8Array, colorTransform: false | undefined): Uint8Array {
  const options = {
    useTArray: true,
    formatAsRGBA: false,
    maxResolutionInMP: 1e4,
    maxMemoryUsageInMB: maxMemory,
  } as const
  try {
    return jpeg.decode(bytes, colorTransform === undefined ? options : { ...options, colorTransform }).data
  } catch (cause) {
    // the decoder meets wrong data with errors of the engine, too
    const isOwn = cause instanceof Error && !(cause instanceof TypeError || cause instanceof RangeError)
    const message = isOwn ? cause.message : 'its compressed pixels are wrong'
    if (/maxMemoryUsage/.test(message))
      throw new ImageProblem(`needs more than ${maxMemory} MiB to decode. Install the package sharp, which needs less`)
    throw new ImageProblem(`is damaged: ${message.slice(0, 200)}`, { cause })
  }
}

/** Whether three components are Y, Cb and Cr, by the rules of libjpeg. */
function isYcc({ isJfif, adobe, components }: JpegHeader): boolean {
  if (isJfif) return true
  if (adobe) return adobe.transform !== 0
  return String.fromCharCode(...components.map(({ id }) => id)) !== 'RGB'
}

function everyThird(data: Uint8Array, count: number): Uint8Array {
  const result = new Uint8Array(count)
  for (let i = 0; i < count; i++) result[i] = data[3 * i]!
  return result
}

function interleaved(planes: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(planes[0]!.length * 3)
  planes.forEach((plane, channel) => {
    for (let i = 0; i < plane.length; i++) result[3 * i + channel] = plane[i]!
  })
  return result
}

/** Converts Y, Cb and Cr to RGB in whole numbers of 1 / 65536. Source: JFIF 1.02, section "Conversion to and from RGB". */
function rgb(planes: readonly Uint8Array[]): Uint8Array {
  const [ys, cbs, crs] = planes as [Uint8Array, Uint8Array, Uint8Array]
  const result = new Uint8ClampedArray(ys.length * 3)
  for (let i = 0; i < ys.length; i++) {
    const [y, cb, cr] = [ys[i]!, cbs[i]! - 128, crs[i]! - 128]
    result[3 * i] = y + ((91881 * cr + 32768) >> 16)
    result[3 * i + 1] = y + ((-22554 * cb - 46802 * cr + 32768) >> 16)
    result[3 * i + 2] = y + ((116130 * cb + 32768) >> 16)
  }
  return new Uint8Array(result.buffer)
}
