import { Tensor } from '@gradus/tensor'
import { ConfigError } from '../errors.ts'
import { isPlainObject } from '../structure.ts'
import { accepts, descriptionOf } from './check-fields.ts'
import { completeConfig, findNamed } from './complete.ts'
import { constantData } from './constants.ts'
import { type Definition, fieldsOf, inheritedFieldsOf, instantiate, isFunctionDefinition } from './definition.ts'
import { requireBounded } from './depth.ts'
import { describeValue } from './describe.ts'
import type { Field, FieldTable } from './fields.ts'

/** The constructor arguments of a class with config `C`: optional when every option is. */
export type ConfigArgument<C> = Record<never, never> extends C ? [config?: C] : [config: C]

/**
 * The base class of everything that has a config and a name in data. An instance is determined by its config, so it can be
 * saved as data and built from data without further methods.
 *
 * The options that a class describes in `static fields` are checked and completed: `config` holds the given options,
 * `options` the same with defaults filled in and names resolved. Declare the type of the latter with
 * `declare readonly options: OptionsOf<typeof fields>`. A class without `fields` inherits those of the class it extends and
 * accepts any other option without a check. The constructor throws `ConfigError` for options that `fields` does not allow.
 */
export abstract class Configured<K extends string = string, C extends object = object> {
  static readonly fields: FieldTable | undefined = undefined
  /** The given options. */
  readonly config: C
  /** The complete options. */
  readonly options: object

  constructor(...args: ConfigArgument<C>) {
    const [config, second] = args as readonly [config?: C, second?: unknown]
    requireBounded(config, this.type)
    if (config !== undefined && !isPlainObject(config)) throw configError(this.definition, config)
    if (second !== undefined) {
      throw new ConfigError(
        `${this.definition.name} takes its options in one object and got a second argument, ${describeValue(second)}.`,
      )
    }
    this.config = config ?? ({} as C)
    const fields = fieldsOf(new.target) ?? openFieldsOf(new.target, this.config)
    this.options = completeConfig(this.type, this.config, fields)
  }

  /** The kind of the class, such as `layer`. */
  get kind(): K {
    return this.definition.kind as K
  }

  /** The options that data and copies of the instance have. */
  get savedConfig(): C {
    return this.config
  }

  /** The name of the class in data: its static `type`, or else its class name. */
  get type(): string {
    return this.definition.type ?? this.definition.name
  }

  /**
   * The instance as plain data: its kind and type as the first key, then its config, with nested instances as data too.
   * Throws `ConfigError` that names the path for values that cannot be data, such as functions without a name.
   */
  toSpec(): object {
    const fields = inheritedFieldsOf(this.constructor)
    const options = this.options as Readonly<Record<string, unknown>>
    // names are resolved, so that equal instances have equal data
    const config = Object.entries(this.savedConfig).map(([key, value]) => {
      const named = typeof value === 'string' && fields[key] !== undefined && descriptionOf(fields[key]).among
      return [key, named ? options[key] : value]
    })
    return namedData(this.kind, this.type, Object.fromEntries(config) as object, this.type)
  }

  /**
   * Returns the complete options as plain data, with instances as specs. Throws `ConfigError` for functions without a name. Keras:
   * `get_config`.
   *
   * @example
   * import { Huber } from '@gradus/losses'
   * Huber.fromConfig(new Huber({ delta: 2 }).getConfig()).options.delta // => 2
   */
  getConfig(): Readonly<Record<string, unknown>> {
    return toData(this.options, this.type) as Readonly<Record<string, unknown>>
  }

  /** Makes an instance from its options, also from those of `getConfig` as JSON. Keras: `from_config`. */
  static fromConfig<T extends Configured>(this: new (config: never) => T, config: object): T {
    // biome-ignore lint/complexity/noThisInStatic: the class on which it is called
    return new this(fromData(this, config) as never)
  }

  private get definition(): Definition {
    return this.constructor as unknown as Definition
  }
}

/** An error for options that are not in an object, with an example of the option that may have been meant. */
function configError(definition: Definition, got: unknown): ConfigError {
  const { name } = definition
  const plain = Array.isArray(got) || (typeof got !== 'object' && typeof got !== 'function')
  const fields = Object.entries(inheritedFieldsOf(definition))
  const accepting = plain ? fields.filter(([, field]) => takes(field, got)) : []
  const isRequired = ([, field]: [string, Field]) => descriptionOf(field).required
  const isChoice = ([, field]: [string, Field]) => descriptionOf(field).oneOf !== undefined
  const [key] = accepting.find(isRequired) ?? accepting.find(isChoice) ?? accepting[0] ?? fields.find(isRequired) ?? []
  const value = accepting.length > 0 ? describeValue(got) : '...'
  const usual = (definition as { readonly usage?: string }).usage
  const example = key !== undefined ? `, as in new ${name}({ ${key}: ${value} })` : usual ? `, as in ${usual}` : ''
  return new ConfigError(`${name} takes its options in one object${example}, and got ${describeValue(got)}.`)
}

/** Whether an option has a type or a list of values, and the value is of it. */
function takes(field: Field, value: unknown): boolean {
  const { type, oneOf } = descriptionOf(field)
  return (oneOf !== undefined || (type !== undefined && type !== 'unknown')) && accepts(field, value)
}

/** The fields of a class that declares none itself: those it inherits, and `unknown` for every other given option. */
function openFieldsOf(definition: object, config: object): FieldTable {
  const others = Object.keys(config).map((key) => [key, 'unknown'] as const)
  return { ...Object.fromEntries(others), ...inheritedFieldsOf(definition) }
}

/**
 * The key, in data, of an option that is named like the kind of its class, such as the option `layer` of a wrapper layer: the
 * key `layer` already holds the type.
 */
export const innerKey = 'inner'

/** A value of a config as plain data. Throws `ConfigError` that names `path` for values that cannot be data. */
export function toData(value: unknown, path: string): unknown {
  if (value instanceof Configured) return value.toSpec()
  if (isFunctionDefinition(value)) {
    return value.options ? namedData(value.kind, value.type, value.options, path) : value.type
  }
  if (Array.isArray(value)) return value.map((entry, index) => toData(entry, `${path}[${index}]`))
  if (value instanceof Tensor) return constantData(value, path)
  if (typeof value === 'function') {
    throw new ConfigError(
      `${path} is a function, which cannot be saved as data. Use a class with a name (static type) instead.`,
    )
  }
  if (value !== null && typeof value === 'object') {
    if (!isPlainObject(value)) {
      const { name } = (value as Partial<object>).constructor ?? {}
      throw new ConfigError(
        `${path} is ${name ? `a ${name}` : 'an object of a class'}, which cannot be saved as data. Use plain values or a class with a name (static type).`,
      )
    }
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toData(entry, `${path}.${key}`)]))
  }
  if (typeof value === 'bigint' || typeof value === 'symbol')
    throw new ConfigError(`${path} is a ${typeof value}, which cannot be saved as data.`)
  return value
}

/** The options of a class in which specs of instances that its fields have tables for are instances. */
export function fromData(definition: object, config: object): object {
  const fields = inheritedFieldsOf(definition)
  const entries = Object.entries(config).map(([key, value]: [string, unknown]) => {
    const { among, type } = descriptionOf(fields[key] ?? 'unknown')
    const name = isPlainObject(value) ? value[String(type)] : undefined
    if (!among || typeof name !== 'string') return [key, value]
    const { [String(type)]: _, ...options } = value as Record<string, unknown>
    const found = findNamed(among as Readonly<Record<string, Definition>>, name, key, String(type))
    return [key, instantiate(found, options)]
  })
  return Object.fromEntries(entries) as object
}

function namedData(kind: string, type: string, config: object, path: string): Record<string, unknown> {
  const entries = Object.entries(config).filter(([, entry]) => entry !== undefined)
  return {
    [kind]: type,
    ...Object.fromEntries(
      entries.map(([key, entry]) => [key === kind ? innerKey : key, toData(entry, `${path}.${key}`)]),
    ),
  }
}

/** A new instance with the config of `instance`, overridden by `changes`. Layers in the config are copied too, each once. */
export function copyOf<T extends Configured>(instance: T, changes: object = {}): T {
  return copyWith(instance, changes, new Map())
}

function copyWith<T extends Configured>(instance: T, changes: object, copies: Map<Configured, Configured>): T {
  const Class = instance.constructor as unknown as new (config: object) => T
  return new Class({ ...(copied(instance.savedConfig, copies) as object), ...changes })
}

function copied(value: unknown, copies: Map<Configured, Configured>): unknown {
  if (value instanceof Configured) {
    if (value.kind !== 'layer') return value
    const copy = copies.get(value) ?? copyWith(value, {}, copies)
    copies.set(value, copy)
    return copy
  }
  if (Array.isArray(value)) return value.map((entry) => copied(entry, copies))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copied(entry, copies)]))
}
