import { ConfigError, suggest } from '@gradus/core'

/** Features whose combinations are hashed. */
export interface Cross {
  readonly featureNames: readonly string[]
  readonly crossingDim: number
  readonly outputMode: 'int' | 'oneHot'
}

/** Completes a cross. Throws `ConfigError` for features that are not there. */
export function crossOf(given: readonly string[] | Cross, crossingDim: number, features: object): Cross {
  const cross: Cross = 'featureNames' in given ? given : { featureNames: given, crossingDim, outputMode: 'oneHot' }
  for (const name of cross.featureNames)
    if (!Object.hasOwn(features, name))
      throw new ConfigError(`crosses: there is no feature '${name}'.${suggest(name, Object.keys(features))}`)
  return cross
}
