import { isPlainObject } from '@gradus/core'
import { isNameByShape } from './names-by-shape.ts'
import type { ObjectiveOptions } from './objective.ts'
import { type NameResolver, resolveOption } from './resolve.ts'

/**
 * Checks the names and specs of losses and metrics before there is data. Throws `ConfigError` for those that the registry does
 * not know.
 */
export function checkNames(options: ObjectiveOptions, registry: NameResolver | undefined): void {
  visit(options.loss, 'loss', 'compile: loss', registry)
  visit(options.metrics, 'metric', 'compile: metrics', registry)
  visit(options.weightedMetrics, 'metric', 'compile: weightedMetrics', registry)
}

function visit(value: unknown, kind: 'loss' | 'metric', path: string, registry: NameResolver | undefined): void {
  const isSpec = isPlainObject(value) && typeof value[kind] === 'string'
  if (typeof value === 'string' || isSpec) {
    if (typeof value === 'string' && registry && isNameByShape(kind, value)) return
    resolveOption(kind, value, registry, path)
  } else if (Array.isArray(value) || isPlainObject(value)) {
    for (const entry of Object.values(value)) visit(entry, kind, path, registry)
  }
}
