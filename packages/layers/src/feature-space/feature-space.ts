import {
  type Adaptable,
  type AdaptData,
  type BaseLayer,
  ConfigError,
  castHostArray,
  completeConfig,
  DataError,
  type Dataset,
  describeValue,
  type HostValues,
  input,
  isDataset,
  isHostArray,
  isPlainObject,
  suggest,
} from '@gradus/core'
import { isFloat, reshape, type SymbolicTensor, type Tensor } from '@gradus/tensor'
import { Concatenate } from '../merging/concatenate.ts'
import { CategoryEncoding } from '../preprocessing/category-encoding.ts'
import { HashedCrossing } from '../preprocessing/hashed-crossing.ts'
import { type Cross, crossOf } from './cross.ts'
import { callOnValues, cardinalityOf, columnOf, isLearning, tensorOf, type Values } from './encode-feature.ts'
import { type Feature, type FeatureName, featureOf, ownFeature, standardFeature } from './feature.ts'
import { mapValues } from './map-values.ts'

const fields = {
  /** Whether the encoded features are one vector or an object by name. */
  outputMode: { oneOf: ['concat', 'dict'], default: 'concat' },
  /** The number of bins of crosses. */
  crossingDim: { type: 'integer', min: 1, default: 32 },
  /** The number of bins of hashed features. */
  hashingDim: { type: 'integer', min: 1, default: 32 },
  /** The number of bins of discretized features. */
  numDiscretizationBins: { type: 'integer', min: 1, default: 32 },
} as const

/** The options of `FeatureSpace`. */
export interface FeatureSpaceConfig {
  /** The features by the names of the values: a name such as `floatNormalized`, or what a function of this class makes. */
  readonly features: Readonly<Record<string, FeatureName | Feature>>
  readonly outputMode?: 'concat' | 'dict'
  /** The combinations of features: lists of names, or `FeatureSpace.cross(...)`. */
  readonly crosses?: readonly (readonly string[] | Cross)[]
  readonly crossingDim?: number
  readonly hashingDim?: number
  readonly numDiscretizationBins?: number
}

/** Raw values of features: for each an array with a value per sample, or one value. */
export type FeatureData = Readonly<Record<string, unknown>>

/** What the features become: one vector, or an object by name. */
export type Encoded<T> = T | Readonly<Record<string, T>>

/**
 * Encodes structured data: numbers, categories and strings by name become one vector `[batch, width]`, in the order of the sorted names,
 * crosses last. Call `adapt` with data before the first use, if a feature learns from data. Throws `ConfigError` for unknown features and
 * crosses. To save a space, save the model `new Model({ inputs: space.getInputs(), outputs: space.getEncodedFeatures() })`. Keras:
 * `keras.utils.FeatureSpace`.
 *
 * @example
 * import { FeatureSpace } from '@gradus/layers'
 * const space = new FeatureSpace({ features: { age: 'floatNormalized', city: 'stringCategorical' } })
 * await space.adapt({ age: [20, 40], city: ['Rome', 'Oslo'] })
 * space.call({ age: [20], city: ['Oslo'] }).array() // => [[-1, 0, 0, 1]]
 */
export class FeatureSpace {
  static readonly float = /* @__PURE__ */ standardFeature('float')
  static readonly floatRescaled = /* @__PURE__ */ standardFeature('floatRescaled')
  static readonly floatNormalized = /* @__PURE__ */ standardFeature('floatNormalized')
  static readonly floatDiscretized = /* @__PURE__ */ standardFeature('floatDiscretized')
  static readonly integerCategorical = /* @__PURE__ */ standardFeature('integerCategorical')
  static readonly stringCategorical = /* @__PURE__ */ standardFeature('stringCategorical')
  static readonly integerHashed = /* @__PURE__ */ standardFeature('integerHashed')
  static readonly stringHashed = /* @__PURE__ */ standardFeature('stringHashed')
  static readonly feature = ownFeature

  /** Features whose combinations are hashed to `crossingDim` numbers. */
  static cross({
    featureNames,
    crossingDim,
    outputMode = 'oneHot',
  }: Omit<Cross, 'outputMode'> & Partial<Pick<Cross, 'outputMode'>>): Cross {
    return { featureNames, crossingDim, outputMode }
  }

  readonly features: Readonly<Record<string, Feature>>
  /** The crosses by name: the names of their features, joined by `_X_`. */
  readonly crosses: Readonly<Record<string, Cross>>
  /** The layers of the features. */
  readonly preprocessors: Readonly<Record<string, BaseLayer>>
  /** The layers of the crosses. */
  readonly crossers: Readonly<Record<string, HashedCrossing>>
  private readonly isConcat: boolean
  private isAdapted: boolean
  private inputs: Readonly<Record<string, SymbolicTensor>> | undefined
  private encoded: Encoded<SymbolicTensor> | undefined
  private readonly encoders = new Map<string, CategoryEncoding>()
  private readonly join = new Concatenate()

  constructor(config: FeatureSpaceConfig) {
    const { features, crosses = [], ...rest } = config ?? {}
    const options = completeConfig('FeatureSpace', rest, fields)
    if (!isPlainObject(features) || Object.keys(features).length === 0)
      throw new ConfigError(
        `FeatureSpace needs features by name, as in { features: { age: 'floatNormalized' } }, and got ${describeValue(features)}.`,
      )
    this.isConcat = options['outputMode'] === 'concat'
    this.features = mapValues(features, (given, name) => featureOf(name, given as FeatureName | Feature, options))
    this.crosses = Object.fromEntries(
      crosses.map((cross) => {
        const made = crossOf(cross, Number(options['crossingDim']), this.features)
        return [made.featureNames.join('_X_'), made]
      }),
    )
    this.preprocessors = mapValues(this.features, ({ preprocessor }) => preprocessor)
    this.crossers = mapValues(
      this.crosses,
      ({ crossingDim }, name) => new HashedCrossing({ numBins: crossingDim, name }),
    )
    this.isAdapted = !Object.values(this.preprocessors).some(isLearning)
  }

  /**
   * Learns vocabularies, means and boundaries from an object of arrays by name, or from a dataset of batches whose `x` is such an object.
   * Throws `DataError` where a feature is missing.
   */
  async adapt(data: FeatureData | Dataset): Promise<void> {
    for (const [name, layer] of Object.entries(this.preprocessors)) {
      if (!isLearning(layer)) continue
      const values = isDataset(data) ? partsOf(data, name) : columnOf(name, valueOf(data, name)).values
      await (layer as BaseLayer & Adaptable).adapt(values as AdaptData)
    }
    this.isAdapted = true
  }

  /** The symbolic inputs of a model that takes the raw features, by name. */
  getInputs(): Readonly<Record<string, SymbolicTensor>> {
    this.inputs ??= mapValues(this.features, ({ dtype }, name) => input({ shape: [1], dtype, name }))
    return this.inputs
  }

  /** The encoded features as symbolic tensors, from which a model goes on. Throws `ConfigError` before `adapt`. */
  getEncodedFeatures(): Encoded<SymbolicTensor> {
    this.requireAdapted()
    this.encoded ??= this.encode<SymbolicTensor>(this.getInputs(), callLayer)
    return this.encoded
  }

  /**
   * Encodes raw values by name, one per sample, or the values of one sample. Throws `DataError` where a feature is missing and `ConfigError`
   * before `adapt`.
   */
  call(data: FeatureData): Encoded<Tensor> {
    this.requireAdapted()
    if (!isPlainObject(data))
      throw new DataError(`A FeatureSpace takes an object of values by name and got ${describeValue(data)}.`)
    const columns = mapValues(this.features, (_, name) => columnOf(name, valueOf(data, name)))
    const isSample = Object.values(columns).every(({ single }) => single)
    const values = mapValues(columns, (column, name) => typed(name, column.values, this.features[name]!))
    const encoded = this.mapEncoded(this.encode<Values>(values, callOnValues), tensorOf)
    if (!isSample) return encoded
    return this.mapEncoded(encoded, (x) => reshape(x, x.shape.slice(1)))
  }

  /** Runs the layers on the values of features, which `call` takes: symbolic tensors, or values. */
  private encode<T extends { readonly dtype: string }>(
    given: Readonly<Record<string, T>>,
    call: CallLayer<T>,
  ): Encoded<T> {
    const read = mapValues(this.features, ({ preprocessor }, name) => call(preprocessor, given[name]!))
    const crossed = mapValues(this.crosses, ({ featureNames }, name) =>
      call(
        this.crossers[name]!,
        featureNames.map((feature) => read[feature]!),
      ),
    )
    const parts = [...sortedEntries(read, this.features), ...sortedEntries(crossed, this.crosses)]
    const encoded = parts.map(([name, value, { outputMode }]): [string, T] => {
      return [name, outputMode === 'oneHot' ? call(this.encoderOf(name), value) : value]
    })
    if (!this.isConcat) return Object.fromEntries(encoded)
    for (const [name, { dtype }] of encoded) {
      if (isFloat(dtype as never)) continue
      throw new ConfigError(
        `The feature '${name}' has numbers of categories (${dtype}), which cannot be joined with the others. Use outputMode 'oneHot' for it, or outputMode: 'dict' for the space.`,
      )
    }
    return encoded.length === 1
      ? encoded[0]![1]
      : call(
          this.join,
          encoded.map(([, value]) => value),
        )
  }

  private mapEncoded<T, R>(encoded: Encoded<T>, map: (value: T) => R): Encoded<R> {
    return this.isConcat ? map(encoded as T) : mapValues(encoded as Readonly<Record<string, T>>, map)
  }

  private encoderOf(name: string): CategoryEncoding {
    let encoder = this.encoders.get(name)
    if (!encoder) {
      const layer = this.preprocessors[name] ?? this.crossers[name]!
      encoder = new CategoryEncoding({ numTokens: cardinalityOf(name, layer) })
      this.encoders.set(name, encoder)
    }
    return encoder
  }

  private requireAdapted(): void {
    if (this.isAdapted) return
    throw new ConfigError('A FeatureSpace learns from data before it is used. Call await space.adapt(data) first.')
  }
}

function valueOf(data: FeatureData, name: string): unknown {
  if (Object.hasOwn(data, name)) return data[name]
  throw new DataError(`The data has no feature '${name}'.${suggest(name, Object.keys(data))}`)
}

/** The values of a feature in the batches of a dataset. */
async function* partsOf(data: Dataset, name: string): AsyncGenerator<{ readonly x: unknown }> {
  for await (const { x } of data) {
    if (!isPlainObject(x))
      throw new DataError(`adapt: the x of a batch is ${describeValue(x)}; expected values by name.`)
    yield { x: columnOf(name, valueOf(x as FeatureData, name)).values }
  }
}

type CallLayer<T> = (layer: BaseLayer, x: T | readonly T[]) => T

function callLayer(layer: BaseLayer, x: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
  return (layer as unknown as { call(x: unknown): SymbolicTensor }).call(x)
}

/** Numbers in the dtype of their feature. */
function typed(name: string, values: HostValues, { dtype }: Feature): Values {
  return dtype === 'string' || !isHostArray(values) ? values : castHostArray(values, `the feature '${name}'`, dtype)
}

function sortedEntries<T, S>(
  values: Readonly<Record<string, T>>,
  specs: Readonly<Record<string, S>>,
): [string, T, S][] {
  const names = Object.keys(values).sort((a, b) => (a < b ? -1 : 1))
  return names.map((name) => [name, values[name]!, specs[name]!])
}
