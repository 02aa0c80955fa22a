import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError, toData } from '@gradus/core'
import { parseDocument } from 'yaml'
import { loadConfigModules } from './config-modules.ts'

/** The contents of a config file, unchecked. */
export interface RawConfig {
  /** The path as the user gave it, for messages. */
  readonly source: string
  /** The folder that paths in the config are relative to. */
  readonly folder: string
  /** The default name of the run. */
  readonly name: string
  readonly value: Record<string, unknown>
}

/**
 * Reads a config from JSON, from YAML, or from the default export of a module; instances in a module become data. Throws
 * `ConfigError` for a file that cannot be read and for values without a data form.
 */
export async function readConfig(source: string, cwd: string): Promise<RawConfig> {
  const path = resolve(cwd, source)
  const extension = extname(path)
  const value = toData(await contents(path, source, extension), 'config')
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigError(`${source}: a config is an object with data, model, optimizer and loss.`)
  }
  const stem = basename(path, extension).replace(/\.config$/, '')
  const name = ['config', 'gradus'].includes(stem) ? basename(dirname(path)) : stem
  return {
    source,
    folder: dirname(path),
    name: name.replace(/[^\w.-]+/g, '-') || 'run',
    value: value as Record<string, unknown>,
  }
}

async function contents(path: string, source: string, extension: string): Promise<unknown> {
  if (/^\.[cm]?[jt]s$/.test(extension)) return fromModule(path, source)
  const text = await textOf(path, source)
  if (extension === '.json') return fromJson(text, source)
  if (extension === '.yaml' || extension === '.yml') return fromYaml(text, source)
  throw new ConfigError(
    `${source}: a config file ends in .json, .yaml, .yml, .ts or .js; this one ends in '${extension}'.`,
  )
}

async function textOf(path: string, source: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'it does not exist. Check the path',
      EISDIR: 'it is a folder. Give the file in it',
      EACCES: 'permission is denied',
    }
    throw new ConfigError(`The config '${source}' cannot be read: ${reasons[code ?? ''] ?? message}.`, { cause })
  }
}

function fromJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`${source} is not JSON: ${(cause as Error).message}.`, { cause })
  }
}

function fromYaml(text: string, source: string): unknown {
  const document = parseDocument(text, { prettyErrors: true })
  const [error] = document.errors
  if (error) throw new ConfigError(`${source} is not YAML: ${error.message.trimEnd()}`)
  return document.toJS()
}

async function fromModule(path: string, source: string): Promise<unknown> {
  await textOf(path, source)
  const virtualModules = await loadConfigModules()
  const { createJiti } = await import('jiti') // only where it is needed, because it loads slowly
  const jiti = createJiti(pathToFileURL(path).href, {
    fsCache: false,
    moduleCache: false,
    interopDefault: true,
    virtualModules,
  })
  try {
    return await jiti.import(path, { default: true })
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError(`${source} cannot be run: ${(cause as Error).message}`, { cause })
  }
}
