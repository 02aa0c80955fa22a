import { ConfigError, describeValue } from '@gradus/core'
import type { ColumnProfile, TableProfile } from './column-profile.ts'
import { completeOptions } from './infer-kind.ts'
import { category, compareNames } from './kinds/category.ts'
import { number } from './kinds/number.ts'
import type { PlanOptions, TargetPlan } from './table-plan.ts'

/** The largest number of classes that whole numbers may stand for. */
const maxNumberedClasses = 12

/** Chooses what a target is and how it is read. Throws `ConfigError` for a column that cannot be predicted. */
export function planTarget(
  column: ColumnProfile,
  profile: TableProfile,
  options: PlanOptions,
  choices: string[],
): TargetPlan {
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
    const isCount =
      integers === count && distinct !== undefined && distinct <= Math.min(20, count / 5) && numbers === count
    choices.push(
      `'${name}' is a number from ${low} to ${high}: a regression.${isCount ? " For classes, set task: 'classification'." : ''}`,
    )
    return { name, task, options: completeOptions(column, profile, { ...given, kind: number.name }, choices) }
  }
  const { missingTexts } = given
  const missing = missingTexts ? { missingTexts } : {}
  return { name, task, ...classesOf(column, names, choices), options: { kind: category.name, ...missing } }
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
