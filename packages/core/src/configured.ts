import { ConfigError } from './errors.ts'
import { checkFields, type Field } from './fields.ts'

/** The constructor arguments of a class with config `C`: optional when every option is. */
export type ConfigArgument<C> = Record<never, never> extends C ? [config?: C] : [config: C]

/** A class that can be named in data: `static kind` comes from its contract, `static type` is its own. */
export interface Definition<K extends string = string, T extends string = string> {
  readonly kind: K
  readonly type: T
  /** Other names under which data may ask for it, such as `mse`. */
  readonly aliases?: readonly string[]
  readonly fields?: Readonly<Record<string, Field>>
  readonly name: string
}

/**
 * The base of everything that is configured and can be named in data. An instance *is* its config: saving it needs no
 * method, and building it from data needs only the class.
 */
export abstract class Configured<K extends string = string, C extends object = object> {
  static readonly fields: Readonly<Record<string, Field>> | undefined = undefined
  readonly config: C

  constructor(...[config]: ConfigArgument<C>) {
    this.config = config ?? ({} as C)
    const fields = fieldsOf(new.target)
    if (fields) checkFields(this.type, this.config, fields)
  }

  get kind(): K {
    return this.definition.kind as K
  }

  get type(): string {
    return this.definition.type ?? this.definition.name
  }

  private get definition(): Definition {
    return this.constructor as unknown as Definition
  }
}

/** The fields of a class with those of the classes it extends; undefined when it declares none of its own. */
export function fieldsOf(definition: object): Record<string, Field> | undefined {
  if (!Object.hasOwn(definition, 'fields')) return undefined
  const chain: Record<string, Field>[] = []
  for (let level: object | null = definition; level; level = Object.getPrototypeOf(level) as object | null) {
    if (Object.hasOwn(level, 'fields')) chain.unshift((level as { fields?: Record<string, Field> }).fields ?? {})
  }
  return Object.assign({}, ...chain) as Record<string, Field>
}

/**
 * The instance as plain data: its kind and type as the first key, then its config, with nested instances as data too.
 * Throws `ConfigError` for values that have no data form, such as functions, naming the path.
 */
export function specOf(instance: Configured): Record<string, unknown> {
  return toData(instance, instance.type) as Record<string, unknown>
}

function toData(value: unknown, path: string): unknown {
  if (value instanceof Configured) {
    const config = Object.entries(value.config).filter(([, entry]) => entry !== undefined)
    return {
      [value.kind]: value.type,
      ...Object.fromEntries(config.map(([key, entry]) => [key, toData(entry, `${path}.${key}`)])),
    }
  }
  if (Array.isArray(value)) return value.map((entry, index) => toData(entry, `${path}[${index}]`))
  if (typeof value === 'function') {
    throw new ConfigError(
      `${path} is a function, which cannot be saved as data. Use a class with a name (static type) instead.`,
    )
  }
  if (value !== null && typeof value === 'object') {
    if (Object.getPrototypeOf(value) !== Object.prototype) {
      throw new ConfigError(
        `${path} is a ${value.constructor.name}, which cannot be saved as data. Use plain values or a class with a name (static type).`,
      )
    }
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toData(entry, `${path}.${key}`)]))
  }
  return value
}
