import { ConfigError } from '@gradus/core'
import { expandColumns } from './column-range.ts'
import type { ColumnOptions } from './kinds/kind.ts'

/** How an input column is read: its kind, its options, or null for what its values say. */
export type ColumnChoice = string | Partial<ColumnOptions> | null

/**
 * The columns from which a model predicts: names and ranges such as `p0..p63`; or by name what is known of each. A list of names
 * under a name forms an input of the model with that name: `{ left: ['a', 'b'], right: ['p0..p63'] }`.
 */
export type InputChoices = readonly string[] | Readonly<Record<string, ColumnChoice | readonly string[]>>

/** A column that is an input, as the options say it. */
export interface ChosenInput {
  readonly name: string
  readonly choice: ColumnChoice
  /** The input of the model that has the column. */
  readonly input?: string
}

/** Returns the columns that are inputs, in order. Throws `ConfigError` for names that are not there, and for a column that is named twice. */
export function chosenInputs(inputs: InputChoices, columns: readonly string[]): ChosenInput[] {
  const found = Array.isArray(inputs)
    ? expandColumns(inputs as readonly string[], columns, 'inputs').map((name): ChosenInput => ({ name, choice: null }))
    : Object.entries(inputs as Exclude<InputChoices, readonly string[]>).flatMap(([key, choice]): ChosenInput[] =>
        isList(choice)
          ? expandColumns(choice, columns, `inputs.${key}`).map((name) => ({ name, choice: null, input: key }))
          : expandColumns([key], columns, 'inputs').map((name) => ({ name, choice })),
      )
  const seen = new Set<string>()
  for (const { name } of found) {
    if (seen.has(name)) throw new ConfigError(`inputs: the column '${name}' is named twice.`)
    seen.add(name)
  }
  return found
}

function isList(choice: unknown): choice is readonly string[] {
  return Array.isArray(choice)
}
