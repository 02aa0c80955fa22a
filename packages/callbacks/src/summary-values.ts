import { joinBytes, type WeightValue } from '@gradus/core'
import type { PngPixels } from '@gradus/core/files'
import { encodePng } from './png.ts'
import { bytesField, bytesOfDoubles, bytesOfFloat, wholeField } from './protobuf.ts'

// Messages `Summary.Value` (tensorboard/compat/proto/summary.proto), as the functions of `tf.summary` write them.

/** The numbers of dtypes in `TensorProto`. */
const types = { float: 1, double: 2, string: 7 } as const
type Plugin = 'scalars' | 'histograms' | 'images'

function summaryValue(tag: string, plugin: Plugin, tensor: Uint8Array): Uint8Array {
  const metadata = bytesField(1, bytesField(1, plugin))
  return joinBytes([bytesField(1, tag), bytesField(8, tensor), bytesField(9, metadata)])
}

function tensorProto(type: keyof typeof types, shape: readonly number[], content: readonly Uint8Array[]): Uint8Array {
  const sizes = shape.map((size) => bytesField(2, wholeField(1, size)))
  const values = type === 'string' ? content.map((bytes) => bytesField(8, bytes)) : [bytesField(4, ...content)]
  return joinBytes([wholeField(1, types[type]), bytesField(2, ...sizes), ...values])
}

/** A number. */
export function scalarValue(tag: string, value: number): Uint8Array {
  return summaryValue(tag, 'scalars', tensorProto('float', [], [bytesOfFloat(value)]))
}

const buckets = 30

/**
 * The distribution of numbers: the edges and counts of 30 buckets of equal width from the smallest to the largest number. If all
 * are equal, the last bucket has them. Numbers that are not finite are left out.
 */
export function histogramValue(tag: string, data: Iterable<number>): Uint8Array {
  const values = [...data].filter(Number.isFinite)
  let [low, high] = values.length > 0 ? [values[0]!, values[0]!] : [0, 0]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const width = (high - low) / buckets
  const counts = new Array<number>(buckets).fill(0)
  for (const value of values) {
    const index = width > 0 ? Math.floor((value - low) / width) : buckets
    counts[Math.min(index, buckets - 1)]! += 1
  }
  const edge = (index: number) => (index === buckets ? high : low + index * width)
  const rows = counts.flatMap((count, index) => [edge(index), edge(index + 1), count])
  return summaryValue(tag, 'histograms', tensorProto('double', [buckets, 3], [bytesOfDoubles(rows)]))
}

/** The most images of one weight. */
const mostImages = 3

/**
 * A weight as images: values from 0 to 1 become gray from black to white, and others the nearest. Axes of size 1 are left out. A
 * vector is one column; a matrix is one image, at least as wide as high; of three axes the last are images; four axes are images if
 * the last are 1, 3 or 4 channels. At most 3 images. Undefined for other weights.
 */
export async function weightImageValue(tag: string, weight: WeightValue): Promise<Uint8Array | undefined> {
  const images = imagesOf(weight)
  const [first] = images
  if (!first) return undefined
  const text = new TextEncoder()
  const sizes = [first.width, first.height].map((size) => text.encode(String(size)))
  const encoded = await Promise.all(images.map(encodePng))
  return summaryValue(tag, 'images', tensorProto('string', [2 + images.length], [...sizes, ...encoded]))
}

function imagesOf({ shape: given, dtype, data }: WeightValue): PngPixels[] {
  const shape = given.filter((size) => size !== 1)
  if (!dtype.startsWith('float') || data.length === 0) return []
  const [a = 0, b = 0, c = 0, d = 0] = shape
  const pixel = (index: number) => Math.min(255, Math.max(0, Math.trunc(data[index]! * 255.5)))
  const make = (width: number, height: number, channels: 1 | 3 | 4, at: (i: number) => number): PngPixels => ({
    width,
    height,
    channels,
    data: Uint8Array.from({ length: width * height * channels }, (_, i) => pixel(at(i))),
  })
  switch (shape.length) {
    case 1:
      return [make(1, a, 1, (i) => i)]
    case 2:
      if (a <= b) return [make(b, a, 1, (i) => i)]
      return [make(a, b, 1, (i) => (i % a) * b + Math.floor(i / a))]
    case 3:
      return Array.from({ length: Math.min(c, mostImages) }, (_, k) => make(b, a, 1, (i) => i * c + k))
    case 4:
      if (d !== 3 && d !== 4) return []
      return Array.from({ length: Math.min(a, mostImages) }, (_, k) => make(c, b, d, (i) => k * b * c * d + i))
    default:
      return []
  }
}
