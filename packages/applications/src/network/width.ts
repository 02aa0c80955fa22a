import type { ApplicationConfig } from '../options.ts'
import { shapeOf } from './application.ts'

/** A number of channels that `divisor` divides, and that is at most a tenth below `value`. */
export function divisible(value: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor)
  return rounded < 0.9 * value ? rounded + divisor : rounded
}

/** A number in Python's form: 1 is `1.0`. */
export function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}

/** The size of the images of an application with weights for several sizes. */
export interface PublishedSize {
  /** The height and width if no shape is given. */
  readonly defaultSize: number
  /** The height; null if it varies. With published weights it is the size for which they were trained. */
  readonly rows: number | null
}

/** Returns the size of images for which there are weights, or of the given images. `sizes` are those with weights. */
export function publishedSize(title: string, config: ApplicationConfig, sizes: readonly number[]): PublishedSize {
  const { weights = 'imagenet', inputShape, inputTensor, dataFormat } = config
  const sides = (shape: readonly (number | null)[] = []) => (dataFormat === 'channelsFirst' ? shape.slice(1) : shape)
  const known = (shape: readonly (number | null)[] | undefined) => {
    const [height, width] = sides(shape)
    return typeof height === 'number' && height === width && sizes.includes(height) ? height : undefined
  }
  const defaultSize = known(inputShape ?? inputTensor?.shape?.slice(1)) ?? 224
  const shape = shapeOf(config, { title, defaultSize })
  const rows = weights === 'imagenet' ? (known(shape) ?? 224) : (sides(shape)[0] ?? null)
  return { defaultSize, rows }
}
