import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadImg } from './load-img.ts'
import { type Fit, frameOf } from './pixels/frame.ts'
import type { DatasetInterpolation } from './pixels/interpolations.ts'
import { resizeInto } from './pixels/resized.ts'

interface Recorded {
  readonly loaded: readonly {
    readonly name: string
    readonly file: string
    readonly options: object
    readonly shape: readonly number[]
    readonly data: readonly number[]
  }[]
  readonly resized: {
    readonly image: string
    readonly cases: readonly { interpolation: DatasetInterpolation; fit: Fit; data: readonly number[] }[]
  }
}

const recorded: Recorded = JSON.parse(readFileSync(new URL('./recorded/images.json', import.meta.url), 'utf8'))

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'))

/** Decoders of JPEG round differently; the one for print colors is the same for both. */
const tolerance = (name: string, decoder: string) =>
  name.startsWith('jpeg') && (decoder === 'javascript' || name.includes('print')) ? 3 : 0

describe.each(['javascript', 'auto'] as const)('loadImg with the decoder %s has the values of Keras', (decoder) => {
  it.each(recorded.loaded)('$name', async ({ name, file, options, shape, data }) => {
    const image = await loadImg(bytesOf(file), { ...options, decoder })
    expect([image.height, image.width, image.channels]).toEqual(shape)
    const differences = data.map((value, i) => Math.abs(value - image.data[i]!))
    expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance(name, decoder))
  })
})

describe('the resizing of data sets has the values of Keras', () => {
  it.each(recorded.resized.cases)('$interpolation, $fit', async ({ interpolation, fit, data }) => {
    const { width, height, data: pixels } = await loadImg(bytesOf(recorded.resized.image))
    const image = { width, height, channels: 3, data: pixels as Uint8Array }
    const result = new Float32Array(4 * 4 * 3)
    resizeInto(result, 0, image, frameOf(image, { height: 4, width: 4 }, fit), 4, 4, interpolation)
    expect(Math.max(...data.map((value, i) => Math.abs(value - result[i]!)))).toBeLessThan(2e-3)
  })
})
