/**
 * A decoded image, row by row from the top, with `channels` values for each pixel: gray, gray and alpha, RGB, or RGBA. Only gray
 * has 16 bits.
 */
export interface Pixels {
  readonly data: Uint8Array | Uint16Array
  readonly width: number
  readonly height: number
  readonly channels: number
}
