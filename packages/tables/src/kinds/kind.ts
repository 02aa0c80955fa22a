import type { NumberArray, Shape } from '@gradus/tensor'
import type { Cell } from '../cell.ts'
import type { ColumnProfile } from '../column-profile.ts'

/** How the numbers of a column are scaled: `standard` to mean 0 and deviation 1, `range` from 0 to 1, `none`, or the two values that become 0 and 1. */
export type Scale = 'standard' | 'range' | 'none' | readonly [low: number, high: number]

/** What becomes of a missing value: an error, a row that is left out, or a value in its place. */
export type Missing = 'refuse' | 'drop' | 'mean' | 'median' | 'category' | { readonly constant: number | string }

/** What is known of a column before its values are read. JSON-compatible. */
export interface ColumnOptions {
  readonly kind: string
  /** Of numbers and dates. */
  readonly scale?: Scale
  readonly missing?: Missing
  /** Of numbers in texts: the decimal mark (default `.`). */
  readonly decimal?: '.' | ','
  /** Further texts that mean a missing value in this column. */
  readonly missingTexts?: readonly string[]
  /** Of categories: their names, in order. By default those that occur. */
  readonly categories?: readonly string[]
  /** Of categories and texts: the largest number of names or words that are kept. */
  readonly maxSize?: number
  /** Of dates in texts: the order of the parts. */
  readonly order?: 'ymd' | 'dmy' | 'mdy'
  /** Of images: the size in pixels and the channels. */
  readonly imageSize?: readonly [height: number, width: number, channels: number]
}

/** What was learned from the values of a column. JSON-compatible; it is saved with the model. */
export type ColumnState = Readonly<Record<string, unknown>>

/** Whether a value is a finite number. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Whether a value is a list of texts. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

/** Whether a state scales numbers: `offset`, and `span`, which is not 0. */
export function isScaled({ offset, span }: ColumnState): boolean {
  return isNumber(offset) && isNumber(span) && span !== 0
}

/** The text of `number * span + offset`, without the digits that the rounding of `number` to 32 bits made. */
export function unscaledText(
  number: number,
  { offset, span }: { readonly offset: number; readonly span: number },
): string {
  const value = number * span + offset
  const error = 1.2e-7 * Math.max(Math.abs(number * span), Math.abs(value))
  if (error === 0 || !Number.isFinite(error)) return String(value)
  const step = 10 ** Math.ceil(Math.log10(error))
  return String(Number((Math.round(value / step) * step).toPrecision(12)))
}

/** A number for people: with up to 4 digits. */
function shortNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(4)))
}

/** Says which values become 0 and 1. */
export function describeScale(state: ColumnState, { scale = 'standard' }: Pick<ColumnOptions, 'scale'>): string {
  const [offset, span] = [state.offset as number, state.span as number]
  if (offset === 0 && span === 1) return 'as it is'
  if (scale === 'standard') return `mean ${shortNumber(offset)}, deviation ${shortNumber(span)}`
  return `${shortNumber(offset)} to ${shortNumber(offset + span)} become 0 to 1`
}

/** Says what becomes of missing values; nothing where none were missing. */
export function describeFill(state: ColumnState, fill = shortNumber(state.fill as number)): string {
  return state.marksMissing ? `; missing values become ${fill} and are marked` : ''
}

/** Collects the values of the rows on which a model is trained. */
export interface Learner<V> {
  add(value: V | undefined): void
  /** Reads files that the values name, where `finish` needs them. */
  prepare?(): Promise<void>
  /** What encoding needs. */
  finish(): ColumnState
}

/**
 * What a column holds, and how a value becomes numbers. One file each; `all.ts` has a line for it. All functions are pure, so that a
 * saved column encodes as the one with which the model was trained.
 */
export interface ColumnKind<V = unknown, S extends ColumnState = ColumnState> {
  readonly name: string
  /** How likely the values of a column are of this kind, from 0 to 1. Of all kinds the likeliest is chosen; 0 for one that is not. */
  likelihood(column: ColumnProfile): number
  /** Whether a text has the form of a value, such as the path of an image. Profiles count them (`forms`). */
  hasForm?(text: string): boolean
  /**
   * The options that the values of a column say, for those that are not given. `decimal` is the mark that the source says; `isGuess` tells
   * that the kind was chosen by the values, too.
   */
  infer?(
    column: ColumnProfile,
    source: { readonly decimal?: '.' | ','; readonly isGuess: boolean },
  ): Partial<ColumnOptions>
  /** Whether a state that was read from a file is one of this kind. */
  isState(state: ColumnState): boolean
  /** The values that a cell may have, for messages: `a number`. */
  expected(options: ColumnOptions): string
  /** Reads a cell that is not missing. Returns undefined for one that does not fit. */
  read(cell: Cell, options: ColumnOptions): V | undefined
  /** Starts to collect values. `folder` is that of the table, from which paths start. */
  learn(options: ColumnOptions, folder?: string): Learner<V>
  /** The names of the numbers that a value becomes; `name` is that of the column. */
  labels(name: string, state: S): readonly string[]
  /** How values become numbers, for people: `mean 44.2 and deviation 5.4 become 0 and 1`. */
  describe(state: S, options: ColumnOptions): string
  /** Writes the numbers of a value, or of a missing one, from `at`. They are 0 before. */
  encode(value: V | undefined, state: S, out: NumberArray, at: number): void
  /**
   * The value that encoded numbers from `at` stand for, for people; undefined for a missing one. A kind without it shows its numbers.
   */
  show?(numbers: ArrayLike<number>, state: S, at: number): string | undefined
  /** What a value must be that was read and cannot be encoded, such as an array of another shape; undefined for all others. */
  misfit?(value: V, state: S): string | undefined
  /** The shape of a value that is an input of the model by itself, such as an image. All other columns form one vector. */
  shape?(state: S): Shape
  /** Loads what `encode` takes: the pixels of an image, whose value is a path. `folder` is that of the table. */
  load?(value: V, state: S, folder: string): Promise<V>
}
