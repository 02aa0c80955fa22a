import { decodeBytes } from '../formats/decode-bytes.ts'
import { type ColorMode, toColorMode } from '../pixels/color-mode.ts'
import { type Fit, frameOf } from '../pixels/frame.ts'
import type { DatasetInterpolation } from '../pixels/interpolations.ts'
import { resizeInto } from '../pixels/resized.ts'

/** What is done with each image of a data set. Data that can be sent to a thread. */
export interface Preparation {
  readonly colorMode: ColorMode
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly interpolation: DatasetInterpolation
  readonly fit: Fit
  readonly isChannelsFirst: boolean
  readonly maxPixels: number | undefined
  readonly decoder: 'auto' | 'javascript'
}

/** Decodes and resizes an image to numbers `[height, width, channels]`. Throws `ImageProblem`. */
export async function prepare(bytes: Uint8Array, preparation: Preparation): Promise<Float32Array<ArrayBuffer>> {
  const { colorMode, channels, height, width, interpolation, fit, isChannelsFirst } = preparation
  const pixels = toColorMode(await decodeBytes(bytes, preparation), colorMode)
  const result = new Float32Array(height * width * channels)
  resizeInto(result, 0, pixels, frameOf(pixels, { height, width }, fit), height, width, interpolation)
  return isChannelsFirst ? channelsFirst(result, channels) : result
}

function channelsFirst(values: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const pixels = values.length / channels
  const result = new Float32Array(values.length)
  for (let i = 0; i < pixels; i++)
    for (let channel = 0; channel < channels; channel++) result[channel * pixels + i] = values[i * channels + channel]!
  return result
}
