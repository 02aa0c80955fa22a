import { DataError, isPlainObject, type Named, suggest } from '@gradus/core'
import type { Port } from './ports.ts'

/**
 * Returns a value for each of a model's inputs or outputs, from values that are given alone, in a list, or by name. `argument`
 * is the name that messages use. Throws `DataError` for counts and names that do not fit.
 */
export function byPort<V>(
  argument: string,
  named: Named<V>,
  ports: readonly Port[],
  isValue: (value: unknown) => value is V,
): V[] {
  const names = ports.map(({ name }) => name)
  const kind = argument === 'x' ? 'inputs' : 'outputs'
  if (isValue(named)) {
    if (ports.length === 1) return [named]
    throw new DataError(
      `${argument} is one array and the model has ${ports.length} ${kind} (${names.join(', ')}). Give a list, or an object by name.`,
    )
  }
  if (Array.isArray(named)) {
    if (named.length === ports.length) return named as V[]
    throw new DataError(
      `${argument} has ${named.length} arrays and the model ${ports.length} ${kind} (${names.join(', ')}). Give one for each.`,
    )
  }
  const byName = (isPlainObject(named) ? named : {}) as { readonly [name: string]: V }
  for (const key of Object.keys(byName)) {
    if (!names.includes(key))
      throw new DataError(`${argument} names '${key}', which is none of the model's ${kind}.${suggest(key, names)}`)
  }
  return names.map((name) => {
    if (Object.hasOwn(byName, name)) return byName[name]!
    throw new DataError(`${argument} has nothing for '${name}'. Give all of the model's ${kind}: ${names.join(', ')}.`)
  })
}
