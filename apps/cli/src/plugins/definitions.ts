import { type AnyDefinition, type BaseLayer, Configured, isPlainObject, layersWithin } from '@gradus/core'

/** The classes and named functions of a module that a config can name. */
export interface FoundDefinitions {
  readonly definitions: readonly AnyDefinition[]
  /** The names of classes of which there are instances, but which have no static `type` by themselves. */
  readonly nameless: readonly string[]
}

type Named = Partial<Pick<AnyDefinition, 'kind' | 'type'>>

/** The greatest depth at which the exports of a module are searched. */
const maxDepth = 32

/**
 * Finds the classes and named functions that a module exports, and those of exported instances, also within lists, plain objects and
 * other instances. `known` are those of this program.
 */
export function findDefinitions(exports: unknown, known: ReadonlySet<unknown>): FoundDefinitions {
  const definitions = new Set<AnyDefinition>()
  const nameless = new Set<string>()
  const visited = new Set<unknown>()
  const ofInstance = (value: Configured) => {
    const definition = value.constructor as unknown as AnyDefinition
    if (known.has(definition)) return
    if (hasOwnName(definition)) definitions.add(definition)
    else nameless.add(definition.name)
  }
  const visit = (value: unknown, depth: number): void => {
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
    if (!isObject || visited.has(value) || known.has(value) || depth > maxDepth) return
    visited.add(value)
    if (isDefinition(value)) definitions.add(value)
    else if (value instanceof Configured) {
      ofInstance(value)
      visit(value.config, depth + 1)
      if (value.kind === 'layer') for (const { layer } of layersWithin(value as BaseLayer)) visit(layer, depth + 1)
    } else if (Array.isArray(value)) for (const entry of value) visit(entry, depth + 1)
    else if (depth === 0 || isPlainObject(value)) for (const entry of Object.values(value)) visit(entry, depth + 1)
  }
  visit(exports, 0)
  return { definitions: [...definitions], nameless: [...nameless] }
}

/** Whether a value is a class that has its own name in data, or a function with a name. */
function isDefinition(value: unknown): value is AnyDefinition {
  if (typeof value !== 'function' || typeof (value as Named).kind !== 'string' || !hasOwnName(value)) return false
  return !isClassOfKind(value) || value.prototype instanceof Configured
}

function hasOwnName(value: object): boolean {
  return Object.hasOwn(value, 'type') && typeof (value as Named).type === 'string' && (value as Named).type !== ''
}

function isClassOfKind(value: object): value is { prototype: unknown } {
  return 'prototype' in value && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
}

/** The exports of a module in words, with the reason why each is no class that a config can name. */
export function describeExports(exports: unknown): string {
  const entries =
    typeof exports === 'object' && exports !== null ? Object.entries(exports) : [['module.exports', exports] as const]
  const shown = entries.slice(0, 8).map(([name, value]) => `${name} (${describeExport(value)})`)
  const more = entries.length > shown.length ? [`${entries.length - shown.length} more`] : []
  return [...shown, ...more].join(', ') || 'nothing'
}

function describeExport(value: unknown): string {
  if (typeof value !== 'function') return Array.isArray(value) ? 'a list' : `of type ${typeof value}`
  if (!isClassOfKind(value)) return 'a function'
  if (value.prototype instanceof Configured) return 'a class without a static type'
  return 'kind' in value ? 'a class of another copy of gradus' : 'a class that extends no class of gradus'
}
