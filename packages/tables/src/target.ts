import type { Cell } from './cell.ts'
import { categoryText, indexOf } from './kinds/category.ts'

/** A column that the model predicts, with what is needed to read it and to write predictions. JSON-compatible. */
export type Target =
  /** A number; the model predicts `(value - offset) / span`. */
  | {
      readonly name: string
      readonly task: 'regression'
      /** How the number is written. */
      readonly decimal?: '.' | ','
      readonly missingTexts?: readonly string[]
      readonly offset: number
      readonly span: number
    }
  /** One of several classes. The model predicts a probability for each; of two classes that of the second. */
  | {
      readonly name: string
      readonly task: 'classification'
      /** The texts of the cells, in the order of the outputs. */
      readonly classes: readonly string[]
      /** The names of the classes, where the cells have numbers for them. */
      readonly names?: readonly string[]
    }

/** The number of outputs of the model for a target. */
export function unitsOf(target: Target): number {
  return target.task === 'regression' || target.classes.length === 2 ? 1 : target.classes.length
}

/** The class of a cell: its position in the list of the target; -1 for a class that was not there in training. */
export function classOf(cell: Cell, classes: readonly string[]): number {
  return indexOf(classes, categoryText(cell))
}

/** A prediction for a row. */
export interface Prediction {
  /** The predicted value: a number, or the name of a class. */
  readonly value: number | string
  /** Of classes: the probability of each. */
  readonly probabilities?: Readonly<Record<string, number>>
}

/** Returns the prediction that `outputs` from `at` are. */
export function decodeTarget(target: Target, outputs: ArrayLike<number>, at: number): Prediction {
  if (target.task === 'regression') return { value: outputs[at]! * target.span + target.offset }
  const { classes } = target
  const names = target.names ?? classes
  const values =
    classes.length === 2 ? [1 - outputs[at]!, outputs[at]!] : Array.from(classes, (_, index) => outputs[at + index]!)
  const best = values.indexOf(Math.max(...values))
  return {
    value: names[best] ?? names[0]!,
    probabilities: Object.fromEntries(names.map((name, index) => [name, values[index]!])),
  }
}
