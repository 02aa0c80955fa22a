import type { ModelInput } from './model-inputs.ts'
import { kindOf, type TableSpec } from './table-spec.ts'

/** A column of an input, which shows the values of rows again. */
export interface ShownColumn {
  readonly name: string
  /** The value of a row as text, from the numbers of the input; undefined for a missing one. */
  show(numbers: ArrayLike<number>): string | undefined
}

/**
 * Returns the columns of an input, with the values of the file for those whose kind keeps them: numbers, categories, booleans, dates and
 * the known words of texts. Others are as the network gets them, number by number.
 *
 * @example
 * import { inferPlan, learnTable, profileTable, rowsSource, showColumns, TableCoder } from '@gradus/tables'
 * const rows = rowsSource([{ size: 1, city: 'Rome', price: 10 }, { size: 3, city: 'Oslo', price: 20 }])
 * const coder = new TableCoder(await learnTable(rows, inferPlan(await profileTable(rows), { target: 'price' })))
 * const { x } = await coder.encodeRows([{ size: 2.5, city: 'Rome' }])
 * x.features.data // => [0.5, 0, 1]
 * showColumns(coder.spec, coder.inputs[0]).map(({ name, show }) => `${name} ${show(x.features.data)}`) // => ['size 2.5', 'city Rome']
 */
export function showColumns({ inputs }: TableSpec, { columns, labels }: ModelInput): ShownColumn[] {
  let first = 0
  return inputs
    .filter(({ name }) => columns.includes(name))
    .flatMap(({ name, options, state }): ShownColumn[] => {
      const kind = kindOf(options.kind)
      const at = first
      const own = kind.labels(name, state)
      first += own.length
      if (kind.show) return [{ name, show: (numbers) => kind.show!(numbers, state, at) }]
      return own.map((_, place) => ({
        name: labels[at + place]!,
        show: (numbers) => String(Number(numbers[at + place]!.toPrecision(4))),
      }))
    })
}
