import { Configured, type Definition, fieldsOf } from './configured.ts'
import { ConfigError } from './errors.ts'
import { describeValue } from './fields.ts'
import { normalizeName, suggest } from './names.ts'

/** Any class that a registry can hold. */
export type AnyDefinition = Definition & (abstract new (...args: never) => object)

type InstanceOf<D> = D extends abstract new (...args: never) => infer I ? I : never
type ConfigOf<D> = D extends abstract new (
  ...args: infer A
) => unknown
  ? A extends []
    ? object
    : NonNullable<A[0]>
  : never

/** The definitions among `D` of one kind. */
export type OfKind<D, K extends string> = Extract<D, { readonly kind: K }>

/** Data that describes an instance of one of the definitions `D`: `{ layer: 'Dense', units: 3 }`, with specs nested in it. */
export type Spec<D, All = D> = D extends Definition
  ? { readonly [K in D['kind']]: D['type'] } & { readonly [P in keyof ConfigOf<D>]: Loose<ConfigOf<D>[P], All> }
  : never

// Where a config takes an instance of a kind, its spec is taken too.
type Loose<V, All> =
  V extends Configured<infer K, infer _>
    ? V | Spec<OfKind<All, K>, All>
    : V extends readonly Configured<infer K, infer _>[]
      ? V | readonly Spec<OfKind<All, K>, All>[]
      : V

type Created<D, S> = InstanceOf<
  D extends Definition ? (S extends { readonly [K in D['kind']]: D['type'] } ? D : never) : never
>

/**
 * Classes by kind and name, for when names come from data: JSON, a command line, a file. A registry is a value; nothing
 * is registered by importing it. Two classes of one kind under one name throw.
 *
 * Its type is the union of its classes, so specs complete in the editor and misspelt names do not compile.
 */
export class Registry<D extends AnyDefinition = never> {
  private readonly table = new Map<string, Map<string, D>>()

  constructor(readonly definitions: readonly D[]) {
    for (const definition of definitions) {
      const { kind, type, aliases = [] } = definition
      if (!kind || !type) {
        throw new ConfigError(
          `The class ${definition.name} cannot be registered: it needs a static 'kind' (from its contract) and a static 'type' (its own name).`,
        )
      }
      let names = this.table.get(kind)
      if (!names) this.table.set(kind, (names = new Map()))
      for (const name of [type, ...aliases]) {
        const key = normalizeName(name)
        const taken = names.get(key)
        if (taken && taken !== definition) {
          throw new ConfigError(
            `Two ${kind} classes are called '${name}': ${taken.type} and ${type}. Give one of them a name of its own, such as 'scope/${type}'.`,
          )
        }
        names.set(key, definition)
      }
    }
  }

  /** A registry that knows these classes too. */
  with<E extends readonly AnyDefinition[]>(...definitions: E): Registry<D | E[number]> {
    return new Registry<D | E[number]>([...this.definitions, ...definitions])
  }

  /** The names of one kind. */
  names(kind: string): string[] {
    return [...new Set(this.table.get(kind)?.values() ?? [])].map(({ type }) => type)
  }

  /** The class of that name, or undefined. Case, `_` and `-` do not count: `mean_squared_error` finds `MeanSquaredError`. */
  find<K extends D['kind']>(kind: K, name: string): OfKind<D, K> | undefined {
    return this.table.get(kind)?.get(normalizeName(name)) as OfKind<D, K> | undefined
  }

  /** The class of that name. An unknown one throws `ConfigError` with what is known and how to add it. */
  get<K extends D['kind']>(kind: K, name: string, path: string = kind): OfKind<D, K> {
    const found = this.find(kind, name)
    if (found) return found
    throw new ConfigError(
      `${path}: there is no ${kind} called '${name}'.${suggest(name, this.names(kind))} ` +
        `A class of your own becomes known with registry.with(TheClass).`,
    )
  }

  /** Builds an instance from a typed spec. */
  create<const S extends Spec<D>>(spec: S): Created<D, S> {
    const kind = this.kindOf(spec)
    if (!kind)
      throw new ConfigError(
        `${describeValue(spec)} names no kind; start it with one of ${this.kinds().join(', ')}, as in { layer: 'Dense' }.`,
      )
    return this.parse(kind, spec) as unknown as Created<D, S>
  }

  /**
   * Builds an instance of `kind` from data: a name (`'adam'`) or a spec (`{ optimizer: 'Adam', learningRate: 0.01 }`),
   * which may hold specs in turn. Everything is checked; errors name the path.
   */
  parse<K extends D['kind']>(kind: K, data: unknown, path: string = kind): InstanceOf<OfKind<D, K>> {
    if (data instanceof Configured) return data as InstanceOf<OfKind<D, K>>
    if (typeof data === 'string') return this.build(this.get(kind, data, path), {}, path) as InstanceOf<OfKind<D, K>>
    if (data === null || typeof data !== 'object' || Array.isArray(data)) {
      throw new ConfigError(
        `${path} must be the name of a ${kind} or { ${kind}: name, ...options } and is ${describeValue(data)}.`,
      )
    }
    const { [kind]: name, ...options } = data as Record<string, unknown>
    if (typeof name !== 'string') {
      throw new ConfigError(
        `${path} must name its ${kind}: { ${kind}: name, ...options }; it is ${describeValue(data)}.${suggest('', this.names(kind))}`,
      )
    }
    return this.build(this.get(kind, name, `${path}.${kind}`), options, path) as InstanceOf<OfKind<D, K>>
  }

  private build(definition: D, options: Record<string, unknown>, path: string): object {
    const fields = fieldsOf(definition)
    const config = Object.fromEntries(
      Object.entries(options)
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([key, value]) => [key, this.nested(value, fields?.[key], `${path}.${key}`)]),
    )
    try {
      return new (definition as unknown as new (config: object) => object)(config)
    } catch (error) {
      if (error instanceof ConfigError && !error.message.startsWith(path))
        throw new ConfigError(`${path}: ${error.message}`)
      throw error
    }
  }

  // Specs nested in a config become instances; a string in a field of a known kind does where this registry knows it.
  private nested(value: unknown, field: unknown, path: string): unknown {
    if (Array.isArray(value)) return value.map((entry, index) => this.nested(entry, field, `${path}[${index}]`))
    if (typeof value === 'string') {
      const kind = (Array.isArray(field) ? field : [field]).find(
        (type) => typeof type === 'string' && this.table.has(type.replace(/s$/, '')),
      ) as string | undefined
      const found = kind && this.find(kind.replace(/s$/, ''), value)
      return found ? this.build(found, {}, path) : value
    }
    if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value
    const kind = this.kindOf(value)
    if (kind) return this.parse(kind, value, path)
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, this.nested(entry, undefined, `${path}.${key}`)]),
    )
  }

  private kinds(): D['kind'][] {
    return [...this.table.keys()]
  }

  private kindOf(value: object): D['kind'] | undefined {
    const first = Object.keys(value)[0]
    return first !== undefined && this.table.has(first) && typeof (value as Record<string, unknown>)[first] === 'string'
      ? first
      : undefined
  }
}
