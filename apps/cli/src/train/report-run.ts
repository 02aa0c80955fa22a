import { fixed } from '@gradus/callbacks/format'
import type { Backend } from 'gradus'
import { type ColumnDescription, describeSpec } from 'gradus/tables'
import { stringify } from 'yaml'
import type { Resolved } from '../config/resolve-config.ts'
import { describePlugin } from '../plugins/loaded-plugin.ts'
import type { Report } from '../terminal.ts'
import { shortNumber } from '../text/numbers.ts'
import { oneLine, textColumns } from '../text/text-table.ts'
import { formatConfusion, formatConfusions, rightOf } from './confusion.ts'
import { bestOf, watchedLoss } from './epoch-records.ts'
import type { Evaluation } from './evaluation.ts'
import { fileNames } from './file-names.ts'
import { formatUpdate, type Update } from './first-update.ts'
import type { Prepared } from './prepare.ts'
import type { EpochRecord, SavedRun } from './run-state.ts'
import type { RegressionFigures, TargetFigures } from './target-figures.ts'

interface Beginning {
  readonly config: Resolved
  readonly prepared: Prepared
  /** The earlier part of the run. */
  readonly previous: SavedRun | undefined
  readonly verbose: boolean
}

/** The most columns that are listed. */
const maxColumns = 24

/** Prints the data, what was chosen, the optimizer and the table of layers. */
export function reportBegin(report: Report, { config, prepared, previous, verbose }: Beginning): void {
  const { backend, plugins, model, optimizer, train, validation, test, coder } = prepared
  const { fit, name, seed } = config
  const { inputs, targets } = coder.spec
  const names = (columns: readonly { readonly name: string }[]) =>
    columns.length <= 8 ? columns.map((column) => column.name).join(', ') : `${columns.length} columns`
  report.line(report.colors.bold(`Training ${name} on the ${backend.name} backend`))
  report.line(`  data       ${train.name}, ${train.count} samples, ${names(inputs)} -> ${names(targets)}`)
  if (validation) report.line(`  validation ${validation.name}, ${validation.count} samples`)
  if (test) report.line(`  test       ${test.name}, ${test.count} samples`)
  report.line(`  optimizer  ${optimizer.type}, learning rate ${model.learningRate}`)
  report.line(`  epochs     ${fit.epochs}, batches of ${fit.batchSize}, seed ${seed}`)
  for (const plugin of plugins.loaded) report.line(`  plug-in    ${describePlugin(plugin)}`)
  if (previous) report.line(`  resumed    after ${placeOf(previous)}`)
  reportChoices(report, prepared.choices)
  reportColumns(report, describeSpec(coder.spec))
  for (const target of targets) {
    if (target.task === 'regression' && target.span !== 1)
      report.line(`  In the log, errors of ${target.name} are in deviations: 1 is ${shortNumber(target.span)}.`)
  }
  report.line()
  report.write(model.summary({ print: false }).replace(/\n*$/, '\n'))
  if (verbose) {
    report.heading('Config')
    report.write(stringify(config))
  }
  report.line()
}

function reportChoices(report: Report, choices: readonly string[]): void {
  if (choices.length === 0) return
  report.heading('Choices')
  for (const choice of choices) report.line(`  ${oneLine(choice)}`)
}

/** Prints how each column is scaled and filled. */
function reportColumns(report: Report, columns: readonly ColumnDescription[]): void {
  report.heading('Columns')
  const left = columns.length <= maxColumns + 1 ? 0 : columns.length - maxColumns
  // the targets are the last ones
  const shown = left === 0 ? columns : [...columns.slice(0, maxColumns - 2), ...columns.slice(-2)]
  report.write(
    textColumns(
      shown.map(({ name, kind, text }) => [name, kind, text]),
      '  ',
    ),
  )
  if (left > 0) report.line(`  and ${left} more`)
}

function placeOf({ state, fit }: SavedRun): string {
  const count = (number: number, unit: string, units: string) => `${number} ${number === 1 ? unit : units}`
  const epochs = count(state.records.length, 'epoch', 'epochs')
  return fit.step > 0 ? `${epochs} and ${count(fit.step, 'batch', 'batches')}` : epochs
}

/** Prints the duration, the backend, and where a callback ended the run before its last epoch. */
export function reportTrained(
  report: Report,
  { name, about }: Backend,
  milliseconds: number,
  { epochs, records }: { readonly epochs: number; readonly records: readonly EpochRecord[] },
): void {
  report.line()
  report.line(`Trained in ${fixed(milliseconds / 1000, 2)} s on ${name}${about ? ` (${about})` : ''}`)
  if (records.length >= epochs) return
  const figure = watchedLoss(records)
  const best = bestOf(records, figure, 'min')
  const lowest = best ? `; the lowest ${figure} is ${fixed(best.value, 4)}, after epoch ${best.epoch}` : ''
  report.line(`A callback ended it after epoch ${records.length} of ${epochs}${lowest}.`)
}

/** Prints one update of one weight, with the formula. */
export function reportUpdate(report: Report, update: Update, optimizer: string): void {
  report.heading('How a weight learns')
  report.line(formatUpdate(update, optimizer))
}

/** Prints the figures of rows on which the model was not trained. `model` says of when it is: `after epoch 7`. */
export function reportEvaluation(
  report: Report,
  name: string,
  evaluation: Omit<Evaluation, 'role'> & { readonly role?: string; readonly leftOut?: number },
  model?: string,
): void {
  const { role, samples, leftOut = 0, figures, targets } = evaluation
  const title = role === 'given' ? 'Samples' : role === 'validation' ? 'Validation samples' : 'Held-out samples'
  report.heading(`${title}: ${name}, ${samples} samples`)
  if (leftOut > 0)
    report.line(
      `  ${leftOut} of ${samples + leftOut} rows are left out, because a target or a value that is needed is missing.`,
    )
  report.line(
    `  ${Object.entries(figures)
      .map(([key, value]) => `${key}: ${fixed(value, 4)}`)
      .join(' - ')}`,
  )
  if (model) report.line(`  predicted by ${fileNames.best}, the model ${model}`)
  const isOnly = Object.keys(targets).length === 1
  for (const [target, found] of Object.entries(targets)) {
    report.line()
    if ('confusion' in found) {
      if (!isOnly) report.line(`  ${target}`)
      if (found.confusion.classes.length <= maxClasses) report.line(formatConfusion(found.confusion))
      else report.line(formatConfusions(found.confusion))
    } else report.line(formatErrors(target, found))
    const remark = remarkOn(found)
    if (remark) report.line(`  ${remark}`)
  }
}

/** Says of a model that it is no better than the most frequent class or the mean. */
function remarkOn(figures: TargetFigures[string]): string | undefined {
  if (!('confusion' in figures))
    return figures.r2 <= 0 ? 'Predicting the mean of these rows would be as good or better: R2 0.' : undefined
  const { classes, counts } = figures.confusion
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0))
  const most = Math.max(...rows)
  const { right, all } = rightOf(figures.confusion)
  if (right > most) return undefined
  return `Predicting '${classes[rows.indexOf(most)]}' for each row would be as good or better: accuracy ${fixed(most / all, 4)}.`
}

/** The most classes for which the whole matrix is printed. */
const maxClasses = 20

/** The errors of a number in its units. */
function formatErrors(target: string, { meanAbsoluteError, rootMeanSquaredError, r2 }: RegressionFigures): string {
  return `  ${target}: mean absolute error ${shortNumber(meanAbsoluteError)}, root mean squared error ${shortNumber(rootMeanSquaredError)}, R2 ${fixed(r2, 4)}`
}

/** Prints the run folder and its files. */
export function reportSaved(report: Report, path: string): void {
  report.heading(`Saved in ${path}`)
  const { last, best, table, events, config, environment, summary } = fileNames
  const rows = [
    [`${last}, ${best}`, 'the model after the last and after the best epoch'],
    [`${table}, ${events}`, 'the figures of every epoch'],
    [`${config}, ${environment}, ${summary}`, 'what was trained, where, and its layers'],
  ] as const
  report.write(textColumns(rows, '  '))
}
