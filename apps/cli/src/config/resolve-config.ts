import { join, relative, resolve } from 'node:path'
import { ConfigError } from '@gradus/core'
import { RunFolder } from '../train/run-folder.ts'
import { checkConfig } from './config-problems.ts'
import type { Config } from './config-schema.ts'
import { fromEnvironment, type Overrides, override, parseSet } from './overrides.ts'
import { type RawConfig, readConfig } from './read-config.ts'

/** What flags say about the config. */
export interface ConfigFlags {
  readonly data?: string
  readonly epochs?: number
  readonly backend?: string
  readonly seed?: number
  readonly set?: readonly string[]
  readonly resume?: string
}

/** A config in full, with paths that hold anywhere. */
export interface Resolved extends Config {
  readonly name: string
  readonly seed: number
}

/** A config and where it came from. */
export interface ResolvedConfig {
  readonly source: string
  readonly config: Resolved
  /** The run that is to go on. */
  readonly run?: RunFolder
}

interface Place {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Reads a config and applies, in this order, the environment and the flags: flags before environment before file before
 * defaults. With `resume` the run's own config is the file where none is given; otherwise both must agree in everything
 * that a run cannot change halfway.
 */
export async function resolveConfig(
  file: string | undefined,
  flags: ConfigFlags,
  { cwd, env }: Place,
): Promise<ResolvedConfig> {
  const run = flags.resume === undefined ? undefined : await RunFolder.open(flags.resume, cwd)
  const saved = run && (await readSaved(run))
  const raw = file === undefined ? saved?.raw : await readConfig(file, cwd)
  if (!raw) throw new ConfigError('train needs a config: gradus train CONFIG, or gradus train --resume RUN.')
  const { seed, backend } = saved?.config ?? {}
  const given = { ...(seed !== undefined && { seed }), ...(backend !== undefined && { backend }), ...raw.value }
  const value = override(given, [...fromPlaces(fromEnvironment(env), cwd), ...fromFlags(flags, cwd)])
  const config = complete(checkConfig(value, raw.source), raw)
  if (!run || !saved) return { source: raw.source, config }
  requireSameRun(saved.config, config, flags.resume!)
  return { source: raw.source, config, run }
}

/** The config with paths relative to the folder that it is written to. */
export function relativeTo(folder: string, { data, ...config }: Resolved): Resolved {
  const move = (path: string) => relative(folder, path)
  return { ...config, data: mapPaths(data, move) }
}

async function readSaved(run: RunFolder): Promise<{ raw: RawConfig; config: Resolved }> {
  const raw: RawConfig = { source: run.config, folder: run.path, name: 'run', value: await run.readConfig() }
  return { raw, config: complete(checkConfig(raw.value, raw.source), raw) }
}

function complete({ $schema: _, ...config }: Config, { folder, name }: RawConfig): Resolved {
  return {
    ...config,
    name: config.name ?? name,
    seed: config.seed ?? Math.floor(Math.random() * 2 ** 31),
    data: mapPaths(config.data, (path) => resolve(folder, path)),
  }
}

function mapPaths({ train, test, validation, ...data }: Config['data'], map: (path: string) => string): Config['data'] {
  return {
    train: map(train),
    ...(test !== undefined && { test: map(test) }),
    ...(validation !== undefined && { validation: map(validation) }),
    ...data,
  }
}

function fromFlags({ data, epochs, backend, seed, set = [] }: ConfigFlags, cwd: string): Overrides {
  const named: Overrides = [
    ['data.train', data],
    ['fit.epochs', epochs],
    ['backend', backend],
    ['seed', seed],
  ]
  return [
    ...set.map(parseSet),
    ...fromPlaces(
      named.filter(([, value]) => value !== undefined),
      cwd,
    ),
  ]
}

// Paths in flags and in the environment are relative to where the command runs, not to the config.
function fromPlaces(overrides: Overrides, cwd: string): Overrides {
  return overrides.map(([place, value]) => [place, place === 'data.train' ? join(resolve(cwd, String(value))) : value])
}

/** Throws where a run would not be the same one any more. */
function requireSameRun(saved: Resolved, config: Resolved, run: string): void {
  const decisive = ({ data, model, optimizer, loss, metrics, callbacks, seed, dtypePolicy, fit }: Resolved) => {
    const { epochs: _epochs, verbose: _verbose, ...portions } = fit
    return { seed, dtypePolicy, data, model, optimizer, loss, metrics, callbacks, fit: portions }
  }
  const [before, after] = [decisive(saved), decisive(config)]
  for (const key of Object.keys(before) as (keyof typeof before)[]) {
    const [old, now] = [JSON.stringify(before[key]), JSON.stringify(after[key])]
    if (old === now) continue
    throw new ConfigError(
      `'${key}' differs from the run ${run}, so it cannot go on exactly: it was ${old} and is ${now}. ` +
        'Leave it as it was (only fit.epochs and fit.verbose may change), or start a new run without --resume.',
    )
  }
}
