import {
  type BaseLayer,
  ConfigError,
  HostLayer,
  type HostValues,
  type InputData,
  isHostArray,
  titleOf,
  toHostValues,
} from '@gradus/core'
import { Tensor, tensor } from '@gradus/tensor'
import { CategoryEncoding } from '../preprocessing/category-encoding.ts'
import { Discretization } from '../preprocessing/discretization.ts'
import { HashedCrossing } from '../preprocessing/hashed-crossing.ts'
import { Hashing } from '../preprocessing/hashing.ts'
import { IndexLookup } from '../preprocessing/index-lookup.ts'

/** The number of categories that a layer gives. Throws `ConfigError` for layers of which it is not known. */
export function cardinalityOf(name: string, layer: BaseLayer): number {
  if (layer instanceof IndexLookup) return layer.vocabularySize
  if (layer instanceof CategoryEncoding) return layer.options.numTokens
  if (layer instanceof Hashing || layer instanceof HashedCrossing) return layer.options.numBins
  if (layer instanceof Discretization) return layer.options.numBins ?? layer.boundaries.length + 1
  throw new ConfigError(
    `The feature '${name}' has outputMode 'oneHot', and the number of categories of ${titleOf(layer)} is not known. Use outputMode 'int', or 'float' for a layer that gives vectors.`,
  )
}

/** Whether a layer learns from data: it has `adapt`, and nothing that it would learn was given. */
export function isLearning(layer: BaseLayer): boolean {
  const { vocabulary, mean, binBoundaries } = layer.config as Readonly<Record<string, unknown>>
  return 'adapt' in layer && vocabulary === undefined && mean === undefined && binBoundaries === undefined
}

/** The values of a feature as `[batch, 1]`, and whether they were those of one sample. */
export function columnOf(name: string, value: unknown): { readonly values: HostValues; readonly single: boolean } {
  const single = typeof value !== 'object' || value === null
  const given = toHostValues((single ? [value] : value) as InputData, `the feature '${name}'`)
  if (given instanceof Promise)
    throw new ConfigError(`The feature '${name}' is a tensor whose values must be read first: await x.data().`)
  const isSample = given.shape.length === 0
  const shape = isSample ? [1, 1] : given.shape.length === 1 ? [...given.shape, 1] : given.shape
  return { values: { ...given, shape } as HostValues, single: single || isSample }
}

/** Calls the layer of a feature, or of a cross with a list. Layers that run on the host take and give host values. */
export function callOnValues(layer: BaseLayer, x: Values | readonly Values[]): Values {
  if (layer instanceof HostLayer) {
    const values = Array.isArray(x)
      ? x.map((one: Values) => hostValuesOf(layer, one))
      : hostValuesOf(layer, x as Values)
    return layer.process(values as never) as HostValues
  }
  return (layer as unknown as { call(x: unknown): Tensor }).call(
    Array.isArray(x) ? x.map(tensorOf) : tensorOf(x as Values),
  )
}

/** Values on the host, or a tensor. */
export type Values = Tensor | HostValues

/** Values as a tensor. Throws `ConfigError` for strings. */
export function tensorOf(values: Values): Tensor {
  if (values instanceof Tensor) return values
  if (isHostArray(values)) return tensor(values.data, { shape: values.shape, dtype: values.dtype })
  throw new ConfigError(
    'A feature of strings cannot be encoded. Choose a layer that gives numbers, such as StringLookup.',
  )
}

function hostValuesOf(layer: BaseLayer, values: Values): HostValues {
  const given = values instanceof Tensor ? toHostValues(values, titleOf(layer)) : values
  if (!(given instanceof Promise)) return given
  throw new ConfigError(
    `${titleOf(layer)} runs on the host and takes no tensors of this backend. Encode the features in a model.`,
  )
}
