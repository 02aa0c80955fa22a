import { ConfigError } from '../errors.ts'
import { isPlainObject } from '../structure.ts'
import { checkFields, choiceOf, descriptionOf, exampleOf, isBasic } from './check-fields.ts'
import { type Definition, instantiate } from './definition.ts'
import { describeField, describeName, describeValue, isClass, namedOf } from './describe.ts'
import type { FieldDescription, FieldTable } from './fields.ts'
import { functionKinds } from './function-kinds.ts'
import { normalizeName, suggest } from './names.ts'
import { requireMethod } from './own-methods.ts'

/**
 * The options of a class: `config` checked against `fields`, with defaults filled in and names resolved to the instances or
 * functions that they name. Throws `ConfigError` that names `owner`, the option and its value.
 */
export function completeConfig(owner: string, config: object, fields: FieldTable): Record<string, unknown> {
  checkFields(owner, config, fields)
  const given = config as Readonly<Record<string, unknown>>
  const options: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(fields)) {
    const description = descriptionOf(field)
    const value = valueOrDefault(given[key], description)
    if (value !== undefined) options[key] = resolveValue(owner, key, value, description)
    else if (description.required) throw missingOption(owner, key, description)
  }
  return options
}

function valueOrDefault(value: unknown, { default: fallback, whenNull }: FieldDescription): unknown {
  return (value === null ? whenNull : value) ?? fallback
}

function resolveValue(owner: string, key: string, value: unknown, description: FieldDescription): unknown {
  const { oneOf, or, among, type = [] } = description
  requireOwnMethod(value)
  const wrap = typeof value === 'function' && !isClass(value) && !('kind' in value) && functionKinds[String(type)]
  if (wrap) return wrap(value as (...args: unknown[]) => unknown)
  const choices = oneOf ?? or
  if (choices) return choiceOf(choices, value) ?? value
  if (!among || typeof value !== 'string') {
    // a registry has made instances of data before; names that it does not know are left to the class
    if (![type].flat().some(isBasic) && (hasData(value) || (among && Array.isArray(value)))) {
      throw new ConfigError(
        `${owner}: '${key}' must be ${describeField(description)} and is ${describeValue(value)}.${exampleOf(owner, key, description)}`,
      )
    }
    return value
  }
  return instantiate(
    findNamed(among as Readonly<Record<string, Definition>>, value, `${owner}: ${key}`, String(type)),
    {},
  )
}

/** Throws `ConfigError` for an instance whose class has Keras's method in place of that of its kind. */
function requireOwnMethod(value: unknown): void {
  const { ownMethod } = ((value as object | null)?.constructor ?? {}) as { readonly ownMethod?: string }
  if (ownMethod) requireMethod(value as { readonly kind: string; readonly type: string }, ownMethod, 'call')
}

function hasData(value: unknown): boolean {
  return Array.isArray(value) ? value.some(hasData) : isPlainObject(value)
}

function missingOption(owner: string, key: string, description: FieldDescription): ConfigError {
  return new ConfigError(
    `${owner} needs the option '${key}', ${describeField(description)}, which is missing.${exampleOf(owner, key, description)}`,
  )
}

/**
 * Finds a definition in a table by its key, its type or one of its aliases, ignoring case, `_` and `-`: Keras's `leaky_relu`
 * finds `leakyRelu`. Throws `ConfigError` that lists the known names; `option` names the option in that message.
 */
export function findNamed<D extends Definition>(
  table: Readonly<Record<string, D>>,
  name: string,
  option: string,
  kind: string,
): D {
  if (Object.hasOwn(table, name)) return table[name]!
  const wanted = normalizeName(name)
  for (const [key, definition] of Object.entries(table)) {
    if (!definition.type) continue // a base class, which tables of a namespace may hold
    const names = [key, definition.type, ...(definition.aliases ?? [])]
    if (names.some((known) => normalizeName(known) === wanted)) return definition
  }
  throw new ConfigError(
    `${option}: there is no ${kind} called ${describeName(name)}.${suggest(name, Object.keys(table))}`,
  )
}

/**
 * Resolves an option that may be a name: a name becomes the instance or function with that name in `table`; an instance or a
 * function is returned as it is. Throws `ConfigError` for an unknown name and for values of another kind.
 *
 * @example
 * import { resolveNamed } from '@gradus/core'
 * import * as initializers from '@gradus/layers/initializers'
 * resolveNamed('initializer', initializers, 'ones').type // => 'Ones'
 */
export function resolveNamed<T extends object>(
  kind: string,
  table: Readonly<Record<string, Definition>>,
  like: string | T,
  option: string = kind,
): T {
  if (typeof like === 'string') return instantiate(findNamed(table, like, option, kind), {}) as T
  const named = namedOf(like)
  if (named ? named.kind === kind : typeof like === 'function') return like
  throw new ConfigError(
    `${option} must be the name of ${describeField(kind)}, an instance or a function and is ${describeValue(like)}.`,
  )
}
