import type { WeightValue } from '@gradus/core'
import type { Hdf5Group } from '../hdf5/read-hdf5.ts'

/** All datasets of numbers below a group, in the order of the file, by their paths with slashes; without the groups `others`. */
export function datasetsIn(
  group: Hdf5Group,
  others: readonly string[] = [],
  path = '',
): Omit<WeightValue, 'trainable'>[] {
  return group.names
    .filter((name) => !others.includes(name))
    .flatMap((name) => {
      const inner = group.group(name)
      if (inner) return datasetsIn(inner, [], `${path}${name}/`)
      const found = group.values(name)
      return found ? [{ path: `${path}${name}`, ...found }] : []
    })
}
