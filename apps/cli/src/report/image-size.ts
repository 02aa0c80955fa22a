/** The size of an input that is an image. */
export interface ImageSize {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3 | 4
}

/** The largest height and width. */
const largest = 256

/**
 * The size of the image that an input of this shape is: of two axes, or of three with 1, 3 or 4 channels; also of a list of numbers to
 * which the model first gives such a shape.
 */
export function imageSizeOf(shape: readonly number[], model?: unknown): ImageSize | undefined {
  const { layers } = (model ?? {}) as { readonly layers?: unknown }
  const [first] = (Array.isArray(layers) ? layers : []) as {
    readonly layer?: unknown
    readonly targetShape?: unknown
  }[]
  const isReshaped = shape.length === 1 && first?.layer === 'Reshape' && Array.isArray(first.targetShape)
  const [height, width, channels = 1, ...others] = isReshaped ? (first.targetShape as unknown[]) : shape
  if (typeof height !== 'number' || typeof width !== 'number' || others.length > 0) return undefined
  if (channels !== 1 && channels !== 3 && channels !== 4) return undefined
  const isImage = height > 1 && width > 1 && height <= largest && width <= largest
  const fits = height * width * channels === shape.reduce((product, size) => product * size, 1)
  return isImage && fits ? { height, width, channels } : undefined
}
