/** Says why an image cannot be read. The message is the end of a sentence that begins with the name of the image. */
export class ImageProblem extends Error {
  override name = 'ImageProblem'
}

/** The most pixels that an image may have by default, 8192 x 8192. */
export const defaultMaxPixels = 2 ** 26

/** Throws `ImageProblem` for a size of 0 and for more pixels than `maxPixels`. */
export function requireSize(width: number, height: number, maxPixels: number): void {
  if (!(width > 0 && height > 0)) throw new ImageProblem(`has the size ${width} x ${height} in its header`)
  if (width * height <= maxPixels) return
  throw new ImageProblem(
    `has ${width} x ${height} pixels by its header, which is more than ${maxPixels}. If that is right, raise 'maxPixels'`,
  )
}
