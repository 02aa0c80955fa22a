/** The colors of canvases, from the style sheet, for the light or the dark theme. */
export interface Palette {
  readonly low: string
  readonly high: string
  readonly ink: string
  readonly ground: string
  readonly faint: string
}

/** The red, green and blue of a color such as #0072b2, 0 to 255. */
export const channels = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
