import { type AnyDefinition, Configured, fieldsOf, isFunctionDefinition, isPlainObject, Registry } from '@gradus/core'
import { demand, errorOf } from './check.ts'

/** A copy of an instance that a registry builds from the JSON text of its spec. Throws if the specs of both differ. */
export function roundTrip<T extends Configured>(instance: T): T {
  const text = JSON.stringify(instance.toSpec())
  const registry = new Registry<AnyDefinition>([...definitionsOf(instance)])
  const copy = registry.parse(instance.kind, JSON.parse(text)) as unknown as T
  demand(
    copy.constructor === instance.constructor,
    `${instance.type}: the registry built a ${copy.constructor.name} from ${text}.`,
  )
  const again = JSON.stringify(copy.toSpec())
  demand(again === text, `${instance.type}: its spec changed on the way through JSON, from ${text} to ${again}.`)
  return copy
}

/** The definitions of an instance and of all instances and functions nested in its options. */
function definitionsOf(value: unknown, found: Set<AnyDefinition> = new Set()): Set<AnyDefinition> {
  if (value instanceof Configured) {
    found.add(value.constructor as unknown as AnyDefinition)
    definitionsOf(value.options, found)
  } else if (isFunctionDefinition(value)) {
    found.add(value as unknown as AnyDefinition)
  } else if (value !== null && typeof value === 'object') {
    for (const entry of Object.values(value)) definitionsOf(entry, found)
  }
  return found
}

/** Throws unless a class with `fields` refuses an unknown option with an error that names it. */
export function refusesUnknownOptions(instance: Configured): void {
  const type = instance.constructor as unknown as new (config: object) => object
  if (!fieldsOf(type)) return
  const { message } = errorOf(
    `new ${instance.type}({ unheardOf: 1 })`,
    () => new type({ ...instance.config, unheardOf: 1 }),
  )
  demand(message.includes('unheardOf'), `The error for the unknown option 'unheardOf' does not name it: ${message}`)
}

/** A copy of an instance with options changed in it and in all layers nested in its config. */
export function withOptions<T extends Configured>(instance: T, options: object): T {
  const type = instance.constructor as unknown as new (config: object) => T
  return new type({ ...(nested(instance.config, options) as object), ...options })
}

function nested(value: unknown, options: object): unknown {
  if (value instanceof Configured) return value.kind === 'layer' ? withOptions(value, options) : value
  if (Array.isArray(value)) return value.map((entry) => nested(entry, options))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, nested(entry, options)]))
}
