import { ConfigError, describeValue, suggest } from '@gradus/core'
import { cast, formatShape, isFloat, ShapeError, Tensor, tensor } from '@gradus/tensor'
import { type BoxFormat, boxFormats, type ImageSize } from '../images/box-formats.ts'

/** Boxes `[n, 4]` or `[batch, n, 4]`, or nested arrays of that shape. */
export type BoxData = Tensor | readonly (readonly number[])[] | readonly (readonly (readonly number[])[])[]

/** The size of the image in pixels, which boxes relative to the image need. */
export interface SizeOptions {
  readonly height?: number
  readonly width?: number
}

/** Returns boxes as a tensor of floats. Throws `ShapeError` for arrays that do not end in four numbers. */
export function boxesOf(owner: string, boxes: BoxData): Tensor {
  const given = boxes instanceof Tensor ? boxes : tensor(boxes as number[][])
  if (given.rank < 2 || given.rank > 3 || given.shape.at(-1) !== 4) {
    throw new ShapeError(`${owner} takes boxes [n, 4] or [batch, n, 4], and was given ${formatShape(given.shape)}.`)
  }
  return isFloat(given.dtype) ? given : cast(given, 'float32')
}

/** Returns the size of the image; 1 x 1 where no format needs it. Throws `ConfigError` for unknown formats and where the size is missing. */
export function sizeFor(owner: string, formats: readonly unknown[], { height, width }: SizeOptions): ImageSize {
  for (const format of formats) {
    if (!boxFormats.includes(format as BoxFormat))
      throw new ConfigError(
        `${owner}: there is no format of boxes ${describeValue(format)}.${suggest(String(format), boxFormats)}`,
      )
  }
  const relative = formats.find((format) => String(format).startsWith('rel'))
  if (relative !== undefined && !(Number(height) > 0 && Number(width) > 0)) {
    throw new ConfigError(
      `${owner}: boxes in the format '${relative}' are parts of the image, so its size is needed, as in { height: 480, width: 640 }; it is ${describeValue(height)} and ${describeValue(width)}.`,
    )
  }
  return { height: height ?? 1, width: width ?? 1 }
}
