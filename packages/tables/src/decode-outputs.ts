import { DataError } from '@gradus/core'
import type { Shape } from '@gradus/tensor'
import { decodeTarget, type Prediction, type Target, unitsOf } from './target.ts'

/** An output of a model for some rows. */
export interface OutputArray {
  readonly data: ArrayLike<number>
  readonly shape: Shape
}

/** Returns the predictions that outputs of a model are, by target, for each row. Throws `DataError` for other numbers than the targets need. */
export function decodeOutputs(
  targets: readonly Target[],
  outputs: readonly OutputArray[],
): Readonly<Record<string, Prediction>>[] {
  const count = outputs[0]!.shape[0] ?? 0
  const isShared = outputs.length !== targets.length
  requireOutputs(targets, outputs, count)
  return Array.from({ length: count }, (_, row) => {
    let shared = 0
    return Object.fromEntries(
      targets.map((target, index) => {
        const output = outputs[isShared ? 0 : index]!
        const width = output.data.length / count
        const own = isShared ? unitsOf(target) : width
        const at = row * width + shared
        if (isShared) shared += own
        return [target.name, decodeTarget(target, output.data, at, own)]
      }),
    )
  })
}

function requireOutputs(targets: readonly Target[], outputs: readonly OutputArray[], count: number): void {
  const units = targets.map(unitsOf)
  const found = outputs.map(({ data }) => data.length / Math.max(1, count))
  const fits =
    outputs.length === targets.length
      ? // two classes may have an output each, and a model may know more classes
        found.every((width, index) => width === units[index] || (isClasses(targets[index]!) && width > units[index]!))
      : outputs.length === 1 && found[0] === units.reduce((sum, width) => sum + width, 0)
  if (fits || count === 0) return
  throw new DataError(
    `The model has outputs of ${found.join(' and ')} numbers for a row, and its targets (${targets.map(({ name }) => name).join(', ')}) need ${units.join(' and ')}.`,
  )
}

function isClasses({ task }: Target): boolean {
  return task === 'classification'
}
