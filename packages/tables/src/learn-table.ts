import { columnMissingTest } from './cell.ts'
import { number, scaleOf } from './kinds/number.ts'
import { Moments } from './moments.ts'
import { Problems } from './problems.ts'
import type { TableSource } from './source.ts'
import type { TablePlan } from './table-plan.ts'
import { kindOf, positionOf, type TableSpec } from './table-spec.ts'
import type { Target } from './target.ts'

/** Options of `learnTable`. */
export interface LearnOptions {
  /** Whether the row at a position, from 0, is one on which the model is trained (default all). */
  readonly use?: (row: number) => boolean
  readonly missingTexts?: readonly string[]
  /** The folder from which paths of images start; without it their files are not read, and images have the size that the plan says. */
  readonly folder?: string
}

/**
 * Learns from the training rows of a table what its columns need: means, categories, words. Throws `DataError` for cells that do not
 * fit. The result is data for JSON, which is saved with the model (`model.table`).
 *
 * @example
 * import { inferPlan, learnTable, profileTable, rowsSource } from '@gradus/tables'
 * const rows = rowsSource([{ size: 1, price: 10 }, { size: 3, price: 20 }])
 * const { inputs, targets } = await learnTable(rows, inferPlan(await profileTable(rows), { target: 'price' }))
 * inputs[0].state // => { offset: 2, span: 1, fill: 2, marksMissing: false }
 * targets[0] // => { name: 'price', task: 'regression', offset: 15, span: 5 }
 */
export async function learnTable(source: TableSource, plan: TablePlan, options: LearnOptions = {}): Promise<TableSpec> {
  const texts = options.missingTexts
  const learners = plan.inputs.map(({ name, input, options: column }) => ({
    name,
    input,
    position: positionOf(source, name),
    options: column,
    reading: source.decimal ? { decimal: source.decimal, ...column } : column,
    kind: kindOf(column.kind),
    learner: kindOf(column.kind).learn(column, options.folder),
    isMissing: columnMissingTest(texts, column.missingTexts, column.categories),
  }))
  const dropping = learners.filter(({ options: column }) => column.missing === 'drop')
  const targets = plan.targets.map((target) => ({
    ...target,
    reading: source.decimal ? { decimal: source.decimal, ...target.options } : target.options,
    position: positionOf(source, target.name),
    moments: new Moments(),
    isMissing: columnMissingTest(texts, target.options.missingTexts, target.classes),
  }))
  const problems = new Problems()
  let first = 0
  for await (const chunk of source.chunks()) {
    for (let row = 0; row < chunk.rowCount; row++) {
      if (options.use && !options.use(first + row)) continue
      if (targets.some(({ position, isMissing }) => isMissing(chunk.columns[position]![row]))) continue
      if (dropping.some(({ position, isMissing }) => isMissing(chunk.columns[position]![row]))) continue
      for (const { name, position, kind, reading, learner, isMissing } of learners) {
        const cell = chunk.columns[position]![row]
        if (isMissing(cell)) {
          learner.add(undefined)
          continue
        }
        const value = kind.read(cell, reading)
        if (value === undefined) problems.add(name, cell, kind.expected(reading), chunk.place(row))
        else learner.add(value)
      }
      for (const { name, task, reading, position, moments } of targets) {
        if (task !== 'regression') continue
        const cell = chunk.columns[position]![row]
        const value = number.read(cell, reading)
        if (value === undefined) problems.add(name, cell, number.expected(reading), chunk.place(row))
        else moments.add(value)
      }
    }
    first += chunk.rowCount
  }
  problems.throwAny(source.name)
  for (const { learner } of learners) await learner.prepare?.()
  return {
    format: 1,
    inputs: learners.map(({ name, input, options: column, learner }) => ({
      name,
      options: column,
      state: learner.finish(),
      ...(input !== undefined && { input }),
    })),
    targets: targets.map((target): Target => {
      const { name, task, classes = [], names, options: column, moments } = target
      const { decimal, missingTexts: own } = column
      const further = own && { missingTexts: own }
      if (task === 'classification') return { name, task, classes, ...(names && { names }), ...further }
      return { name, task, ...scaleOf(column, moments), ...(decimal && { decimal }), ...further }
    }),
    ...(source.decimal === ',' && { decimal: source.decimal }),
    ...(texts && { missingTexts: texts }),
  }
}
