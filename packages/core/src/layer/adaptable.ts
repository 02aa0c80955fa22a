import { type Dataset, type HostValues, type InputData, isDataset } from '../data/dataset.ts'
import { toHostValues } from '../data/host-values.ts'
import { namedEntries, toNamedValues } from '../data/named.ts'
import { DataError } from '../errors.ts'
import type { BaseLayer } from './base-layer.ts'
import { learning } from './learning.ts'

/** The data that a layer learns from: values of its input, or batches with that input as `x`. */
export type AdaptData = InputData | Dataset

/** A layer that learns from data before training and without gradients: a vocabulary, a mean. Keras: `adapt`. */
export interface Adaptable {
  /** Learns from data and replaces what was learned before. Throws `DataError` for values that the layer cannot take. */
  adapt(data: AdaptData): Promise<void>
}

/** Whether a layer has `adapt`. */
export function isAdaptable(layer: object): layer is Adaptable {
  return 'adapt' in layer && typeof layer.adapt === 'function'
}

/** The values to learn from: all at once, or those of each batch. Throws `DataError` for batches with several inputs. */
export async function* adaptValues(data: AdaptData): AsyncGenerator<HostValues, void, undefined> {
  if (!isDataset(data)) {
    yield await toHostValues(data, 'data')
    return
  }
  for await (const { x } of data) {
    const [[, values] = [], ...others] = namedEntries(await toNamedValues(x, 'x'), 'x')
    if (!values || others.length > 0) {
      throw new DataError(
        `A layer is adapted to one input, and the batches have ${others.length + 1}. Choose one, as in data.map(({ x }) => ({ x: x.age })).`,
      )
    }
    yield values
  }
}

/**
 * Calls `learn` with the values to learn from, as `adaptValues` gives them. Returns undefined for arrays, which are learned from at
 * once, and otherwise a promise; until it is settled, calls of the layer throw.
 *
 * @example
 * import { learnFrom } from '@gradus/core'
 * import { Identity } from '@gradus/layers'
 * let count = 0
 * learnFrom(new Identity(), [1, 2, 3], ({ data }) => { count += data.length })
 * count // => 3
 */
export function learnFrom(
  layer: BaseLayer,
  data: AdaptData,
  learn: (values: HostValues) => void,
): Promise<void> | undefined {
  const values = isDataset(data) ? undefined : toHostValues(data, 'data')
  if (values && !(values instanceof Promise)) {
    learn(values)
    return undefined
  }
  learning.add(layer)
  const read = async () => {
    for await (const part of adaptValues(data)) learn(part)
  }
  return read().finally(() => learning.delete(layer))
}
