import { resolve } from 'node:path'
import { DataError, isPlainObject } from '@gradus/core'
import type { Resolved } from '../config/resolve-config.ts'
import type { RunEnvironment } from '../train/environment-schema.ts'
import { fileNames } from '../train/file-names.ts'
import { damaged, parseObject, readJson, readRunConfig, readText } from '../train/run-files.ts'
import { requireRunFolder } from '../train/run-folder.ts'

/** The figures of an epoch by name: loss, metrics, and `val_` figures. */
export interface EpochFigures {
  /** Counted from 1. */
  readonly epoch: number
  readonly learningRate: number
  readonly milliseconds: number
  readonly figures: Readonly<Record<string, number>>
}

/** The figures of a model at the end of its run. */
export interface RunEvaluation {
  readonly role: 'test' | 'validation'
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
  /** The figures of the best model on rows for the test or the validation; undefined for a run without such rows, or in progress. */
  readonly evaluation: RunEvaluation | undefined
  /** The table of layers. */
  readonly summary: string
}

/** Reads the files of a run, without locking its folder. Throws `DataError` for another folder and for damaged files. */
export async function readRun(shown: string, cwd: string): Promise<RunRecord> {
  const path = resolve(cwd, shown)
  await requireRunFolder(path, shown)
  const { config, environment } = await readRunConfig(path)
  const { role, figures } = (await readJson(path, 'evaluation')) ?? {}
  return {
    path,
    shown,
    config,
    environment,
    epochs: parseEpochs((await readText(path, 'events')) ?? '', `${shown}/${fileNames.events}`),
    evaluation: isPlainObject(figures)
      ? { role: role === 'validation' ? 'validation' : 'test', figures: numbersIn(figures) }
      : undefined,
    summary: (await readText(path, 'summary')) ?? '',
  }
}

function parseEpochs(text: string, source: string): EpochFigures[] {
  return text.split('\n').flatMap((line, index): EpochFigures[] => {
    if (line.trim() === '') return []
    const place = `${source}, line ${index + 1},`
    const { version: _, event, epoch, learningRate, milliseconds, ...figures } = parseObject(line, place)
    if (event !== 'epoch') return []
    if (!Number.isSafeInteger(epoch))
      throw new DataError(`${place} is damaged: it has no number of an epoch. ${damaged}`)
    return [
      {
        epoch: epoch as number,
        learningRate: number(learningRate),
        milliseconds: number(milliseconds),
        figures: numbersIn(figures),
      },
    ]
  })
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
