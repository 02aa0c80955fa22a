import { DataError, type HostArray } from '@gradus/core'
import { type SymbolicShape, sizeOf } from '@gradus/tensor'

/** Throws `DataError` for a label outside 0 to 1. `name` is the name of the targets in messages. */
export function checkBinaryLabels({ data }: HostArray, name: string): void {
  const wrong = data.find((label: number) => label < 0 || label > 1)
  if (wrong === undefined) return
  throw new DataError(
    `${name} holds the label ${wrong}: binary crossentropy takes labels from 0 to 1. Use 0 and 1 for two classes, or a sparse categorical crossentropy for several.`,
  )
}

/** Throws `DataError` if the prediction has a single class along `axis`. */
export function checkSeveralClasses(prediction: SymbolicShape, axis: number, name: string): void {
  if (prediction.at(axis) !== 1) return
  throw new DataError(
    `The model has one class for ${name}, the probability of which is always 1. Give the last layer a unit for each class, or use a binary crossentropy.`,
  )
}

/** Throws `DataError` for the first label that is no class of the prediction; `advice` is the end of the message. */
export function checkClassNumbers(
  target: HostArray,
  prediction: SymbolicShape,
  name: string,
  { axis = -1, ignored, advice }: { axis?: number; ignored?: number | undefined; advice: string },
): void {
  const classes = prediction.at(axis) ?? Number.POSITIVE_INFINITY
  const index = target.data.findIndex((label: number) => !isClass(label, classes) && label !== ignored)
  if (index < 0) return
  const width = Math.max(1, sizeOf(target.shape.slice(1)))
  const position = width === 1 ? '' : ` (value ${index % width} of ${width})`
  const [known, range] = Number.isFinite(classes)
    ? [`, and the model has ${classes} classes`, ` to ${classes - 1}`]
    : ['', '']
  throw new DataError(
    `${name} holds the label ${target.data[index]} in sample ${Math.floor(index / width)}${position}${known}: ` +
      `labels are whole numbers from 0${range}. ${advice}`,
  )
}

function isClass(label: number, classes: number): boolean {
  return Number.isInteger(label) && label >= 0 && label < classes
}
