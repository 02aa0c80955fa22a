import type { Sample } from './generators.ts'
import { normal } from './random.ts'

/** The width and height of a digit, in pixels. */
export const side = 8
/** The largest value of a pixel; the smallest is 0. */
export const brightest = 16

let loaded: Promise<readonly Sample[]> | undefined

/** Loads the handwritten digits: 64 pixels row by row, 0 to 16, then the digit. Rejects if they cannot be loaded. */
export function loadDigits(): Promise<readonly Sample[]> {
  loaded ??= import('./digits.txt?raw').then(
    ({ default: text }) => text.trimEnd().split('\n').map(parseDigit),
    (cause) => {
      loaded = undefined
      throw new Error('The digits could not be loaded. Check the connection and choose the data set again.', { cause })
    },
  )
  return loaded
}

/** A digit with normally distributed noise added to its pixels, which stay whole numbers. */
export function noisyDigit(digit: Sample, random: () => number, noise: number): Sample {
  if (noise === 0) return digit
  const moved = (pixel: number) => Math.round(pixel + 0.5 * brightest * noise * normal(random))
  return [...digit.slice(0, -1).map((pixel) => Math.min(brightest, Math.max(0, moved(pixel)))), digit.at(-1)!]
}

// A line has one character per pixel, a number to the base 17, and then the digit.
function parseDigit(line: string): Sample {
  return Array.from(line, (character) => Number.parseInt(character, brightest + 1))
}
