import {
  type BaseLayer,
  ConfigError,
  type ConfigOf,
  completeConfig,
  describeValue,
  isPlainObject,
  type OptionsOf,
  suggest,
} from '@gradus/core'
import type { SymbolicDType } from '@gradus/tensor'
import { Identity } from '../core/identity.ts'
import { Discretization } from '../preprocessing/discretization.ts'
import { Hashing } from '../preprocessing/hashing.ts'
import { IntegerLookup } from '../preprocessing/integer-lookup.ts'
import { Normalization } from '../preprocessing/normalization.ts'
import { Rescaling } from '../preprocessing/rescaling.ts'
import { StringLookup } from '../preprocessing/string-lookup.ts'

/** What a feature becomes: its number, the vector of its category, or a float. */
export type FeatureOutput = 'int' | 'oneHot' | 'float'

/** A feature: the dtype of its values, the layer that reads them, and what they become. */
export interface Feature {
  readonly dtype: SymbolicDType
  readonly preprocessor: BaseLayer
  readonly outputMode: FeatureOutput
}

const outputMode = { oneOf: ['oneHot', 'int'], default: 'oneHot' } as const
const lookup = {
  /** The largest size of the vocabulary, with the indices for unknown values. */
  maxTokens: { type: 'integer', min: 1 },
  /** The number of indices for unknown values. */
  numOovIndices: { type: 'integer', min: 0, default: 1 },
  outputMode,
} as const
const hashed = { numBins: { type: 'integer', min: 1, default: 32 }, outputMode } as const
const fields = {
  float: {},
  floatRescaled: { scale: { type: 'number', default: 1 }, offset: { type: 'number', default: 0 } },
  floatNormalized: {},
  floatDiscretized: {
    numBins: { type: 'integer', min: 1, default: 32 },
    /** The boundaries, if they are known. */
    binBoundaries: { type: 'numbers' },
    outputMode,
  },
  integerCategorical: lookup,
  stringCategorical: lookup,
  integerHashed: hashed,
  stringHashed: hashed,
} as const

/** The names of the standard features. */
export type FeatureName = keyof typeof fields

/** The options of a standard feature. */
export type FeatureOptions<N extends FeatureName> = ConfigOf<(typeof fields)[N]> & {
  /** The name of the layer. */
  readonly name?: string
}

/** The standard features, by name. Each makes a feature from its options. */
export const features: { readonly [N in FeatureName]: (options?: FeatureOptions<N>) => Feature } = {
  float: (given) => {
    const [named] = read('float', given)
    return { dtype: 'float32', preprocessor: new Identity(named), outputMode: 'float' }
  },
  floatRescaled: (given) => {
    const [named, { scale, offset }] = read('floatRescaled', given)
    return { dtype: 'float32', preprocessor: new Rescaling({ scale, offset, ...named }), outputMode: 'float' }
  },
  floatNormalized: (given) => {
    const [named] = read('floatNormalized', given)
    return { dtype: 'float32', preprocessor: new Normalization(named), outputMode: 'float' }
  },
  floatDiscretized: (given) => {
    const [named, { numBins, binBoundaries, outputMode: mode }] = read('floatDiscretized', given)
    const bins = binBoundaries ? { binBoundaries } : { numBins }
    return { dtype: 'float32', preprocessor: new Discretization({ ...bins, ...named }), outputMode: mode }
  },
  integerCategorical: (given) => {
    const [named, { outputMode: mode, ...options }] = read('integerCategorical', given)
    return { dtype: 'int32', preprocessor: new IntegerLookup({ ...options, ...named }), outputMode: mode }
  },
  stringCategorical: (given) => {
    const [named, { outputMode: mode, ...options }] = read('stringCategorical', given)
    return { dtype: 'string', preprocessor: new StringLookup({ ...options, ...named }), outputMode: mode }
  },
  integerHashed: (given) => {
    const [named, { numBins, outputMode: mode }] = read('integerHashed', given)
    return { dtype: 'int32', preprocessor: new Hashing({ numBins, ...named }), outputMode: mode }
  },
  stringHashed: (given) => {
    const [named, { numBins, outputMode: mode }] = read('stringHashed', given)
    return { dtype: 'string', preprocessor: new Hashing({ numBins, ...named }), outputMode: mode }
  },
}

/** Returns a standard feature. A function, because bundlers keep a class with a property that is read at module level. */
export function standardFeature<N extends FeatureName>(name: N): (typeof features)[N] {
  return features[name]
}

/** The name of the layer and the options of a standard feature with their defaults. Throws `ConfigError` for others. */
function read<N extends FeatureName>(
  kind: N,
  given: FeatureOptions<N> | undefined,
): [named: { name?: string }, options: OptionsOf<(typeof fields)[N]>] {
  const { name, ...options } = (given ?? {}) as { readonly name?: string }
  const named = name === undefined ? {} : { name: `${name}_preprocessor` }
  return [named, completeConfig(`FeatureSpace.${kind}`, options, fields[kind]) as OptionsOf<(typeof fields)[N]>]
}

/** Returns a feature with a layer of the program. Throws `ConfigError` for one without a layer. */
export function ownFeature(given: Feature): Feature {
  if (isPlainObject(given) && given.preprocessor && ['int', 'oneHot', 'float'].includes(given.outputMode)) return given
  throw new ConfigError(
    `FeatureSpace.feature takes { dtype, preprocessor, outputMode } with a layer and 'int', 'oneHot' or 'float', and got ${describeValue(given)}.`,
  )
}

/** Makes the feature of a name; hashed and discretized ones have the number of bins that the space says. */
export function featureOf(
  name: string,
  given: FeatureName | Feature,
  options: Readonly<Record<string, unknown>>,
): Feature {
  if (typeof given !== 'string') return ownFeature(given)
  if (!Object.hasOwn(features, given))
    throw new ConfigError(
      `The feature '${name}': there is no kind ${describeValue(given)}.${suggest(given, Object.keys(features))}`,
    )
  const { hashingDim, numDiscretizationBins } = options as { hashingDim: number; numDiscretizationBins: number }
  const bins: Readonly<Record<string, number>> = {
    floatDiscretized: numDiscretizationBins,
    integerHashed: hashingDim,
    stringHashed: hashingDim,
  }
  return features[given]({ name, ...(given in bins && { numBins: bins[given] }) } as never)
}
