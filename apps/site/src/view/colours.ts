/** Colours of a canvas, read from the style sheet, so that they follow light and dark. */
export interface Palette {
  readonly low: string
  readonly high: string
  readonly ink: string
  readonly ground: string
  readonly faint: string
}

/** Red, green and blue of a colour such as #0072b2. */
export const channels = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
