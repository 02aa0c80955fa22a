import { join } from 'node:path'
import { ConfigError } from '@gradus/core'
import { writeFileAtomic } from 'gradus/io'
import { stringify } from 'yaml'
import { override } from '../config/overrides.ts'
import { type Resolved, relativeTo } from '../config/resolve-config.ts'
import type { Settings, Trial, TuneState } from './tune-state.ts'

/** The first of ranked trials. Throws `ConfigError` where it has no score. */
export function requireBest(ranked: readonly Trial[], { metric }: Settings, folder: string): Trial {
  const [best] = ranked
  if (best && best.score !== null) return best
  const reason = ranked.find(({ message }) => message)?.message
  throw new ConfigError(
    reason
      ? `No trial has a ${metric}. The first one that failed says: ${reason}`
      : `No trial has a finite ${metric}. The figures are in ${folder}/runs; choose one with --metric.`,
  )
}

/** Writes the config with the values of a trial into the folder of the search, and returns its path. */
export async function writeBestConfig(folder: string, { settings, config }: TuneState, best: Trial): Promise<string> {
  const epochs = settings.maxEpochs === null ? [] : [['fit.epochs', settings.maxEpochs] as const]
  const values = override(config, [...epochs, ...Object.entries(best.values)])
  const file = join(folder, 'best.yaml')
  await writeFileAtomic(file, stringify(relativeTo(folder, values as unknown as Resolved)))
  return file
}
