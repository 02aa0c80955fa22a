import { descriptionOf } from './check-fields.ts'
import { isClass } from './describe.ts'
import type { Field, FieldTable } from './fields.ts'

/**
 * A class whose instances are made from a config, or a function, that data can refer to by name. `kind` comes from the
 * contract, such as `layer`; `type` is the name of the class or function.
 */
export interface Definition<K extends string = string, T extends string = string> {
  readonly kind: K
  readonly type: T
  /** Other names by which data may refer to it, such as `mse`. */
  readonly aliases?: readonly string[]
  readonly fields?: FieldTable
  readonly name: string
}

/** A definition that is a function. `with` makes another one with options set. */
export interface FunctionDefinition<K extends string = string, T extends string = string> extends Definition<K, T> {
  /** The options that `with` has set. */
  readonly options?: object
  with?(options: never): FunctionDefinition<K, T>
}

/** Makes an instance of a class with these options; of a function definition, the function with these options set. */
export function instantiate(definition: Definition, options: object): object {
  if (isFunctionDefinition(definition)) {
    const set = Object.keys(options).length > 0 || needsOptions(definition)
    return set && definition.with ? definition.with(options as never) : definition
  }
  return new (definition as unknown as new (config: object) => object)(options)
}

function needsOptions({ fields = {} }: Definition): boolean {
  return Object.values(fields).some((field) => descriptionOf(field).required)
}

/** Whether a value is a named function rather than a class or any other function. */
export function isFunctionDefinition(value: unknown): value is FunctionDefinition & ((...args: never) => unknown) {
  return typeof value === 'function' && 'kind' in value && !isClass(value)
}

/** The fields of a class with those of the classes it extends; undefined if it declares none itself. */
export function fieldsOf(definition: object): FieldTable | undefined {
  return Object.hasOwn(definition, 'fields') ? inheritedFieldsOf(definition) : undefined
}

/** The fields that a class declares or inherits. A class that only inherits them accepts further options. */
export function inheritedFieldsOf(definition: object): FieldTable {
  const chain: FieldTable[] = []
  for (let level: object | null = definition; level; level = Object.getPrototypeOf(level) as object | null) {
    if (Object.hasOwn(level, 'fields')) chain.unshift((level as { fields?: FieldTable }).fields ?? {})
  }
  return Object.assign({}, ...chain) as FieldTable
}

/** Merges field tables. It is a function because bundlers cannot drop a spread. */
/* @__NO_SIDE_EFFECTS__ */
export function joinFields<
  A extends FieldTable,
  B extends FieldTable,
  C extends FieldTable = Record<never, Field>,
  D extends FieldTable = Record<never, Field>,
>(a: A, b: B, c?: C, d?: D): A & B & C & D {
  return { ...a, ...b, ...c, ...d } as A & B & C & D
}

/** The fields of a table with these names. */
export function pickFields<A extends FieldTable, K extends keyof A>(fields: A, ...names: readonly K[]): Pick<A, K> {
  return Object.fromEntries(names.map((name) => [name, fields[name]])) as Pick<A, K>
}
