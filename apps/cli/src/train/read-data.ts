import { basename, dirname } from 'node:path'
import { ConfigError, DataError } from '@gradus/core'
import {
  findProblems,
  inferPlan,
  learnTable,
  openTable,
  profileTable,
  readTable,
  splitRows,
  TableCoder,
  type TableSpec,
  type Target,
} from 'gradus/tables'
import type { DataConfig } from '../config/config-schema.ts'
import type { Given } from '../config/resolve-config.ts'
import { completeData, completeSplit, openOptionsOf, planOptionsOf } from './data-plan.ts'
import { lossFor } from './loss-for.ts'
import { encodedBytes, memoryLimit, readsAgain, storedChoice } from './memory-plan.ts'
import { encodeParts, encodeSource, type TrainSamples } from './samples.ts'

/** The rows of a run. */
export interface RunData {
  readonly coder: TableCoder
  readonly train: TrainSamples
  readonly validation: TrainSamples | undefined
  readonly test: TrainSamples | undefined
  /** The options with everything that was found out. */
  readonly data: DataConfig
  /** What was found out about the file, and what was chosen, a sentence each. */
  readonly choices: readonly string[]
}

/**
 * Reads the rows of a config. `table` is what a run that continues has learned from its columns. Throws `DataError` for rows that do
 * not fit, and `ConfigError` for columns that are not there.
 */
export async function readData(given: Given, table?: TableSpec): Promise<RunData> {
  const { data, seed } = given
  const again = await readsAgain(data.train, data)
  const source = await openTable(data.train, { ...openOptionsOf(data), name: basename(data.train) })
  const texts = data.missingTexts ? { missingTexts: data.missingTexts } : {}
  // a table that is not in memory is read for each of the steps
  const rows = again ? source : await readTable(source)
  const profile = await profileTable(rows, texts)
  const { rowCount } = profile
  if (rowCount === 0) throw new DataError(`${source.name} has no rows. Give a file with rows to train on.`)
  const plan = inferPlan(profile, planOptionsOf(given, rows.columns))
  const split = completeSplit(given, plan, rowCount)
  const parts = split && (await splitRows(rows, { ...split, seed }, rowCount))
  const use = (row: number) => parts === undefined || parts[row] === 0
  const folder = folderOf(data.train, rows.columns)
  const spec = table ?? withLogits(await learnTable(rows, plan, { use, folder, ...texts }), given.loss)
  const coder = new TableCoder(spec)
  const bytes = encodedBytes(coder, rowCount)
  // a run that continues, and a report of a run, have their rows where the run had them
  const stored = data.stream ?? (table === undefined && bytes > memoryLimit())
  const names = parts ? [source.name, `${source.name} (validation rows)`, `${source.name} (test rows)`] : [source.name]
  const options = { folder, stored }
  const [train, validation, test] = await encodeParts(rows, coder, parts, names, options)
  if (train!.count === 0)
    throw new DataError(
      `${source.name} has no row for training: ${rowCount} rows have no target, or a missing value that drops them.`,
    )
  const read = (path: string | undefined) => (path === undefined ? undefined : readPart(path, data, coder, stored))
  return {
    coder,
    train: train!,
    validation: (await read(data.validation)) ?? filled(validation),
    test: (await read(data.test)) ?? filled(test),
    data: completeData(stored ? { ...data, stream: true } : data, plan, split, profile),
    choices: [
      ...source.notes,
      ...plan.choices,
      ...findProblems(
        profile,
        plan.targets.map(({ name }) => name),
      ),
      ...splitChoices(given, split, [train, validation, test]),
      ...(stored ? [storedChoice(bytes, data)] : []),
    ],
  }
}

/** Reads a file with the columns of another. */
async function readPart(path: string, data: DataConfig, coder: TableCoder, stored: boolean): Promise<TrainSamples> {
  const source = await openTable(path, { ...openOptionsOf(data), name: basename(path) })
  const samples = await encodeSource(source, coder, {
    folder: folderOf(path, source.columns),
    stored: stored || (await readsAgain(path, data)),
  })
  if (samples.count === 0) throw new DataError(`${samples.name} has no rows with a target.`)
  return samples
}

/** The folder from which the paths in a table start. The paths of a folder of files have it already. */
export function folderOf(path: string, columns: readonly string[]): string {
  return columns[0] === 'image' && columns.length <= 2 && !/\.\w+$/.test(basename(path)) ? '' : dirname(path)
}

function filled(samples: TrainSamples | undefined): TrainSamples | undefined {
  return samples && samples.count > 0 ? samples : undefined
}

function splitChoices(
  { data }: Given,
  split: ReturnType<typeof completeSplit>,
  parts: readonly (TrainSamples | undefined)[],
): string[] {
  if (!split) return []
  const [train, validation, test] = parts.map((part) => part?.count ?? 0)
  const held = [
    ...(validation ? [`${validation} for the validation after every epoch`] : []),
    ...(test ? [`${test} for the test at the end`] : []),
  ]
  const by = split.groups
    ? `, with equal values of '${split.groups}' in one part`
    : split.time
      ? `, the last by '${split.time}'`
      : split.strata
        ? `, with equal shares of '${split.strata}'`
        : ''
  const own = data.split ? '' : ' To divide them otherwise, set data.split.'
  return [`Of the rows, ${train} are for training, ${held.join(', ')}${by}.${own}`]
}

/** Marks the targets that a loss learns as logits. */
function withLogits(spec: TableSpec, loss: unknown): TableSpec {
  const targets = spec.targets.map((target): Target => {
    const own = lossFor(loss, target.name)
    const isLogits = (own as { readonly fromLogits?: unknown } | undefined)?.fromLogits === true
    return target.task === 'classification' && isLogits ? { ...target, fromLogits: true } : target
  })
  return { ...spec, targets }
}

/** Throws `ConfigError` where weights of classes are given and there is no single target of classes. */
export function classesFor(spec: TableSpec): readonly string[] {
  const [target] = spec.targets
  if (spec.targets.length === 1 && target!.task === 'classification') return target!.names ?? target!.classes
  throw new ConfigError('data.classWeight is for one target of classes. Remove it, or predict one.')
}
