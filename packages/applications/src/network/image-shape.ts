import { ConfigError, describeValue } from '@gradus/core'
import type { DataFormat } from '@gradus/layers'
import { formatShape, type SymbolicShape, SymbolicTensor } from '@gradus/tensor'

/** What the shape of the images of an application depends on. */
export interface ImageShapeOptions {
  readonly title: string
  readonly inputShape: SymbolicShape | undefined
  readonly inputTensor: SymbolicTensor | undefined
  readonly dataFormat: DataFormat
  /** The height and width of images if no shape is given. */
  readonly defaultSize: number
  /** The smallest height and width. */
  readonly minSize: number
  /** Whether height and width have to be known. */
  readonly needsSize: boolean
  /** Whether the images have to have the default size. */
  readonly hasFixedSize: boolean
  /** Whether the weights are those of the publisher. */
  readonly isPretrained: boolean
}

/** Returns the shape of one image. Throws `ConfigError` for a shape that the application cannot take. */
export function imageShape(options: ImageShapeOptions): SymbolicShape {
  const { title, inputShape, inputTensor, dataFormat, defaultSize, minSize, needsSize, hasFixedSize, isPretrained } =
    options
  if (inputTensor !== undefined) requireImages(title, inputTensor)
  const shapeOf = (side: number | null, channels: number) =>
    dataFormat === 'channelsFirst' ? [channels, side, side] : [side, side, channels]
  if (inputShape === undefined) return inputTensor?.shape.slice(1) ?? shapeOf(needsSize ? defaultSize : null, 3)
  const given = `${title}: 'inputShape' is ${formatShape(inputShape)}`
  const exact = shapeOf(defaultSize, 3)
  if (hasFixedSize && inputShape.some((d, i) => d !== exact[i]) && inputTensor === undefined) {
    throw new ConfigError(
      `${given}; the classifier with pretrained weights takes ${formatShape(exact)}. Leave the option out, or set includeTop: false.`,
    )
  }
  if (inputShape.length !== 3)
    throw new ConfigError(`${given}; expected the three sizes of an image, such as ${formatShape(exact)}.`)
  const [channels, ...sides] =
    dataFormat === 'channelsFirst' ? inputShape : [inputShape[2]!, inputShape[0]!, inputShape[1]!]
  if (typeof channels !== 'number') throw new ConfigError(`${given}; the number of channels must be known.`)
  if (isPretrained && channels !== 3)
    throw new ConfigError(`${given}; the pretrained weights are for images of 3 channels. Set weights: null.`)
  if (sides.some((side) => side != null && side < minSize))
    throw new ConfigError(`${given}; height and width must be at least ${minSize}.`)
  if (needsSize && sides.includes(null)) throw new ConfigError(`${given}; this model needs a height and a width.`)
  const differs = inputTensor?.shape
    .slice(1)
    .some((d, i) => d !== null && inputShape[i] !== null && d !== inputShape[i])
  if (differs) throw new ConfigError(`${given}, and 'inputTensor' has the shape ${formatShape(inputTensor!.shape)}.`)
  return inputShape
}

function requireImages(title: string, inputTensor: unknown): void {
  if (inputTensor instanceof SymbolicTensor && inputTensor.rank === 4) return
  const got = inputTensor instanceof SymbolicTensor ? formatShape(inputTensor.shape) : describeValue(inputTensor)
  throw new ConfigError(
    `${title}: 'inputTensor' must be a symbolic tensor of images, as input({ shape: [224, 224, 3] }) returns it, and is ${got}.`,
  )
}
