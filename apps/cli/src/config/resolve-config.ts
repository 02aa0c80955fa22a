import { relative, resolve } from 'node:path'
import { ConfigError } from '@gradus/core'
import { locateDataFiles } from '../train/data-files.ts'
import type { RunFolder } from '../train/run-folder.ts'
import type { ConfigFlags } from './config-flags.ts'
import { checkConfig } from './config-problems.ts'
import type { Config } from './config-schema.ts'
import { fromEnvironment, fromFlags, override } from './overrides.ts'
import { type RawConfig, readConfig } from './read-config.ts'

/** A config with defaults and absolute paths. */
export interface Resolved extends Config {
  readonly name: string
  readonly seed: number
}

/** A resolved config and its source. */
export interface ResolvedConfig {
  /** The path of the config file, for messages. */
  readonly source: string
  readonly config: Resolved
  /** The number of epochs that the run to continue had to train until now. */
  readonly savedEpochs?: number
}

interface Environment {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Reads a config and sets the values that the environment and the flags give. Flags win over environment variables, these over
 * the file, and the file over defaults. With a run to continue, `file` defaults to its config. Throws `ConfigError` where
 * the config cannot be read or is wrong, and where it differs from that of the run in more than `fit.epochs` and `fit.verbose`.
 */
export async function resolveConfig(
  file: string | undefined,
  flags: ConfigFlags,
  { cwd, env }: Environment,
  run?: RunFolder,
): Promise<ResolvedConfig> {
  const saved = run && (await readSaved(run))
  const raw = file === undefined ? saved?.raw : await readConfig(file, cwd)
  if (!raw) throw new ConfigError('train needs a config: gradus train CONFIG, or gradus train --resume RUN.')
  const { seed, backend } = saved?.config ?? {}
  const given = { ...(seed !== undefined && { seed }), ...(backend !== undefined && { backend }), ...raw.value }
  const value = override(given, [...fromEnvironment(env, cwd), ...fromFlags(flags, cwd)])
  const config = complete(checkConfig(value, raw.source), raw)
  if (!run || !saved) return { source: raw.source, config }
  requireSameRun(saved.config, config, relative(cwd, run.path))
  return { source: raw.source, config, savedEpochs: saved.config.fit.epochs }
}

/** The config with paths relative to `folder`. */
export function relativeTo(folder: string, { data, ...config }: Resolved): Resolved {
  const move = (path: string) => relative(folder, path)
  return { ...config, data: mapPaths(data, move) }
}

async function readSaved(run: RunFolder): Promise<{ raw: RawConfig; config: Resolved }> {
  const raw: RawConfig = { source: run.config, folder: run.path, name: 'run', value: await run.readConfig() }
  const config = complete(checkConfig(raw.value, raw.source), raw)
  const data = locateDataFiles(config.data, (await run.readEnvironment()).data ?? {})
  return { raw: { ...raw, value: { ...raw.value, data } }, config: { ...config, data } }
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

/**
 * Throws `ConfigError` where `config` differs from the config of the run in a value that determines its results. The paths of data
 * may differ, because the contents are compared.
 */
function requireSameRun(saved: Resolved, config: Resolved, run: string): void {
  const decisive = ({ data, model, optimizer, loss, metrics, callbacks, seed, dtypePolicy, fit }: Resolved) => {
    const { epochs: _epochs, verbose: _verbose, ...options } = fit
    return {
      seed,
      dtypePolicy,
      data: mapPaths(data, () => ''),
      model,
      optimizer,
      loss,
      metrics,
      callbacks,
      fit: options,
    }
  }
  const [before, after] = [decisive(saved), decisive(config)]
  for (const key of Object.keys(before) as (keyof typeof before)[]) {
    const [old, now] = [JSON.stringify(before[key]), JSON.stringify(after[key])]
    if (old === now) continue
    throw new ConfigError(
      `'${key}' differs from the run ${run}, so the run cannot be continued exactly: it was ${old} and is ${now}. ` +
        'Only fit.epochs and fit.verbose may change. Restore the value, or start a new run without --resume.',
    )
  }
}
