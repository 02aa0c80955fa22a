import { describeScale } from './kinds/kind.ts'
import { kindOf, type TableSpec } from './table-spec.ts'
import type { Target } from './target.ts'

/** A column and what becomes of it, for people. */
export interface ColumnDescription {
  readonly name: string
  readonly kind: string
  /** Such as `mean 44.2, deviation 5.4; missing values become 43 and are marked`. */
  readonly text: string
}

/**
 * Returns a line for each input and target of a model: the kind, the scale, the fill of missing values, the classes.
 *
 * @example
 * import { describeSpec, inferPlan, learnTable, profileTable, rowsSource } from '@gradus/tables'
 * const rows = rowsSource([{ size: 1, ill: 'no' }, { size: 3, ill: 'yes' }])
 * const spec = await learnTable(rows, inferPlan(await profileTable(rows), { target: 'ill' }))
 * describeSpec(spec).map(({ name, kind, text }) => `${name} (${kind}): ${text}`)
 * // => ['size (number): mean 2, deviation 1', 'ill (target): classes no, yes']
 */
export function describeSpec({ inputs, targets }: TableSpec): ColumnDescription[] {
  return [
    ...inputs.map(({ name, options, state, input }) => {
      const where = input === undefined ? '' : `, in the input ${input}`
      return { name, kind: options.kind, text: `${kindOf(options.kind).describe(state, options)}${where}` }
    }),
    ...targets.map((target) => ({ name: target.name, kind: 'target', text: describeTarget(target) })),
  ]
}

function describeTarget(target: Target): string {
  if (target.task === 'classification') {
    const names = target.names ?? target.classes
    return names.length <= 10 ? `classes ${names.join(', ')}` : `${names.length} classes`
  }
  if (target.offset === 0 && target.span === 1) return 'a number, as it is'
  return `a number, ${describeScale({ ...target }, {})}`
}
