import { isClass, isPlainObject } from '@gradus/core'
import { isNameByShape } from './names-by-shape.ts'
import type { ObjectiveOptions } from './objective.ts'
import { type NameResolver, resolveOption } from './resolve.ts'

/**
 * Checks losses and metrics, their names and specs before there is data. Throws `ConfigError` for those that the registry does
 * not know, and for values of other kinds.
 */
export function checkNames(options: ObjectiveOptions, registry: NameResolver | undefined): void {
  visit(options.loss, 'loss', 'compile: loss', registry)
  visit(options.metrics, 'metric', 'compile: metrics', registry)
  visit(options.weightedMetrics, 'metric', 'compile: weightedMetrics', registry)
}

function visit(value: unknown, kind: 'loss' | 'metric', path: string, registry: NameResolver | undefined): void {
  if (value === undefined || value === null) return
  if (Array.isArray(value) || (isPlainObject(value) && typeof value[kind] !== 'string')) {
    for (const entry of Object.values(value)) visit(entry, kind, path, registry)
  } else if (typeof value !== 'function' || isClass(value)) {
    if (typeof value === 'string' && registry && isNameByShape(kind, value)) return
    resolveOption(kind, value, registry, path)
  }
}
