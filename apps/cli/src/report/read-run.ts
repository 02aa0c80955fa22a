import { resolve } from 'node:path'
import { DataError, isPlainObject } from '@gradus/core'
import type { Resolved } from '../config/resolve-config.ts'
import type { RunEnvironment } from '../train/environment-schema.ts'
import { fileNames } from '../train/file-names.ts'
import { damaged, parseObject, readJson, readRunConfig, readText } from '../train/run-files.ts'
import { requireRunFolder } from '../train/run-folder.ts'
import type { EpochRecord } from '../train/run-state.ts'

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
  readonly epochs: readonly EpochRecord[]
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

function parseEpochs(text: string, source: string): EpochRecord[] {
  return text.split('\n').flatMap((line, index): EpochRecord[] => {
    if (line.trim() === '') return []
    const place = `${source}, line ${index + 1},`
    const { version: _, event, epoch, learningRate, milliseconds, ...logs } = parseObject(line, place)
    if (event !== 'epoch') return []
    if (!Number.isSafeInteger(epoch))
      throw new DataError(`${place} is damaged: it has no number of an epoch. ${damaged}`)
    return [
      {
        epoch: epoch as number,
        learningRate: number(learningRate),
        milliseconds: number(milliseconds),
        logs: numbersIn(logs),
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
