import { relative, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ConfigError, completeConfig } from '@gradus/core'
import { fitDataFields } from 'gradus'
import type { PluginOptions } from '../plugins/load-plugins.ts'
import { locatePlugins } from '../plugins/plugin-files.ts'
import { absolutePlugin, relativePlugin } from '../plugins/plugin-path.ts'
import { locateDataFiles } from '../train/data-files.ts'
import type { RunFolder } from '../train/run-folder.ts'
import type { ConfigFlags } from './config-flags.ts'
import { checkConfig } from './config-problems.ts'
import type { Config, DataConfig, FitConfig, GivenConfig } from './config-schema.ts'
import { fromEnvironment, fromFlags, override } from './overrides.ts'
import { type RawConfig, readConfig } from './read-config.ts'

/** A config with absolute paths, of which the model and its training may be left out. */
export interface Given extends GivenConfig {
  readonly name: string
  readonly seed: number
}

/** A complete config with absolute paths. */
export interface Resolved extends Config {
  readonly name: string
  readonly seed: number
}

/** A config and its source. */
export interface GivenWithSource {
  /** The path of the config file, for messages. */
  readonly source: string
  readonly given: Given
  /** Where its plug-ins are looked for. */
  readonly plugins: PluginOptions
  /** The config of the run to continue. */
  readonly saved?: Resolved
  /** Whether `given` is that of the run, with flags. */
  readonly isSaved: boolean
}

/** A complete config and its source. */
export interface ResolvedConfig {
  /** The path of the config file, for messages. */
  readonly source: string
  readonly config: Resolved
}

interface Environment {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Reads a complete config, such as that of a run, and sets the values that the environment and the flags give. Throws `ConfigError`
 * where it cannot be read, is wrong or leaves something out.
 */
export async function resolveConfig(
  file: string,
  flags: ConfigFlags,
  environment: Environment,
): Promise<ResolvedConfig> {
  const { source, given } = await resolveGiven(await readConfig(file, environment.cwd), flags, environment)
  return { source, config: requireComplete(given, source) }
}

/**
 * Sets the values that the environment and the flags give in a config. Flags win over environment variables, these over the file. With
 * a run to continue, the config defaults to that of the run. Throws `ConfigError` where the config cannot be read or is wrong.
 */
export async function resolveGiven(
  file: RawConfig | undefined,
  flags: ConfigFlags,
  { cwd, env }: Environment,
  run?: RunFolder,
): Promise<GivenWithSource> {
  const saved = run && (await readSaved(run))
  const raw = file ?? saved?.raw
  if (!raw)
    throw new ConfigError(
      'train needs a config or a file of rows: gradus train CONFIG, gradus train FILE --target NAME, or gradus train --resume RUN.',
    )
  const { seed, backend } = saved?.config ?? {}
  const before = { ...(seed !== undefined && { seed }), ...(backend !== undefined && { backend }), ...raw.value }
  const value = override(before, [...fromEnvironment(env, cwd), ...fromFlags(flags, cwd)])
  const { folder, module } = raw
  const folders = flags.plugin ? [cwd, folder] : [folder]
  const given = complete(checkConfig(value, raw.source), raw)
  const plugins = { folders, config: module }
  return { source: raw.source, given, plugins, isSaved: file === undefined, ...(saved && { saved: saved.config }) }
}

/** Whether nothing is left out of a config. */
function isComplete(given: Given): given is Resolved {
  const { model, optimizer, loss, metrics, fit, callbacks } = given
  return ![model, optimizer, loss, metrics, fit, callbacks].includes(undefined)
}

function requireComplete(given: Given, source: string): Resolved {
  if (isComplete(given)) return { ...given, fit: completeFit(given.fit) }
  const missing = (['model', 'optimizer', 'loss', 'metrics', 'fit', 'callbacks'] as const).filter(
    (key) => given[key] === undefined,
  )
  throw new ConfigError(
    `${source}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing; the config of a run is complete.`,
  )
}

/** The options of `fit` with Keras's defaults. */
export function completeFit(fit: Partial<FitConfig>): FitConfig {
  return completeConfig('fit', fit, fitDataFields) as FitConfig
}

/** The config with paths relative to `folder`, and the names that plug-ins have there. */
export function relativeTo(
  folder: string,
  { plugins, ...config }: Resolved,
  names: readonly string[] | undefined = plugins?.map((plugin) => relativePlugin(plugin, folder)),
): Resolved {
  const move = (path: string) => relative(folder, path)
  const { name, seed, ...rest } = config
  return { name, seed, ...(names && { plugins: [...names] }), ...rest, data: mapPaths(config.data, move) }
}

async function readSaved(run: RunFolder): Promise<{ raw: RawConfig; config: Resolved }> {
  const raw: RawConfig = { source: run.config, folder: run.path, name: 'run', value: await run.readConfig() }
  const config = requireComplete(complete(checkConfig(raw.value, raw.source), raw), raw.source)
  const environment = await run.readEnvironment()
  const data = locateDataFiles(config.data, environment.data ?? {})
  const plugins = locatePlugins(raw.value.plugins as string[] | undefined, run.path, environment.plugins)
  const found = { data, ...(plugins && { plugins: [...plugins] }) }
  return { raw: { ...raw, value: { ...raw.value, ...found } }, config: { ...config, ...found } }
}

function complete({ $schema: _, ...config }: GivenConfig, { folder, name }: RawConfig): Given {
  return {
    ...config,
    name: config.name ?? name,
    seed: config.seed ?? Math.floor(Math.random() * 2 ** 31),
    ...(config.plugins && { plugins: config.plugins.map((plugin) => absolutePlugin(plugin, folder)) }),
    data: mapPaths(config.data, (path) => resolve(folder, path)),
  }
}

function mapPaths({ train, test, validation, ...data }: DataConfig, map: (path: string) => string): DataConfig {
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
export function requireSameRun(saved: Resolved, config: Resolved, run: string): void {
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
    const [old, now] = [plain(before[key]), plain(after[key])]
    if (isDeepStrictEqual(old, now)) continue
    throw new ConfigError(
      `'${key}' differs from the run ${run}, so the run cannot be continued exactly: it was ${JSON.stringify(old)} and is ${JSON.stringify(now)}. ` +
        'Only fit.epochs and fit.verbose may change. Restore the value, or start a new run without --resume.',
    )
  }
}

/** A value as JSON has it. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
