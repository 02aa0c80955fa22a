import { ConfigError, suggest } from '@gradus/core'
import {
  type ColumnOptions,
  expandColumns,
  type OpenOptions,
  type PlanOptions,
  type SplitOptions,
  type TablePlan,
  type TableProfile,
  type TargetPlan,
} from 'gradus/tables'
import type { DataConfig } from '../config/config-schema.ts'
import type { Given } from '../config/resolve-config.ts'
import { lossFor } from './loss-for.ts'

/** The options of `data` that `openTable` has too. */
const tableOptionNames = [
  ...(['format', 'delimiter', 'header', 'decimal', 'quote', 'encoding'] as const),
  ...(['comment', 'skip', 'rows', 'within'] as const),
]

/** How the files of a config are read. */
export function openOptionsOf(data: DataConfig): OpenOptions {
  const given = tableOptionNames.filter((name) => data[name] !== undefined).map((name) => [name, data[name]])
  return Object.fromEntries(given) as OpenOptions
}

/** What a config says about the columns. */
export function planOptionsOf({ data, loss, model }: Given, columns: readonly string[]): PlanOptions {
  const { inputs, columns: said, task, classes, missing } = data
  const target = targetOf(data, columns)
  const targets = expandColumns([target].flat(), columns, 'data.target')
  const byLoss = targets.flatMap((name) => {
    const found = taskOfLoss(lossFor(loss, name))
    return found ? [[name, found] as const] : []
  })
  // a model that is given may have an output such as sigmoid, so it learns the values as they are
  const unscaled = model && targets.filter((name) => typeof said?.[name] !== 'object')
  const further = Object.fromEntries((unscaled ?? []).map((name) => [name, { scale: 'none' as const }]))
  return {
    target,
    columns: { ...further, ...said } as NonNullable<PlanOptions['columns']>,
    ...(inputs && { inputs: inputs as NonNullable<PlanOptions['inputs']> }),
    ...(task ? { task } : byLoss.length > 0 && !classes ? { task: Object.fromEntries(byLoss) } : {}),
    ...(classes && { classes }),
    ...(missing && { missing }),
  }
}

/** The target of a config; of a folder of files by class the class. */
function targetOf({ target }: DataConfig, columns: readonly string[]): string | readonly string[] {
  if (target !== undefined) return target
  if (columns.includes('label') && columns.length === 2) return 'label'
  const listed =
    columns.length <= 20 ? columns.join(', ') : `${columns.slice(0, 20).join(', ')} and ${columns.length - 20} more`
  throw new ConfigError(
    `data.target is missing; expected a text: the column that the model predicts. Give --target NAME. The columns are ${listed}.`,
  )
}

/** What a loss is for; undefined where it does not say. */
function taskOfLoss(loss: unknown): 'classification' | 'regression' | undefined {
  const name = typeof loss === 'string' ? loss : (loss as { readonly loss?: unknown } | undefined)?.loss
  if (typeof name !== 'string') return undefined
  if (/^ce$|entropy|hinge|circle|focal/i.test(name)) return 'classification'
  return /^(mse|mae|mape|msle)$|mean|huber|cosh|poisson|tversky|dice/i.test(name) ? 'regression' : undefined
}

/** The default shares of the validation and the test. A file with fewer than 200 rows has no test. */
export function defaultParts(rowCount: number): { readonly validation: number; readonly test?: number } {
  return { validation: 0.2, ...(rowCount >= 200 && { test: 0.1 }) }
}

/** The parts of the rows that are held out by default, for rows in all files together. */
function defaultSplit(
  { data, model, fit }: Given,
  rowCount: number,
): Pick<SplitOptions, 'validation' | 'test'> | undefined {
  if (model !== undefined && data.split === undefined) return undefined
  if (fit?.validationSplit !== undefined || data.validation !== undefined) return undefined
  const { test, validation } = defaultParts(rowCount)
  return { validation, ...(test !== undefined && data.test === undefined && { test }) }
}

function splitOf(given: Given, rowCount: number) {
  const { split } = given.data
  const hasParts = split?.validation !== undefined || split?.test !== undefined
  return { ...(hasParts ? {} : defaultSplit(given, rowCount)), ...split }
}

/** Whether a run of a config has rows for the validation, and so figures such as `val_loss`. */
export function hasValidation(given: Given): boolean {
  const { data, fit } = given
  return data.validation !== undefined || (fit?.validationSplit ?? 0) > 0 || Boolean(splitOf(given, 0).validation)
}

/** Returns the split of a config in full; undefined where all rows of `train` are for training. */
export function completeSplit(given: Given, plan: TablePlan, rowCount: number): Omit<SplitOptions, 'seed'> | undefined {
  const whole = splitOf(given, rowCount)
  if (!whole.validation && !whole.test) return undefined
  const [target] = plan.targets
  const isStratified =
    plan.targets.length === 1 && target!.task === 'classification' && !whole.groups && !whole.time && !whole.strata
  return { ...whole, ...(isStratified && { strata: target!.name }) } as Omit<SplitOptions, 'seed'>
}

/** Returns `data` with everything that was found out about the columns, so that it is read again in the same way. */
export function completeData(
  data: DataConfig,
  plan: TablePlan,
  split: Omit<SplitOptions, 'seed'> | undefined,
  { columns }: TableProfile,
): DataConfig {
  const { split: _, inputs: _inputs, columns: _columns, task: _task, classes: _classes, ...rest } = data
  const { targets } = plan
  const [first] = targets
  const byTarget = <T>(valueOf: (target: TargetPlan) => T | undefined): T | Record<string, T> | undefined => {
    const found = targets.flatMap((target) => {
      const value = valueOf(target)
      return value === undefined ? [] : [[target.name, value] as const]
    })
    if (found.length === 0) return undefined
    return targets.length === 1 ? found[0]![1] : Object.fromEntries(found)
  }
  const classes = byTarget(({ names, classes: texts }) => (names ?? texts) as string[] | undefined)
  const names = columns.map(({ name }) => name)
  const grouped = plan.inputs.filter(({ input }) => input !== undefined)
  const said = [
    ...grouped.map(({ name, options }) => [name, options] as const),
    ...targets.flatMap(({ name, task, options }) => {
      if (task === 'regression') return [[name, { scale: 'standard', ...options }] as const]
      return Object.keys(options).length > 1 ? [[name, options] as const] : []
    }),
  ]
  return {
    ...rest,
    target: targets.length === 1 ? first!.name : targets.map(({ name }) => name),
    inputs: inputsOf(plan, names),
    ...(said.length > 0 && { columns: Object.fromEntries(said) }),
    task: byTarget(({ task }) => task),
    ...(classes && { classes }),
    ...(split && { split }),
  } as DataConfig
}

/** The inputs with their options. Neighbors with equal options are a range. */
function inputsOf({ inputs }: TablePlan, columns: readonly string[]): NonNullable<DataConfig['inputs']> {
  const entries: [string, ColumnOptions | readonly string[]][] = []
  for (let at = 0; at < inputs.length; ) {
    const { name, options, input } = inputs[at]!
    const first = columns.indexOf(name)
    let end = at + 1
    if (input !== undefined) {
      while (inputs[end]?.input === input) end++
      entries.push([
        input,
        ranges(
          inputs.slice(at, end).map((one) => one.name),
          columns,
        ),
      ])
    } else {
      while (
        inputs[end] &&
        inputs[end]!.input === undefined &&
        inputs[end]!.name === columns[first + end - at] &&
        JSON.stringify(inputs[end]!.options) === JSON.stringify(options)
      )
        end++
      if (end - at < 4) end = at + 1
      const key = end - at === 1 ? name : `${name}..${inputs[end - 1]!.name}`
      entries.push([key, options])
    }
    at = end
  }
  return Object.fromEntries(entries) as NonNullable<DataConfig['inputs']>
}

/** Names of columns, of which four or more that stand together are a range. */
function ranges(names: readonly string[], columns: readonly string[]): string[] {
  const result: string[] = []
  for (let at = 0; at < names.length; ) {
    const first = columns.indexOf(names[at]!)
    let end = at + 1
    while (end < names.length && names[end] === columns[first + end - at]) end++
    if (end - at >= 4) result.push(`${names[at]}..${names[end - 1]}`)
    else result.push(...names.slice(at, end))
    at = end
  }
  return result
}

/** The weights of classes by label, from those by name. Throws `ConfigError` for a class that is not there. */
export function weightsByLabel(
  weights: NonNullable<DataConfig['classWeight']>,
  classes: readonly string[],
  labels: ArrayLike<number>,
): Record<string, number> {
  if (weights === 'balanced') {
    const counts = classes.map(() => 0)
    for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++
    return Object.fromEntries(
      counts.map((count, label) => [String(label), count === 0 ? 1 : labels.length / (classes.length * count)]),
    )
  }
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => {
      const label = classes.indexOf(name)
      if (label < 0) throw new ConfigError(`data.classWeight: there is no class '${name}'.${suggest(name, classes)}`)
      return [String(label), weight]
    }),
  )
}
