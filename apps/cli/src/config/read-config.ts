import { open, realpath } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { ConfigError, isPlainObject, requireBounded, toData } from '@gradus/core'
import { type Document, parseDocument } from 'yaml'
import { findDefinitions } from '../plugins/definitions.ts'
import { type ConfigModule, namelessText, ownDefinitions, reasonOf } from '../plugins/load-plugins.ts'
import { ModuleLoader } from '../plugins/module-loader.ts'

/** The contents of a config file, unchecked. */
export interface RawConfig {
  /** The path as the user gave it, for messages. */
  readonly source: string
  /** The folder that paths in the config are relative to. */
  readonly folder: string
  /** The default name of the run. */
  readonly name: string
  readonly value: Record<string, unknown>
  /** A config that is a module and defines classes. The module is then a plug-in, too. */
  readonly module?: ConfigModule
}

/**
 * Reads a config from JSON, from YAML, or from the default export of a module; instances in a module become data. Throws
 * `ConfigError` for a file that cannot be read or is too large, for values without a data form, and for data that is nested too deep.
 */
export async function readConfig(source: string, cwd: string): Promise<RawConfig> {
  const path = resolve(cwd, source)
  const extension = extname(path)
  const { value, module } = await contents(path, source, extension)
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
    ...(module && { module }),
  }
}

type Contents = Pick<RawConfig, 'module'> & { readonly value: unknown }

async function contents(path: string, source: string, extension: string): Promise<Contents> {
  const isModule = /^\.[cm]?[jt]s$/.test(extension)
  if (!isModule && !['.json', '.yaml', '.yml'].includes(extension)) {
    throw new ConfigError(
      `${source}: a config file ends in .json, .yaml, .yml, .ts or .js; this one ends in '${extension}'.`,
    )
  }
  const text = await textOf(path, source)
  if (isModule) return fromModule(path, source)
  const value = extension === '.json' ? fromJson(text, source) : fromYaml(text, source)
  requireBounded(value, source)
  return { value: toData(value, 'config') }
}

/** The largest config file in bytes. */
const maxBytes = 2 ** 24

async function textOf(path: string, source: string): Promise<string> {
  let text: string | undefined
  try {
    const file = await open(path)
    const pieces: Buffer[] = []
    let length = 0
    // a device or a pipe has no size that could be checked before
    for await (const piece of file.createReadStream()) {
      pieces.push(piece as Buffer)
      length += (piece as Buffer).length
      if (length > maxBytes) break
    }
    if (length <= maxBytes) text = Buffer.concat(pieces).toString('utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'it does not exist. Check the path',
      EISDIR: 'it is a folder. Give the file in it',
      EACCES: 'permission is denied',
    }
    throw new ConfigError(`The config '${source}' cannot be read: ${reasons[code ?? ''] ?? message}.`, { cause })
  }
  if (text !== undefined) return text
  throw new ConfigError(`The config '${source}' cannot be read: it has more than ${maxBytes / 2 ** 20} MiB.`)
}

function fromJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`${source} is not JSON: ${(cause as Error).message}.`, { cause })
  }
}

function fromYaml(text: string, source: string): unknown {
  try {
    const document: Document = parseDocument(text, { prettyErrors: true })
    const [error] = document.errors
    if (error) throw error
    return document.toJS() as unknown
  } catch (cause) {
    const { message } = cause as Error
    const reason = /call stack/.test(message) ? 'it is nested too deep.' : message.trimEnd()
    throw new ConfigError(`${source} is not YAML: ${reason}`, { cause })
  }
}

async function fromModule(path: string, source: string): Promise<Contents> {
  const loader = new ModuleLoader()
  const real = await realpath(path)
  try {
    const exports = await loader.load(real)
    const given = defaultOf(exports)
    const value = withoutClasses(given)
    requireBounded(value, source)
    const data = toData(value, 'config') // may run getters of the module
    const { definitions, nameless } = findDefinitions(exports, await ownDefinitions())
    const [first] = nameless
    if (first !== undefined) throw new ConfigError(namelessText(first, source))
    if (definitions.length === 0) return { value: data }
    return { value: withPlugin(data, real), module: { path: real, loader } }
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError(`${source} cannot be run: ${reasonOf(cause)}`, { cause })
  }
}

function defaultOf(exports: unknown): unknown {
  return typeof exports === 'object' && exports !== null && 'default' in exports ? exports.default : exports
}

/** A config whose plug-ins are names only: classes among them are found in the module. */
function withoutClasses(config: unknown): unknown {
  const plugins = isPlainObject(config) ? config['plugins'] : undefined
  if (!Array.isArray(plugins)) return config
  return { ...(config as object), plugins: plugins.filter((plugin) => typeof plugin !== 'function') }
}

/** A config with one more plug-in; values of another form are left to the check of the config. */
function withPlugin(config: unknown, plugin: string): unknown {
  const { plugins = [] } = (isPlainObject(config) ? config : {}) as { readonly plugins?: unknown }
  return Array.isArray(plugins) ? { ...(config as object), plugins: [...plugins, plugin] } : config
}
