import { basename } from 'node:path'
import { fixed } from '@gradus/callbacks/format'
import type { Backend } from 'gradus'
import { stringify } from 'yaml'
import type { Resolved } from '../config/resolve-config.ts'
import type { Report } from '../terminal.ts'
import { formatConfusion } from './confusion.ts'
import type { Evaluation } from './evaluation.ts'
import { fileNames } from './file-names.ts'
import { formatUpdate, type Update } from './first-update.ts'
import type { Prepared } from './prepare.ts'
import type { SavedRun } from './run-state.ts'
import { inputColumns, targetColumns } from './samples.ts'

interface Beginning {
  readonly config: Resolved
  readonly prepared: Prepared
  /** The earlier part of the run. */
  readonly previous: SavedRun | undefined
  readonly verbose: boolean
}

/** Prints the data, the optimizer and the table of layers. */
export function reportBegin(report: Report, { config, prepared, previous, verbose }: Beginning): void {
  const { backend, model, optimizer, train } = prepared
  const { data, fit, name, seed } = config
  const columns = `${inputColumns(data).join(', ')} -> ${targetColumns(data).join(', ')}`
  report.line(report.colors.bold(`Training ${name} on the ${backend.name} backend`))
  report.line(`  data       ${basename(data.train)}, ${train.count} samples, ${columns}`)
  report.line(`  optimizer  ${optimizer.type}, learning rate ${model.learningRate}`)
  report.line(`  epochs     ${fit.epochs}, batches of ${fit.batchSize}, seed ${seed}`)
  if (previous) report.line(`  resumed    after ${placeOf(previous)}`)
  report.line()
  report.write(model.summary({ print: false }).replace(/\n*$/, '\n'))
  if (verbose) {
    report.heading('Config')
    report.write(stringify(config))
  }
  report.line()
}

function placeOf({ state, fit }: SavedRun): string {
  const count = (number: number, unit: string, units: string) => `${number} ${number === 1 ? unit : units}`
  const epochs = count(state.records.length, 'epoch', 'epochs')
  return fit.step > 0 ? `${epochs} and ${count(fit.step, 'batch', 'batches')}` : epochs
}

/** Prints the duration and the backend. */
export function reportTrained(report: Report, { name, about }: Backend, milliseconds: number): void {
  report.line()
  report.line(`Trained in ${fixed(milliseconds / 1000, 2)} s on ${name}${about ? ` (${about})` : ''}`)
}

/** Prints one update of one weight, with the formula. */
export function reportUpdate(report: Report, update: Update, optimizer: string): void {
  report.heading('How a weight learns')
  report.line(formatUpdate(update, optimizer))
}

/** Prints the figures of the held-out samples. */
export function reportEvaluation(
  report: Report,
  { samples, figures, confusion }: Evaluation,
  { data }: Resolved,
): void {
  report.heading(`Held-out samples: ${basename(data.test ?? '')}, ${samples} samples`)
  report.line(
    `  ${Object.entries(figures)
      .map(([key, value]) => `${key}: ${fixed(value, 4)}`)
      .join(' - ')}`,
  )
  if (!confusion) return
  report.line()
  report.line(formatConfusion(confusion))
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
  const width = Math.max(...rows.map(([names]) => names.length))
  for (const [names, about] of rows) report.line(`  ${names.padEnd(width)}  ${about}`)
}

interface Next {
  readonly command: string
  readonly config: Resolved
  readonly run: string
  readonly source: string
}

/** Prints commands to try next. */
export function reportNext(report: Report, { command, config, run, source }: Next): void {
  const { epochs } = config.fit
  const more = `--epochs ${epochs * 2}`
  const next = [
    [`${command} train --resume ${run} ${more}`, 'go on where this run stopped'],
    [`${command} train ${source} --set optimizer.learningRate=0.001`, 'another learning rate'],
    [`${command} train ${source} --seed ${config.seed + 1}`, 'other first weights, another order'],
  ] as const
  report.heading('Try next')
  for (const [call, purpose] of next) {
    report.line(`  ${report.colors.dim(`# ${purpose}`)}`)
    report.line(`  ${call}`)
  }
}
