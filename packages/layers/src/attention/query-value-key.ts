import { isPlainObject, type Masks, masksIn } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/** One value for each of the query, the value and the key. */
export type QueryValueKey<T> = readonly [query: T, value: T, key: T]

/**
 * The query, value and key among inputs, or among their shapes: a list, an object with these names, or one for all. The value
 * defaults to the query and the key to the value.
 */
export function queryValueKeyOf<T>(inputs: unknown): QueryValueKey<T> {
  const [query, value = query, key = value] = listOf(inputs) as T[]
  return [query!, value!, key!]
}

/** The mask of each of the inputs. An input that is left out has the mask of the one that it defaults to. */
export function masksOf(inputs: unknown, masks: Masks): QueryValueKey<Tensor | undefined> {
  const [, value, key] = listOf(inputs)
  const given = masks === undefined ? [] : listOf(masks).map((mask) => masksIn(mask as Masks)[0])
  const ofValue = value === undefined ? given[0] : given[1]
  return [given[0], ofValue, key === undefined ? ofValue : given[2]]
}

function listOf(inputs: unknown): readonly unknown[] {
  if (Array.isArray(inputs)) return inputs
  if (!isPlainObject(inputs)) return [inputs]
  const { query, value, key } = inputs
  return [query, value, key]
}
