import { basename } from 'node:path'
import type { AnyDefinition } from '@gradus/core'

/** A plug-in that was loaded. */
export interface LoadedPlugin {
  /** The absolute path of its file, or the name of a package. */
  readonly plugin: string
  /** The absolute path of the module. */
  readonly path: string
  readonly definitions: readonly AnyDefinition[]
}

/** A plug-in with its classes, as text. */
export function describePlugin({ plugin, path, definitions }: LoadedPlugin): string {
  const classes = definitions.map(({ kind, type }) => `${kind} ${type}`)
  return `${plugin === path ? basename(path) : plugin}: ${classes.join(', ')}`
}
