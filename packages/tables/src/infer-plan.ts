import { ConfigError, describeValue, suggest } from '@gradus/core'
import { expandColumns } from './column-range.ts'
import * as kinds from './kinds/all.ts'
import { compareNames } from './kinds/category.ts'
import type { ColumnOptions, Missing } from './kinds/kind.ts'
import { type ChosenInput, type ColumnChoice, chosenInputs, type InputChoices } from './plan-inputs.ts'
import type { ColumnProfile, TableProfile } from './profile.ts'

/** What a target is predicted as. */
export type Task = 'classification' | 'regression'

/** What is known about the columns before they are read. What is not given is inferred from a profile. */
export interface PlanOptions {
  /** The columns that the model predicts. */
  readonly target: string | readonly string[]
  /** The columns from which it predicts (default all others that help). */
  readonly inputs?: InputChoices
  /** By column: its kind, its options, or null to leave it out. */
  readonly columns?: Readonly<Record<string, ColumnChoice>>
  /** What the targets are predicted as, or each of them by name. */
  readonly task?: Task | Readonly<Record<string, Task>>
  /** Names of the classes in order, where the target has numbers for them or a fixed order; of several targets by name. */
  readonly classes?: readonly string[] | Readonly<Record<string, readonly string[]>>
  /** What becomes of missing values of inputs (default: each kind fills them). */
  readonly missing?: Missing
}

/** The kind and the options of an input column. */
export interface InputPlan {
  readonly name: string
  readonly options: ColumnOptions
  /** The input of the model that has the column, where it is named. */
  readonly input?: string
}

/** How a target is read. */
export interface TargetPlan {
  readonly name: string
  readonly task: Task
  readonly options: ColumnOptions
  /** Of a classification: the texts of the cells, in the order of the outputs. */
  readonly classes?: readonly string[]
  /** The names of the classes, where the cells have numbers for them. */
  readonly names?: readonly string[]
}

/** How a table is read for a model. */
export interface TablePlan {
  readonly inputs: readonly InputPlan[]
  readonly targets: readonly TargetPlan[]
  /** What was chosen and why, a sentence each. */
  readonly choices: readonly string[]
}

/** The largest number of classes that whole numbers may stand for. */
const maxNumberedClasses = 12

/**
 * Chooses what each column is. Throws `ConfigError` for columns that are not there and for kinds that do not exist.
 *
 * @example
 * import { inferPlan, profileTable, rowsSource } from '@gradus/tables'
 * const rows = [{ age: 31, city: 'Rome', ill: 'no' }, { age: 54, city: 'Oslo', ill: 'yes' }, { age: 44, city: 'Rome', ill: 'no' }]
 * const plan = inferPlan(await profileTable(rowsSource(rows)), { target: 'ill' })
 * plan.inputs.map(({ name, options }) => `${name}: ${options.kind}`) // => ['age: number', 'city: category']
 * plan.choices // => ["'ill' has 2 different values: a classification."]
 */
export function inferPlan(profile: TableProfile, options: PlanOptions): TablePlan {
  const names = profile.columns.map(({ name }) => name)
  const of = (name: string) => profile.columns.find((column) => column.name === name)!
  const targets = expandColumns([options.target].flat(), names, 'target')
  for (const name of Object.keys(options.columns ?? {}))
    if (!names.includes(name)) throw new ConfigError(`columns: there is no column '${name}'.${suggest(name, names)}`)
  const choices: string[] = []
  const given = options.inputs && chosenInputs(options.inputs, names)
  const others = names.filter((name) => !targets.includes(name))
  const inputs = (given ?? others.map((name): ChosenInput => ({ name, choice: null }))).flatMap(
    ({ name, choice, input }): InputPlan[] => {
      const said = choice ?? options.columns?.[name]
      if (said === null) return []
      const partial: Partial<ColumnOptions> = typeof said === 'string' ? { kind: said } : (said ?? {})
      const { kind, why } = partial.kind === undefined ? inferKind(of(name), profile) : { kind: partial.kind, why: '' }
      if (!given && why !== '') {
        choices.push(`'${name}' is left out: ${why}.`)
        return []
      }
      if (kind === undefined) {
        throw new ConfigError(
          `inputs: '${name}' cannot be an input: ${why}. Leave it out, or give its kind in columns.`,
        )
      }
      return [
        {
          name,
          options: optionsOf(
            of(name),
            profile,
            { ...(options.missing && { missing: options.missing }), ...partial, kind },
            partial.kind === undefined ? choices : undefined,
          ),
          ...(input !== undefined && { input }),
        },
      ]
    },
  )
  for (const { name } of inputs) if (targets.includes(name)) choices.push(`'${name}' is both an input and a target.`)
  const predicted = targets.map((name) => targetPlan(of(name), profile, options, choices))
  if (inputs.length === 0)
    throw new ConfigError(`${profile.name}: there is no column from which ${targets.join(', ')} could be predicted.`)
  return { inputs, targets: predicted, choices }
}

/** The kind of an input, and why it is of no use. One that is named is used all the same where it has a kind. */
export function inferKind(column: ColumnProfile, { rowCount }: TableProfile): { kind?: string; why: string } {
  const { count, distinct, values, numbers, counts, arrays, numberArrays, arrayShapes } = column
  if (count === 0) return { why: 'it has no values' }
  if (arrays === count && numberArrays < count) return { why: 'it has arrays of other things than numbers' }
  if (arrays === count && arrayShapes > 1) return { why: 'its arrays have different shapes' }
  const kind = kindOfValues(column)
  const kindOrNone = kind === undefined ? {} : { kind }
  if (distinct === 1 && column.missing === 0)
    return { kind: kind ?? 'category', why: `all values are ${describeValue(values[0]![0])}` }
  if (numbers === count && counts && count === rowCount && count > 20)
    return { ...kindOrNone, why: 'it counts the rows' }
  if (kind !== undefined) return { kind, why: '' }
  return { why: `${distinct ?? 'more than 10000'} of its ${count} values differ, so they are names` }
}

function kindOfValues({
  count,
  distinct,
  numbers,
  booleans,
  truths,
  arrays,
  images,
  dates,
  words,
  odd,
}: ColumnProfile): string | undefined {
  if (arrays === count) return 'array'
  if (truths === count || (booleans === count && numbers < count)) return 'boolean'
  if (numbers === count) return 'number'
  if (dates !== undefined) return 'date'
  if (images === count) return 'image'
  // a few texts among numbers are marks of missing values
  if (numbers >= 0.9 * count && odd.length <= 3) return 'number'
  const repeats = distinct !== undefined && distinct <= Math.max(20, count / 5)
  // a few long names are categories, too
  if (repeats && (words < 4 || distinct === 1 || count >= 10 * distinct)) return 'category'
  if (words >= 2) return 'text'
  return repeats ? 'category' : undefined
}

/** Completes the options of a column with what its profile says. Where `choices` are given, a few texts among numbers are missing values. */
function optionsOf(
  column: ColumnProfile,
  profile: TableProfile,
  given: Partial<ColumnOptions> & { readonly kind: string },
  choices?: string[],
): ColumnOptions {
  if (!Object.hasOwn(kinds, given.kind)) {
    const known = Object.keys(kinds)
    throw new ConfigError(
      `columns.${column.name}: there is no kind ${describeValue(given.kind)}.${suggest(given.kind, known)}`,
    )
  }
  const hasTexts = choices && given.kind === 'number' && column.numbers < column.count && column.odd.length <= 3
  const odd = hasTexts && !given.missingTexts ? column.odd : []
  if (odd.length > 0)
    choices?.push(
      `'${column.name}' is a number, so ${odd.map((text) => describeValue(text)).join(', ')} there is a missing value.`,
    )
  return {
    ...(given.kind === 'number' &&
      column.decimal === ',' &&
      profile.decimal === undefined && { decimal: ',' as const }),
    ...(given.kind === 'date' && column.dates && { order: column.dates }),
    ...(odd.length > 0 && { missingTexts: odd }),
    ...given,
  }
}

function targetPlan(column: ColumnProfile, profile: TableProfile, options: PlanOptions, choices: string[]): TargetPlan {
  const { name, count, numbers, integers, distinct, low, high } = column
  if (count === 0) throw new ConfigError(`target: the column '${name}' has no values.`)
  const said = options.columns?.[name]
  const given = typeof said === 'string' ? { kind: said } : (said ?? {})
  const listed = isList(options.classes) ? options.classes : options.classes?.[name]
  const names = listed ?? given.categories
  const isNumber = numbers === count
  const span = high - low + 1
  const numbered =
    isNumber && integers === count && span <= maxNumberedClasses && span === distinct && low >= 0 && low <= 1
  const task =
    (typeof options.task === 'string' ? options.task : options.task?.[name]) ??
    (names || !isNumber || numbered ? 'classification' : 'regression')
  if (task === 'regression') {
    if (numbers < 0.5 * count)
      throw new ConfigError(
        `target: '${name}' holds texts such as ${describeValue(column.odd[0])}, which a regression cannot predict. Set task: 'classification', or choose another column.`,
      )
    if (low === high) throw new ConfigError(`target: all values of '${name}' are ${low}; expected at least two.`)
    const isCount = integers === count && distinct !== undefined && distinct <= 20 && numbers === count
    choices.push(
      `'${name}' is a number from ${low} to ${high}: a regression.${isCount ? " For classes, set task: 'classification'." : ''}`,
    )
    return { name, task, options: optionsOf(column, profile, { ...given, kind: 'number' }, choices) }
  }
  const { missingTexts } = given
  const missing = missingTexts ? { missingTexts } : {}
  return { name, task, ...classesOf(column, names, choices), options: { kind: 'category', ...missing } }
}

function isList(classes: PlanOptions['classes']): classes is readonly string[] {
  return Array.isArray(classes)
}

/** The classes of a target: those that are given, or those that occur. Whole numbers may stand for the names that are given. */
function classesOf(
  { name, distinct, values, numbers, count, missingTexts }: ColumnProfile,
  names: readonly string[] | undefined,
  choices: string[],
): Pick<TargetPlan, 'classes' | 'names'> {
  const found = values.map(([text]) => text).sort(compareNames)
  if (!names && (distinct === undefined || found.length > Math.max(100, count / 10))) {
    throw new ConfigError(
      `target: '${name}' has ${distinct ?? 'more than 10000'} different values in ${count} rows, too many for classes.${numbers === count ? " Set task: 'regression'." : ' Choose a column with fewer.'}`,
    )
  }
  if (!names && found.length < 2) {
    const [text] = missingTexts[0] ?? []
    const hint = text === undefined ? '' : ` '${text}' means a missing value; if it is a class, set missingTexts: [''].`
    throw new ConfigError(
      `target: all values of '${name}' are ${describeValue(found[0])}; expected at least two classes.${hint}`,
    )
  }
  const numbersNames =
    names?.every((one) => !found.includes(one)) &&
    found.every((text) => /^\d+$/.test(text) && Number(text) < names!.length)
  const isCount = numbers === count && found.length > 2 && !names
  choices.push(
    `'${name}' has ${found.length} different values: a classification.${isCount ? " For a regression, set task: 'regression'." : ''}`,
  )
  if (names && numbersNames) return { classes: names.map((_, index) => String(index)), names }
  return { classes: names ?? found }
}
