import { ConfigError } from '../errors.ts'
import { isPlainObject } from '../structure.ts'

/** How deep lists and objects of data may be nested. */
const maxNesting = 256
/** How many lists and objects data may have. One that occurs several times counts each time. */
const maxNodes = 1_000_000

/**
 * Throws `ConfigError`, which begins with `path`, for data that is nested more than 256 deep, that contains itself, or that has more than
 * a million lists and objects. Functions that walk data recursively need it for data from outside.
 *
 * @example
 * import { requireBounded } from '@gradus/core'
 * requireBounded({ layers: [{ layer: 'Dense', units: 1 }] }, 'model')
 */
export function requireBounded(
  data: unknown,
  path: string,
  Failure: new (message: string) => Error = ConfigError,
): void {
  let level: unknown[] = [data]
  let count = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= maxNesting && level.some((node) => Array.isArray(node) || isPlainObject(node))) {
      throw new Failure(`${path}: the data is nested more than ${maxNesting} deep, or contains itself.`)
    }
    const next: unknown[] = []
    for (const node of level) {
      if (!Array.isArray(node) && !isPlainObject(node)) continue
      if (++count > maxNodes) throw new Failure(`${path}: the data has more than ${maxNodes} lists and objects.`)
      for (const entry of Object.values(node)) if (typeof entry === 'object' && entry !== null) next.push(entry)
    }
    level = next
  }
}
