import { type Cell, columnMissingTest } from './cell.ts'
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
      readonly missingTexts?: readonly string[]
      /** Whether the outputs are logits: probabilities before softmax or sigmoid. */
      readonly fromLogits?: boolean
    }

/** Returns a function that tells whether a cell of a target has no value. A class such as `none` is a value. */
export function targetMissing(target: Target, texts: readonly string[] | undefined): (cell: Cell) => boolean {
  return columnMissingTest(texts, target.missingTexts, target.task === 'classification' ? target.classes : [])
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

/** Returns the prediction that `width` outputs from `at` are. */
export function decodeTarget(target: Target, outputs: ArrayLike<number>, at: number, width: number): Prediction {
  if (target.task === 'regression') return { value: outputs[at]! * target.span + target.offset }
  const { classes, fromLogits } = target
  const names = target.names ?? classes
  const values = probabilities(
    Array.from({ length: Math.min(width, classes.length) }, (_, index) => outputs[at + index]!),
    fromLogits === true,
  )
  const best = values.indexOf(Math.max(...values))
  return {
    value: names[best] ?? names[0]!,
    probabilities: Object.fromEntries(names.map((name, index) => [name, values[index]!])),
  }
}

/** The probability of each class. A single output is that of the second of two classes. */
function probabilities(outputs: readonly number[], fromLogits: boolean): readonly number[] {
  if (outputs.length === 1) {
    const second = fromLogits ? 1 / (1 + Math.exp(-outputs[0]!)) : outputs[0]!
    return [1 - second, second]
  }
  if (!fromLogits) return outputs
  const largest = Math.max(...outputs)
  const powers = outputs.map((output) => Math.exp(output - largest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}
