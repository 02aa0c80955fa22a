import { type Dataset, type HostValues, type InputData, isDataset } from '../data/dataset.ts'
import { toHostValues } from '../data/host-values.ts'
import { namedEntries, toNamedValues } from '../data/named.ts'
import { DataError } from '../errors.ts'

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
