import { type BaseLayer, ConfigError, Configured, isModelSpec, isPlainObject } from '@gradus/core'

/**
 * Throws `ConfigError` if a file with the spec of a model could not be loaded, because a class in it has no name: its layers, what
 * their options hold, and the options of `compile`. Layers that other layers make themselves need no name.
 */
export function requireLoadable(model: BaseLayer, compiled: object | undefined): void {
  const seen = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object' || seen.has(value)) return
    seen.add(value)
    if (value instanceof Configured) {
      if (isGraph(value)) Object.values(value.sublayers()).forEach(visit)
      else {
        requireType(value)
        Object.values(value.config).forEach(visit)
      }
    } else if (Array.isArray(value)) value.forEach(visit)
    else if (isPlainObject(value)) Object.values(value).forEach(visit)
  }
  visit(model)
  visit(compiled)
}

/** Whether an instance is a model that is saved as its layers. */
function isGraph(value: Configured): value is BaseLayer {
  return value.kind === 'layer' && 'layers' in value && isModelSpec(value.toSpec())
}

function requireType({ kind, constructor }: Configured): void {
  if (Object.hasOwn(constructor, 'type')) return
  const { name } = constructor
  const { type } = constructor as { readonly type?: string }
  throw new ConfigError(
    `The class ${name} has no static type${type === undefined ? '' : ` (the type ${type} is that of the class which it extends)`}, so a file with this ${kind} could not be loaded. Give it one: static readonly type = 'namespace/${name}', and load with { registry: standard.with(${name}) }. Or save the weights only, with saveWeights.`,
  )
}
