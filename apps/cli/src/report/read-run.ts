import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DataError } from '@gradus/core'
import { type Resolved, resolveConfig } from '../config/resolve-config.ts'
import { locateDataFiles } from '../train/data-files.ts'
import { checkEnvironment, type RunEnvironment } from '../train/environment-schema.ts'
import { fileNames } from '../train/file-names.ts'
import { requireRunFolder } from '../train/run-folder.ts'

/** The figures of an epoch by name: loss, metrics, and `val_` figures. */
export interface EpochFigures {
  /** Counted from 1. */
  readonly epoch: number
  readonly learningRate: number
  readonly milliseconds: number
  readonly figures: Readonly<Record<string, number>>
}

/** A run that is complete or in progress, as its folder has it. */
export interface RunRecord {
  /** The absolute path. */
  readonly path: string
  /** The path that the user gave. */
  readonly shown: string
  readonly config: Resolved
  readonly environment: RunEnvironment
  readonly epochs: readonly EpochFigures[]
  /** The figures of the held-out samples; undefined for a run that has none, or is not complete. */
  readonly heldOut: Readonly<Record<string, number>> | undefined
  /** The table of layers. */
  readonly summary: string
}

/** Reads the files of a run, without locking its folder. Throws `DataError` for another folder and for damaged files. */
export async function readRun(shown: string, cwd: string): Promise<RunRecord> {
  const path = resolve(cwd, shown)
  const file = join(path, fileNames.config)
  await requireRunFolder(path, shown)
  const environment = checkEnvironment(
    (await readJson(path, fileNames.environment)) ?? {},
    join(path, fileNames.environment),
  )
  const { config } = await resolveConfig(file, {}, { cwd, env: {} })
  const evaluation = (await readJson(path, fileNames.evaluation)) as { readonly figures?: unknown } | undefined
  return {
    path,
    shown,
    config: { ...config, data: locateDataFiles(config.data, environment.data ?? {}) },
    environment,
    epochs: parseEpochs((await readText(path, fileNames.events)) ?? '', `${shown}/${fileNames.events}`),
    heldOut: isObject(evaluation?.figures) ? numbersIn(evaluation.figures) : undefined,
    summary: (await readText(path, fileNames.summary)) ?? '',
  }
}

function parseEpochs(text: string, source: string): EpochFigures[] {
  return text.split('\n').flatMap((line, index): EpochFigures[] => {
    if (line.trim() === '') return []
    const entry = parse(line, `${source}, line ${index + 1},`)
    const { version: _, event, epoch, learningRate, milliseconds, ...figures } = entry as Record<string, unknown>
    if (event !== 'epoch') return []
    return [
      {
        epoch: number(epoch),
        learningRate: number(learningRate),
        milliseconds: number(milliseconds),
        figures: numbersIn(figures),
      },
    ]
  })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

// JSON has null for figures that are not finite
function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN
}

function numbersIn(values: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value === null || typeof value === 'number' ? [[key, number(value)]] : [],
    ),
  )
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readText(folder, name)
  return text === undefined ? undefined : parse(text, join(folder, name))
}

function parse(text: string, source: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new DataError(`${source} cannot be read: ${(cause as Error).message}`, { cause })
  }
  if (value !== null && typeof value === 'object') return value
  throw new DataError(`${source} is damaged: it holds no object.`)
}

/** Undefined where the file does not exist. */
async function readText(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name)
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new DataError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** Whether a higher value of a figure is better, by its name. */
export function higherIsBetter(figure: string): boolean {
  return !/loss|error|mse|mae|mape|msle|rmse|divergence|crossentropy|poisson|hinge|perplexity|distance/i.test(figure)
}

/** The epoch with the best value of a figure; undefined where none is finite. */
export function bestOf(
  epochs: readonly EpochFigures[],
  figure: string,
  mode: 'min' | 'max' = higherIsBetter(figure) ? 'max' : 'min',
): { epoch: number; value: number } | undefined {
  const sign = mode === 'max' ? -1 : 1
  const found = epochs
    .map(({ epoch, figures }) => ({ epoch, value: figures[figure] ?? Number.NaN }))
    .filter(({ value }) => Number.isFinite(value))
  return found.sort((a, b) => sign * (a.value - b.value) || a.epoch - b.epoch)[0]
}

/** The names of the figures of a run, in the order of the first epoch, without the learning rate, which callbacks add. */
export function figureNames(epochs: readonly EpochFigures[]): string[] {
  return [...new Set(epochs.flatMap(({ figures }) => Object.keys(figures)))].filter((name) => name !== 'learning_rate')
}

/** The training time of a run in milliseconds. */
export function trainingTime(epochs: readonly EpochFigures[]): number {
  return epochs.reduce((sum, { milliseconds }) => sum + (Number.isFinite(milliseconds) ? milliseconds : 0), 0)
}
