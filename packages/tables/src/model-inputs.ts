import { DataError } from '@gradus/core'
import type { Shape } from '@gradus/tensor'
import type { Column } from './encode-column.ts'

/** An input of the model. */
export interface ModelInput {
  readonly name: string
  /** The shape of a sample. */
  readonly shape: Shape
  /** The columns that it holds. */
  readonly columns: readonly string[]
  /** The names of its numbers. */
  readonly labels: readonly string[]
}

/** The name of the input that all columns of numbers, categories, dates and texts form. */
const vectorInput = 'features'

/** The inputs of the model: those that columns share, and those of arrays and images. */
export function inputsOf(columns: readonly Column[]): ModelInput[] {
  const inputs = new Map<string, { shape: Shape; columns: string[]; labels: string[] }>()
  const shared = columns.filter(({ kind }) => !kind.shape)
  for (const column of [...shared, ...columns.filter(({ kind }) => kind.shape)]) {
    const { kind, name, state } = column
    const labels = kind.labels(name, state)
    const input = inputs.get(inputNameOf(column))
    if (input && (kind.shape || input.shape.length !== 1))
      throw new DataError(
        `The input '${inputNameOf(column)}' has several columns, of which '${name}' needs an input by itself.`,
      )
    if (kind.shape) inputs.set(inputNameOf(column), { shape: kind.shape(state), columns: [name], labels: [...labels] })
    else if (input) {
      for (const label of labels) input.labels.push(label)
      input.columns.push(name)
      input.shape = [input.labels.length]
    } else inputs.set(inputNameOf(column), { shape: [labels.length], columns: [name], labels: [...labels] })
  }
  return [...inputs].map(([name, input]) => ({ name, ...input }))
}

function inputNameOf({ input, kind, name }: Column): string {
  return input ?? (kind.shape ? name : vectorInput)
}
