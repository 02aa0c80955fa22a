import type { Sample } from './generators.ts'
import { normal } from './random.ts'

/** Digits are squares of pixels with this side. */
export const side = 8
/** Pixels go from 0 to this. */
export const brightest = 16

let loaded: Promise<readonly Sample[]> | undefined

/** Handwritten digits: 64 pixels row by row, 0 to 16, then the digit. Loaded when they are first asked for. */
export function loadDigits(): Promise<readonly Sample[]> {
  loaded ??= import('./digits.txt?raw').then(
    ({ default: text }) => text.trimEnd().split('\n').map(parseDigit),
    (cause) => {
      loaded = undefined
      throw new Error('The digits could not be loaded. Check the connection and choose them again.', { cause })
    },
  )
  return loaded
}

/** A digit with pixels moved at random, still whole numbers. */
export function noisyDigit(digit: Sample, random: () => number, noise: number): Sample {
  if (noise === 0) return digit
  const moved = (pixel: number) => Math.round(pixel + 0.5 * brightest * noise * normal(random))
  return [...digit.slice(0, -1).map((pixel) => Math.min(brightest, Math.max(0, moved(pixel)))), digit.at(-1)!]
}

// One sign per pixel, to the base 17, and the digit.
function parseDigit(line: string): Sample {
  return Array.from(line, (sign) => Number.parseInt(sign, brightest + 1))
}
