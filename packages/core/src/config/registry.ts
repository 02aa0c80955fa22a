import { ConfigError } from '../errors.ts'
import { isPlainObject } from '../structure.ts'
import { checkFields, descriptionOf } from './check-fields.ts'
import { Configured, innerKey } from './configured.ts'
import { fieldsOf, instantiate, isFunctionDefinition } from './definition.ts'
import { requireBounded } from './depth.ts'
import { describeField, describeName, describeValue } from './describe.ts'
import type { Field, FieldTable, FieldType } from './fields.ts'
import { normalizeName, suggest } from './names.ts'
import type { AnyDefinition, Created, InstanceOf, OfKind, SpecArgument } from './spec.ts'

/** The limit on nesting; without it, circular data would overflow the stack. */
const maxDepth = 64

/** The key of specs that stand for one layer. */
const sharedKey = 'sharedId'

/** Options of a registry. */
export interface RegistryOptions {
  /** What to do about an unknown name, for the messages of a program in which classes are added in another way than by `with`. */
  readonly remedy?: string
}

/**
 * Classes and named functions by kind and name, for names that come from data: JSON, a command line, a file. A registry is a
 * value; importing a module registers nothing. The constructor throws `ConfigError` if two definitions of one kind have the
 * same name. It also takes a function that returns the definitions and is called when the registry is first used.
 *
 * The type of a registry holds its classes, so editors complete specs, and misspelt names are compile errors.
 *
 * @example
 * import { Registry, Regularizer } from '@gradus/core'
 * import { max, mul, tensor } from '@gradus/tensor'
 * class Largest extends Regularizer {
 *   static readonly type = 'acme/Largest'
 *   static readonly fields = { factor: 'number' }
 *   loss(x) {
 *     return mul(max(x), this.options.factor)
 *   }
 * }
 * const registry = new Registry([]).with(Largest)
 * registry.create({ regularizer: 'acme/Largest', factor: 3 }).loss(tensor([1, 2])).item() // => 6
 */
export class Registry<D extends AnyDefinition = never> {
  private content: Content<D> | undefined

  constructor(
    private readonly given: readonly D[] | (() => readonly D[]),
    private readonly options: RegistryOptions = {},
  ) {
    if (typeof given !== 'function') this.content = contentOf(given)
  }

  /** The classes and functions of this registry. */
  get definitions(): readonly D[] {
    return this.opened().definitions
  }

  private get table(): Content<D>['table'] {
    return this.opened().table
  }

  private opened(): Content<D> {
    this.content ??= contentOf((this.given as () => readonly D[])())
    return this.content
  }

  /** A registry with these classes added. */
  with<E extends readonly AnyDefinition[]>(...definitions: E): Registry<D | E[number]> {
    return new Registry<D | E[number]>([...this.definitions, ...definitions], this.options)
  }

  /** The types of one kind, in the order in which they were given. */
  names(kind: string): string[] {
    return this.definitionsOf(kind).map(({ type }) => type)
  }

  private aliases(kind: string): string[] {
    return this.definitionsOf(kind).flatMap(({ aliases = [] }) => aliases)
  }

  private definitionsOf(kind: string): D[] {
    return [...new Set(this.table.get(kind)?.values() ?? [])]
  }

  /** The class with that name, or undefined. Case, `_` and `-` are ignored: `mean_squared_error` finds `MeanSquaredError`. */
  find<K extends D['kind']>(kind: K, name: string): OfKind<D, K> | undefined {
    return this.table.get(kind)?.get(normalizeName(name)) as OfKind<D, K> | undefined
  }

  /** The class with that name. Throws `ConfigError` for an unknown name, with the known ones and how to add a class. */
  get<K extends D['kind']>(kind: K, name: string, path: string = kind): OfKind<D, K> {
    const found = this.find(kind, name)
    if (found) return found
    const known = this.table.has(kind)
      ? suggest(name, this.names(kind), this.aliases(kind))
      : ` (this registry knows no ${kind} at all, only: ${[...this.table.keys()].join(', ')})`
    const isOwn = /^[\w.-]+[/][\w.-]{1,60}$/.test(name)
    if (isOwn && !this.options.remedy) {
      const own = name.split('/').at(-1)!
      throw new ConfigError(
        `${path}: there is no ${kind} called ${describeName(name)}. It is a class of the program that made the data: pass it to loadModel as { customObjects: { ${own} } }, or add it with registry.with(${own}).`,
      )
    }
    // the advice stands before the list, which may be long
    const [near, list] = [known.slice(0, known.lastIndexOf(' (')), known.slice(known.lastIndexOf(' ('))]
    const remedy =
      this.options.remedy ??
      'Add your own classes with registry.with(TheClass), or pass them to loadModel as customObjects.'
    throw new ConfigError(
      `${path}: there is no ${kind} called ${describeName(name)}.${near} ${remedy}${isOwn ? '' : list}`,
    )
  }

  /**
   * Builds an instance from a typed spec. The key that is a kind names the class; the options may hold specs of other classes.
   * Misspelt names and options are compile errors; for data of unknown form use `parse`. Throws `ConfigError` as `parse` does.
   */
  create<const S extends Readonly<Record<string, unknown>>>(spec: SpecArgument<D, S>): Created<D, S> {
    const kind = this.kindOf(spec)
    if (kind) return this.parse(kind, spec) as unknown as Created<D, S>
    throw new ConfigError(
      `${describeValue(spec)} names no class; one of its keys must be ${[...this.table.keys()].join(', ')}, as in { layer: 'Dense' }.`,
    )
  }

  /**
   * Builds an instance of `kind` from data: a name (`'adam'`) or a spec (`{ optimizer: 'Adam', learningRate: 0.01 }`), which
   * may hold nested specs. An instance is returned as it is. Throws `ConfigError` that names the path for unknown names and
   * options, and for values that an option does not allow. Specs with the same `sharedId` become one instance; `shared` holds
   * those that were built before, by their ids.
   */
  parse<K extends D['kind']>(
    kind: K,
    data: unknown,
    path: string = kind,
    shared: Map<unknown, object> = new Map(),
  ): InstanceOf<OfKind<D, K>> {
    requireBounded(data, path)
    return this.read(kind, data, { path, depth: 0, shared }) as InstanceOf<OfKind<D, K>>
  }

  private read(kind: D['kind'], data: unknown, at: Position): object {
    const { path, shared } = at
    if (data instanceof Configured || isFunctionDefinition(data)) {
      if (data.kind === kind) return data
      throw new ConfigError(`${path} must be ${describeField(kind as FieldType)} and is ${describeValue(data)}.`)
    }
    if (typeof data === 'string') return this.build(this.get(kind, data, path), {}, at)
    if (!isPlainObject(data)) {
      throw new ConfigError(
        `${path} must be the name of ${describeField(kind as FieldType)} or { ${kind}: name, ...options } and is ${describeValue(data)}.`,
      )
    }
    const { [kind]: name, ...options } = data
    if (typeof name !== 'string') {
      throw new ConfigError(
        `${path} must name its ${kind}: { ${kind}: name, ...options }; it is ${describeValue(data)}.${suggest('', this.names(kind))}`,
      )
    }
    const definition = this.get(kind, name, `${path}.${kind}`)
    if (kind !== 'layer' || !Object.hasOwn(options, sharedKey)) return this.build(definition, options, at)
    const { [sharedKey]: id, ...others } = options as Record<string, unknown>
    const made = shared.get(id) ?? this.build(definition, others, at)
    shared.set(id, made)
    return made
  }

  private build(definition: D, data: Record<string, unknown>, at: Position): object {
    const { path } = at
    const fields = fieldsInData(definition)
    if (fields) checkFields(definition.type, data, fields, path)
    const entries = Object.entries(data)
      .filter(([key, value]) => value !== undefined && (value !== null || takesNull(fields?.[key])))
      .map(([key, value]) => [key, this.nested(value, fields?.[key], within(at, `.${key}`))] as const)
    const config = Object.fromEntries(entries.map(([key, value]) => [optionOf(key, definition), value]))
    try {
      return instantiate(definition, config)
    } catch (error) {
      if (error instanceof ConfigError) throw new ConfigError(atPath(error.message, definition.type, config, path))
      throw error
    }
  }

  // Specs nested in a config become instances, and so do names in fields of a kind that this registry holds.
  private nested(value: unknown, field: Field | undefined, at: Position): unknown {
    const { path, depth } = at
    if (depth > maxDepth) {
      throw new ConfigError(`${path.slice(0, 60)}...: the data is nested more than ${maxDepth} deep.`)
    }
    if (Array.isArray(value)) return value.map((entry, index) => this.nested(entry, field, within(at, `[${index}]`)))
    const kinds = typesOf(field).filter((type) => this.table.has(type)) as D['kind'][]
    if (typeof value === 'string') {
      for (const kind of kinds) {
        const found = this.find(kind, value)
        if (found) return this.build(found, {}, at)
      }
      return value
    }
    if (!isPlainObject(value)) return value
    const kind = kinds.find((known) => Object.hasOwn(value, known)) ?? kinds[0] ?? this.kindOf(value)
    if (kind) return this.read(kind, value, at)
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, this.nested(entry, undefined, within(at, `.${key}`))]),
    )
  }

  // If several keys are kinds, as in { activation: 'relu', layer: 'Activation' }: the one whose class has the others as options.
  private kindOf(value: object): D['kind'] | undefined {
    const kinds = Object.entries(value).filter(([key, name]) => this.table.has(key) && typeof name === 'string')
    const owner = kinds.find(([kind, name]) => {
      const fields = fieldsOf(this.find(kind, name) ?? {})
      return kinds.every(([other]) => other === kind || Object.hasOwn(fields ?? {}, other))
    })
    return (owner ?? kinds[0])?.[0]
  }
}

/** The definitions of a registry, and the same by kind and normalized name. */
interface Content<D> {
  readonly definitions: readonly D[]
  readonly table: ReadonlyMap<string, ReadonlyMap<string, D>>
}

/** Orders definitions by kind and name. Throws `ConfigError` for values that are no definitions and for a name that two have. */
function contentOf<D extends AnyDefinition>(definitions: readonly D[]): Content<D> {
  const table = new Map<string, Map<string, D>>()
  for (const definition of definitions) {
    if (typeof definition !== 'function') {
      throw new ConfigError(
        `A registry holds classes and was given ${describeValue(definition)}. Give the classes one by one, as in standard.with(MyLayer, MyLoss).`,
      )
    }
    const { kind, type, aliases = [] } = definition as AnyDefinition
    if (!kind || !type) {
      throw new ConfigError(
        `The class ${definition.name} cannot be registered: it needs a static 'kind' (from its contract) and a static 'type' (its own name).`,
      )
    }
    const fields = fieldsOf(definition) ?? {}
    if (Object.hasOwn(fields, kind) && Object.hasOwn(fields, innerKey)) {
      throw new ConfigError(
        `The ${kind} ${type} has the options '${kind}' and '${innerKey}'. In data, the key '${kind}' holds the name of the class and '${innerKey}' the option '${kind}', so rename one of the options.`,
      )
    }
    let names = table.get(kind)
    if (!names) table.set(kind, (names = new Map()))
    for (const name of [type, ...aliases]) {
      const key = normalizeName(name)
      const taken = names.get(key)
      if (taken && taken !== definition) {
        throw new ConfigError(
          `Two ${kind} classes are called '${name}': ${taken.type} and ${type}. Rename one of them, for example to 'namespace/${type}'.`,
        )
      }
      names.set(key, definition)
    }
  }
  return { definitions, table }
}

/** The position in data that is being read. */
interface Position {
  /** For messages. */
  readonly path: string
  readonly depth: number
  /** The instances built so far from specs with a `sharedId`, by that id. */
  readonly shared: Map<unknown, object>
}

function within({ path, depth, shared }: Position, step: string): Position {
  return { path: path + step, depth: depth + 1, shared }
}

/** Whether null is a value of a field. For all others it means, as in Keras's configs, that the option is not set. */
function takesNull(field: Field | undefined): boolean {
  return field !== undefined && descriptionOf(field).whenNull !== undefined
}

function typesOf(field: Field | undefined): readonly string[] {
  if (field === undefined) return []
  const { type = [] } = descriptionOf(field)
  return typeof type === 'string' ? [type] : type
}

/** The fields under their keys in data: an option named like the kind of its class is `inner` there. */
function fieldsInData(definition: AnyDefinition): FieldTable | undefined {
  const fields = fieldsOf(definition)
  if (!fields || !Object.hasOwn(fields, definition.kind)) return fields
  const { [definition.kind]: inner, ...rest } = fields
  return { ...rest, [innerKey]: inner! }
}

/** The name of the option that has the key `key` in data. */
function optionOf(key: string, definition: AnyDefinition): string {
  const { kind } = definition
  return key === innerKey && Object.hasOwn(fieldsOf(definition) ?? {}, kind) ? kind : key
}

/** Puts the path into an error message of a class: `Dense: 'units' must ...` becomes `model.layers[1].units must ...`. */
function atPath(message: string, type: string, config: object, path: string): string {
  const [, key, rest] = message.startsWith(`${type}: `)
    ? (/^'?(\w+)'?(.*)$/s.exec(message.slice(type.length + 2)) ?? [])
    : []
  return key !== undefined && Object.hasOwn(config, key) ? `${path}.${key}${rest}` : `${path}: ${message}`
}
