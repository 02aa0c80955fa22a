import { type BaseLayer, ConfigError, Configured, inheritedFieldsOf, isModelSpec, isPlainObject } from '@gradus/core'

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
        requireWholeConfig(value)
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

/**
 * Throws `ConfigError` for a layer that would be loaded as another one, because its constructor keeps an option from that of its base
 * class. It is made again from its saved options, and its properties that are numbers, strings or bools are compared.
 */
function requireWholeConfig(instance: Configured): void {
  const { constructor, savedConfig, type } = instance
  // the base class checks options by the fields of the class; models have properties that change
  if (instance.kind !== 'layer' || Object.hasOwn(constructor, 'fields') || 'layers' in instance) return
  const read = new Set<string>()
  const given = new Proxy(savedConfig, {
    get(target, key) {
      read.add(String(key))
      return Reflect.get(target, key) as unknown
    },
  })
  const Class = constructor as unknown as new (config: object) => Configured
  let copy: (Configured & Readonly<Record<string, unknown>>) | undefined
  try {
    copy = new Class(given) as typeof copy
  } catch {} // the constructor needs an option that is not saved
  const isPlain = (value: unknown) => /^(number|string|boolean)$/.test(typeof value)
  const changed = Object.entries(instance).filter(([key, value]) => isPlain(value) && !Object.is(copy?.[key], value))
  const known = { ...inheritedFieldsOf(constructor), ...savedConfig, ...copy?.config }
  const kept = copy?.config === given ? undefined : [...read].find((key) => !(key in known))
  const taken = changed.find(([key]) => copy?.[key] === given)
  if (changed.length === 0 || !(kept ?? taken)) return
  const option = kept ?? taken![0]
  if (Object.hasOwn(constructor.prototype, 'getConfig')) {
    throw new ConfigError(
      `${type} could not be loaded: the constructor of ${constructor.name} does not read '${option}' from an object of options, which is the result of getConfig. Write constructor({ ${option}, ...options }) { super(options); this.${option} = ${option} }.`,
    )
  }
  throw new ConfigError(
    `The option '${option}' of ${type} would not be saved, because the constructor of ${constructor.name} does not pass it to super. Pass all options in one object, as in constructor(options) { super(options) }, or write getConfig() { return { ...super.getConfig(), ${option}: this.${option} } }.`,
  )
}
