import type { Resolved } from '../config/resolve-config.ts'
import { shortNumber } from '../text/numbers.ts'
import type { Examination } from './examine.ts'

/** A sample with its prediction. */
export interface Example {
  /** The number of the sample in its file, from 1. */
  readonly row: number
  readonly loss: number
  readonly truth: string
  readonly prediction: string
  /** The inputs of the model. */
  readonly inputs: ArrayLike<number>
}

/** The samples with the highest losses. */
export function worstExamples(examination: Examination, limit = 20): Example[] {
  const { samples, losses, classes, outputs, predictions, unscaled } = examination
  if (!losses) return []
  const order = losses.map((loss, index) => ({ loss, index })).filter(({ loss }) => !Number.isNaN(loss))
  order.sort((a, b) => b.loss - a.loss || a.index - b.index)
  const [width, targets] = [samples.x.data.length / samples.count, samples.y.data.length / samples.count]
  const list = (values: ArrayLike<number>) => {
    const shown = Array.from(values)
      .slice(0, 6)
      .map((value) => shortNumber(unscaled(value)))
      .join(', ')
    return values.length > 6 ? `${shown}, ...` : shown
  }
  return order.slice(0, limit).map(({ loss, index }) => ({
    row: index + 1,
    loss,
    truth: classes
      ? (classes.names[classes.truth[index]!] ?? String(classes.truth[index]))
      : list(samples.y.data.subarray(index * targets, (index + 1) * targets)),
    prediction: classes
      ? `${classes.names[classes.predicted[index]!]} (${(100 * classes.confidence[index]!).toFixed(1)} %)`
      : list(Array.from({ length: outputs }, (_, output) => predictions[index * outputs + output]!)),
    inputs: samples.x.data.subarray(index * width, (index + 1) * width),
  }))
}

/** The size of the image that the inputs are, where the model begins by giving them the shape of one with a channel. */
export function imageSize({ model }: Resolved, inputs: number): readonly [height: number, width: number] | undefined {
  const [first] = model.layers as readonly { readonly layer?: unknown; readonly targetShape?: unknown }[]
  const shape = first?.layer === 'Reshape' && Array.isArray(first.targetShape) ? (first.targetShape as unknown[]) : []
  const [height, width, channels = 1] = shape
  if (typeof height !== 'number' || typeof width !== 'number' || channels !== 1 || shape.length > 3) return undefined
  const isImage = height > 1 && width > 1 && height * width === inputs
  return isImage && height <= 256 && width <= 256 ? [height, width] : undefined
}
