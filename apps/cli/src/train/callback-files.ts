import { join, relative, resolve } from 'node:path'
import { type CallbackHooks, ConfigError } from '@gradus/core'
import { BackupAndRestore } from 'gradus'
import type { Resolved } from '../config/resolve-config.ts'
import type { ClassRegistry } from '../plugins/load-plugins.ts'
import { fileNames } from './file-names.ts'
import { isInside, realTarget } from './outside.ts'
import type { CallbackFile } from './run-folder.ts'
import { isLock } from './run-lock.ts'

export interface CallbackOptions {
  /** The run folder. The files of callbacks are relative to it. */
  readonly folder: string
  readonly allowOutside: boolean
  /** Writes to the log. */
  readonly write: (text: string) => void
}

/** The callbacks of a config, with the files inside the run folder that they write. */
export interface ConfigCallbacks {
  readonly callbacks: readonly CallbackHooks[]
  readonly files: readonly CallbackFile[]
}

type Writes = Readonly<Record<string, 'path' | 'template' | 'folder'>>

/** Creates the callbacks of a config. Throws `ConfigError` for wrong options and for files outside the run folder. */
export function createCallbacks(
  { callbacks }: Resolved,
  registry: ClassRegistry,
  options: CallbackOptions,
): ConfigCallbacks {
  const files: CallbackFile[] = []
  const created = callbacks.map((spec, index) => {
    const place = `callbacks[${index}]`
    const callback = registry.parse('callback', spec, place)
    if (callback instanceof BackupAndRestore) {
      throw new ConfigError(
        `${place} is BackupAndRestore, which is for programs: the run is saved anyway. Remove it, and continue with --resume.`,
      )
    }
    const { fields = {}, writes = {} } = callback.constructor as { readonly fields?: object; readonly writes?: Writes }
    const given = typeof spec === 'string' ? { callback: spec } : spec
    const changes: Record<string, unknown> = 'write' in fields ? { write: options.write } : {}
    for (const [name, form] of Object.entries(writes)) {
      const value = (callback as { readonly options?: Readonly<Record<string, unknown>> }).options?.[name]
      if (typeof value !== 'string' || value === '') continue
      const path = requireInside(value, `${place}.${name}`, options)
      if (isInside(options.folder, path)) files.push(fileOf(path, options.folder, form))
      changes[name] = form === 'template' ? asTemplate(path, value, options.folder) : path
    }
    return registry.parse('callback', { ...given, ...changes }, place) as CallbackHooks
  })
  return { callbacks: created, files }
}

function fileOf(path: string, folder: string, form: string): CallbackFile {
  const brace = form === 'template' ? path.slice(folder.length).search(/[{}]/) : -1
  return brace < 0 ? { path, isTemplate: false } : { path: path.slice(0, folder.length + brace), isTemplate: true }
}

/** Escapes the braces of the folder, which is no part of the template. */
function asTemplate(path: string, value: string, folder: string): string {
  return path === resolve(value) ? path : join(folder.replace(/[{}]/g, '$&$&'), relative(folder, path))
}

/** Returns the absolute path of a file that a callback writes. */
function requireInside(value: string, place: string, { folder, allowOutside }: CallbackOptions): string {
  const path = resolve(folder, value)
  const within = relative(folder, path)
  if ((Object.values(fileNames) as string[]).includes(within) || isLock(within)) {
    throw new ConfigError(`${place} is '${value}', which is a file that the run itself writes. Choose another name.`)
  }
  if (allowOutside || (isInside(folder, path) && isInside(realTarget(folder), realTarget(path)))) return path
  throw new ConfigError(
    `${place} is '${value}', which is outside the run folder. A config may write inside the folder of its run only, and its ` +
      "paths are relative to that folder: give a name such as 'log.csv'. If you trust the config, give --allow-outside.",
  )
}
