import { describeValue, FormatError, isPlainObject } from '@gradus/core'

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

/**
 * Returns the saved description of a table. Throws `FormatError` for one of another version, and for one that is damaged: its values
 * become code, so none may be of another type.
 */
export function tableOf(saved: Readonly<Record<string, unknown>>): Table {
  const { format, inputs, targets, missingTexts: texts } = saved
  if (format !== 1) {
    throw new FormatError(
      `The description of the table that was saved with the model has the format ${describeValue(format)}; expected 1. Update gradus, or train the model again.`,
    )
  }
  if (isListOf(inputs, isColumn) && isListOf(targets, isTarget) && isMissing(texts, isTexts)) {
    return saved as unknown as Table
  }
  throw new FormatError(
    'The description of the table that was saved with the model is damaged. Train the model again, or export with table: false (--no-table).',
  )
}

type Values = Readonly<Record<string, unknown>>

/** What the state of a column of each kind must be. Other kinds are refused where their code is written. */
const states: Readonly<Record<string, (state: Values) => boolean>> = {
  number: (state) => isScaled(state) && isFill(state),
  boolean: isFill,
  category: ({ categories, hasOther, marksMissing, fill }) =>
    isTexts(categories) && isBoolean(hasOther) && isBoolean(marksMissing) && isMissing(fill, isText),
  date: (state) =>
    isScaled(state) &&
    isFill(state) &&
    isTexts(state['cycles']) &&
    state['cycles'].every((cycle) => ['year', 'week', 'day'].includes(cycle)),
  text: ({ words, rarity }) => isTexts(words) && isListOf(rarity, isNumber) && rarity.length === words.length,
  array: (state) => isScaled(state) && isListOf(state['shape'], isNumber),
  image: ({ shape }) => isListOf(shape, isNumber),
}

function isColumn(value: unknown): boolean {
  if (!isPlainObject(value)) return false
  const { name, options, state, input } = value
  if (!isText(name) || !isMissing(input, isText) || !isPlainObject(options) || !isPlainObject(state)) return false
  const { kind, order, categories, missingTexts: texts } = options
  const areTexts = isMissing(categories, isTexts) && isMissing(texts, isTexts)
  if (!isText(kind) || !areTexts || !isMissing(order, (one) => ['ymd', 'dmy', 'mdy'].includes(one as string)))
    return false
  return Object.hasOwn(states, kind) ? states[kind]!(state) : true
}

function isTarget(value: unknown): boolean {
  if (!isPlainObject(value) || !isText(value['name'])) return false
  const { task, classes, names } = value
  if (task === 'regression') return isScaled(value)
  if (task !== 'classification' || !isTexts(classes) || classes.length < 2) return false
  return names === undefined || (isTexts(names) && names.length === classes.length)
}

function isScaled({ offset, span }: Values): boolean {
  return isNumber(offset) && isNumber(span) && span !== 0
}

function isFill({ fill, marksMissing }: Values): boolean {
  return isNumber(fill) && isBoolean(marksMissing)
}

function isMissing(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value)
}

function isListOf(value: unknown, check: (one: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.every(check)
}

function isTexts(value: unknown): value is readonly string[] {
  return isListOf(value, isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value)
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}
