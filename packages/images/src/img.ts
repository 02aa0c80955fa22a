/**
 * An image of whole numbers in memory, row by row from the top: gray (`channels` 1), RGB (3) or RGBA (4). Gray may have 16 bits. It has
 * the form of `ImageData` of browsers, whose `channels` are 4.
 */
export interface Img {
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array
  readonly width: number
  readonly height: number
  readonly channels?: number
}
