import { resolveConstraint } from './constraints/resolve.ts'
import { resolveRegularizer } from './regularizers/resolve.ts'

/**
 * The config of a layer with named regularizers and constraints (`'l2'`) replaced by what the names stand for. The model
 * finds them in the config by the parameter's name and knows the contracts only, not the names.
 */
export function withInstances<C extends object>(owner: string, config: C | undefined): C {
  const resolved = Object.entries(config ?? {}).map(([key, value]): [string, unknown] => {
    if (value === undefined || value === null) return [key, value]
    if (key.endsWith('Regularizer')) return [key, resolveRegularizer(value as 'l2', `${owner}: ${key}`)]
    if (key.endsWith('Constraint')) return [key, resolveConstraint(value as 'nonNeg', `${owner}: ${key}`)]
    return [key, value]
  })
  return Object.fromEntries(resolved) as C
}
