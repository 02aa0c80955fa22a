import { ImageProblem } from './image-problem.ts'
import type { Pixels } from './pixels.ts'
import { inflateTo } from './platform-inflate.ts'
import { type PngChunks, pngChannels, readPngChunks } from './png-chunks.ts'
import { unfilter } from './png-filters.ts'

/** The part of an image that a pass holds: the first pixel and the distances between pixels. */
type Pass = readonly [left: number, top: number, across: number, down: number]

const adam7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
]

/** Decodes a PNG file. Throws `ImageProblem` for damaged files and for more than `maxPixels`. Source: PNG, third edition (2023). */
export function decodePng(bytes: Uint8Array, maxPixels: number): Pixels {
  const png = readPngChunks(bytes, maxPixels)
  const { width, height, depth, colorType } = png
  const channels = pngChannels[colorType]!
  const bits = depth * channels
  const passes = (png.interlaced ? adam7 : ([[0, 0, 1, 1]] as const)).map(([left, top, across, down]) => {
    const columns = Math.ceil(Math.max(0, width - left) / across)
    const rows = columns === 0 ? 0 : Math.ceil(Math.max(0, height - top) / down)
    return { left, top, across, down, columns, rows, rowBytes: Math.ceil((columns * bits) / 8) }
  })
  const length = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (rowBytes + 1), 0)
  const raw = inflateTo(length, png.data)
  const samples = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * channels)
  let at = 0
  for (const { left, top, across, down, columns, rows, rowBytes } of passes) {
    if (rows === 0) continue
    unfilter(raw, at, rows, rowBytes, Math.max(1, bits >> 3))
    for (let row = 0; row < rows; row++) {
      const start = at + row * (rowBytes + 1) + 1
      const target = ((top + row * down) * width + left) * channels
      readRow(raw.subarray(start, start + rowBytes), depth, columns, channels, samples, target, across * channels)
    }
    at += rows * (rowBytes + 1)
  }
  return { width, height, ...withColors(samples, png, channels) }
}

/** Copies the samples of a row to their pixels, `step` samples from one another. */
function readRow(
  row: Uint8Array,
  depth: number,
  columns: number,
  channels: number,
  samples: Uint8Array | Uint16Array,
  target: number,
  step: number,
): void {
  if (depth === 8 && step === channels) {
    samples.set(row, target)
    return
  }
  for (let column = 0; column < columns; column++) {
    for (let channel = 0; channel < channels; channel++) {
      const index = column * channels + channel
      samples[target + column * step + channel] = sampleOf(row, index, depth)
    }
  }
}

function sampleOf(row: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return row[index]!
  if (depth === 16) return (row[2 * index]! << 8) | row[2 * index + 1]!
  const bit = index * depth
  return (row[bit >> 3]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
}

/** Looks up the colors of a palette and adds the alpha of a transparent color. Colors get 8 bits. */
function withColors(
  samples: Uint8Array | Uint16Array,
  { palette, transparency, depth, colorType }: PngChunks,
  channels: number,
): Pick<Pixels, 'data' | 'channels'> {
  if (colorType === 3) return fromPalette(samples, palette!, transparency)
  const scale = depth < 8 ? 255 / (2 ** depth - 1) : 1
  if (transparency === undefined || channels % 2 === 0) {
    if (depth === 16 && channels > 1) return { data: highBytes(samples), channels }
    return { data: scale === 1 ? samples : samples.map((value) => value * scale), channels }
  }
  if (transparency.length < 2 * channels) throw new ImageProblem('has a chunk tRNS that is too short')
  // in a gray image of 16 bits the alpha is left out, because it has 8 bits
  if (depth === 16 && channels === 1) return { data: samples, channels }
  const key = Array.from({ length: channels }, (_, i) => (transparency[2 * i]! << 8) | transparency[2 * i + 1]!)
  const pixels = samples.length / channels
  const data = new Uint8Array(pixels * (channels + 1))
  for (let pixel = 0; pixel < pixels; pixel++) {
    let isKey = true
    for (let channel = 0; channel < channels; channel++) {
      const value = samples[pixel * channels + channel]!
      isKey &&= value === key[channel]
      data[pixel * (channels + 1) + channel] = depth === 16 ? value >> 8 : value * scale
    }
    data[pixel * (channels + 1) + channels] = isKey ? 0 : 255
  }
  return { data, channels: channels + 1 }
}

function highBytes(samples: Uint8Array | Uint16Array): Uint8Array {
  return Uint8Array.from(samples, (value) => value >> 8)
}

function fromPalette(
  indices: Uint8Array | Uint16Array,
  palette: Uint8Array,
  alpha: Uint8Array | undefined,
): Pick<Pixels, 'data' | 'channels'> {
  const channels = alpha ? 4 : 3
  const data = new Uint8Array(indices.length * channels)
  for (let i = 0; i < indices.length; i++) {
    const color = indices[i]!
    // colors behind the end of the palette are black
    for (let channel = 0; channel < 3; channel++) data[i * channels + channel] = palette[color * 3 + channel] ?? 0
    if (alpha) data[i * 4 + 3] = alpha[color] ?? 255
  }
  return { data, channels }
}
