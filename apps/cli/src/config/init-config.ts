import { stat } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { ConfigError } from '@gradus/core'
import { writeFileAtomic } from 'gradus/io'
import { stringify } from 'yaml'
import { loadPlugins } from '../plugins/load-plugins.ts'
import type { Terminal } from '../terminal.ts'
import { prepare } from '../train/prepare.ts'
import { readTrainingSource } from '../train/training-source.ts'
import type { ConfigFlags } from './config-flags.ts'
import { relativeTo, resolveGiven } from './resolve-config.ts'

/** Where a new config is written. */
export interface InitFlags extends ConfigFlags {
  readonly out: string
  readonly force?: boolean
}

/** A config that was written. */
export interface WrittenConfig {
  /** The absolute path. */
  readonly file: string
  /** What was chosen by the rows, a sentence each. */
  readonly choices: readonly string[]
}

/**
 * Writes the config that `gradus train` would use for a file of rows, with everything that it chooses. Throws `ConfigError` for a file
 * that exists, unless it may be replaced, and the errors of `prepare`.
 */
export async function initConfig(source: string, flags: InitFlags, terminal: Terminal): Promise<WrittenConfig> {
  const { out, force } = flags
  const file = resolve(terminal.cwd, out)
  const extension = extname(file).toLowerCase()
  if (!['.json', '.yaml', '.yml'].includes(extension))
    throw new ConfigError(`--out is '${out}'; expected a name that ends in .yaml or .json.`)
  if (!force && (await stat(file).catch(() => undefined)))
    throw new ConfigError(`'${out}' exists. Give --force to replace it, or another name with --out.`)
  const raw = await readTrainingSource(source, flags, terminal)
  const { given, plugins: options } = await resolveGiven(raw, flags, terminal)
  const plugins = await loadPlugins(given.plugins, options)
  const { config, choices } = await prepare(given, plugins)
  const moved = relativeTo(dirname(file), config, await plugins.namesFor(dirname(file)))
  await writeFileAtomic(file, extension === '.json' ? `${JSON.stringify(moved, null, 2)}\n` : stringify(moved))
  return { file, choices }
}
