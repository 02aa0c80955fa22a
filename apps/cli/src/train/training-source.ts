import { stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { ConfigError } from '@gradus/core'
import { isTableName } from 'gradus/tables'
import { shellWord } from '../completion/shell-text.ts'
import type { ConfigFlags } from '../config/config-flags.ts'
import { type RawConfig, readConfig } from '../config/read-config.ts'
import type { Terminal } from '../terminal.ts'

/**
 * Reads what `gradus train` is called with: a config, or a file or a folder of rows, which is a config with nothing but
 * `data.train`. Undefined where nothing is given.
 */
export async function readTrainingSource(
  source: string | undefined,
  flags: ConfigFlags,
  { cwd }: Pick<Terminal, 'cwd'>,
): Promise<RawConfig | undefined> {
  if (source === undefined)
    return flags.data !== undefined && flags.target !== undefined ? ofRows(flags.data, cwd) : undefined
  const extension = extname(source).toLowerCase()
  if (/^\.(ya?ml|[cm]?[jt]s)$/.test(extension)) return readConfig(source, cwd)
  if (extension === '.json') {
    if (flags.target === undefined) return configOfJson(source, cwd)
    return (await isConfig(source, cwd)) ? readConfig(source, cwd) : ofRows(source, cwd)
  }
  const found = await stat(resolve(cwd, source)).catch(() => undefined)
  const isRows = flags.target !== undefined || isTableName(source) || found?.isDirectory()
  return isRows ? ofRows(source, cwd) : readConfig(source, cwd)
}

/** The source of a run with the flags that it needs again. */
export function sourceWithFlags(source: string, { data, target, inputs, task, plugin = [] }: ConfigFlags): string {
  const flags = Object.entries({ data: data === source ? undefined : data, target, inputs, task })
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag} ${shellWord(value)}`]))
  return [shellWord(source), ...given, ...plugin.map((one) => `--plugin ${shellWord(one)}`)].join(' ')
}

function ofRows(source: string, cwd: string): RawConfig {
  const path = resolve(cwd, source)
  const name = basename(path).replace(/(\.\w+)?(\.gz)?$/i, '')
  return { source, folder: cwd, name: name.replace(/[^\w.-]+/g, '-') || 'run', value: { data: { train: path } } }
}

async function configOfJson(source: string, cwd: string): Promise<RawConfig> {
  try {
    return await readConfig(source, cwd)
  } catch (error) {
    if (!(error instanceof ConfigError && /a config is an object/.test(error.message))) throw error
    throw new ConfigError(
      `${source} is no config. If it has rows to train on, give the column to predict: --target NAME.`,
      {
        cause: error,
      },
    )
  }
}

/** Whether a JSON file has the form of a config rather than rows. */
async function isConfig(source: string, cwd: string): Promise<boolean> {
  const raw = await readConfig(source, cwd).catch(() => undefined)
  const data = raw?.value.data
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
