interface Platform {
  readonly process?: { getBuiltinModule?(name: string): unknown }
}

/**
 * Returns a module of Node; undefined on other platforms. It is not an import, so bundlers for browsers find nothing to resolve.
 *
 * @example
 * import { nodeModule } from '@gradus/core'
 * const path = nodeModule<typeof import('node:path')>('node:path')
 * path?.basename('runs/log.csv') // => 'log.csv'
 */
export function nodeModule<T>(name: `node:${string}`): T | undefined {
  return (globalThis as Platform).process?.getBuiltinModule?.(name) as T | undefined
}
