import { ConfigError, type Definition, normalizeName, suggest } from '@gradus/core'

/**
 * The class called `name` in a table, by its key, its type or another name of it. Case, `_` and `-` do not count:
 * Keras's `leaky_relu` finds `leakyRelu`. Throws `ConfigError` with what is known.
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
    const names = [key, definition.type, ...(definition.aliases ?? [])]
    if (names.some((known) => normalizeName(known) === wanted)) return definition
  }
  throw new ConfigError(`${option}: there is no ${kind} called '${name}'.${suggest(name, Object.keys(table))}`)
}
