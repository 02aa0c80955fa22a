import { FormatError, isPlainObject } from '@gradus/core'

/** A column of a table with the model's encoding of it, as `@gradus/tables` saves it with the model. */
export interface TableColumn {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>> & { readonly kind: string }
  readonly state: Readonly<Record<string, unknown>>
  readonly input?: string
}

/** What a model predicts, as `@gradus/tables` saves it. */
export interface TableTarget {
  readonly name: string
  readonly task: 'regression' | 'classification'
  readonly offset?: number
  readonly span?: number
  readonly classes?: readonly string[]
  readonly names?: readonly string[]
  readonly fromLogits?: boolean
}

/** The part of the saved description of a table that is read here. */
export interface Table {
  readonly inputs: readonly TableColumn[]
  readonly targets: readonly TableTarget[]
  readonly missingTexts?: readonly string[]
}

/** The texts that mean a missing value where a table lists none. */
export const missingTexts: readonly string[] = [
  '',
  '?',
  'na',
  'n/a',
  '#n/a',
  '<na>',
  'nan',
  'null',
  'none',
  'nil',
  '-',
  '--',
]

/** Returns the saved description of a table. Throws `FormatError` for one of another version. */
export function tableOf(saved: Readonly<Record<string, unknown>>): Table {
  const { format, inputs, targets } = saved
  const isTable = format === 1 && [inputs, targets].every((list) => Array.isArray(list) && list.every(isPlainObject))
  if (isTable) return saved as unknown as Table
  throw new FormatError(
    `The description of the table that was saved with the model has the format ${String(format)}; expected 1. Update gradus, or train the model again.`,
  )
}
