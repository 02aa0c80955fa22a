import { ConfigError, suggest } from '@gradus/core'
import type { TableProfile } from './column-profile.ts'
import { expandColumns } from './column-range.ts'
import { completeOptions, inferKind } from './infer-kind.ts'
import type { ColumnOptions } from './kinds/kind.ts'
import { type ChosenInput, chosenInputs } from './plan-inputs.ts'
import { planTarget } from './plan-target.ts'
import type { InputPlan, PlanOptions, TablePlan } from './table-plan.ts'

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
          options: completeOptions(
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
  const predicted = targets.map((name) => planTarget(of(name), profile, options, choices))
  if (inputs.length === 0)
    throw new ConfigError(`${profile.name}: there is no column from which ${targets.join(', ')} could be predicted.`)
  return { inputs, targets: predicted, choices }
}
