import { type HostArray, takeRows } from '@gradus/core'

/** Samples on the host, in the order of the model's inputs and outputs. */
export interface HostBatch {
  /** The inputs after the host layers, as they are copied to the device. */
  readonly inputs: readonly HostArray[]
  /** The numbers of time steps before padding, int32 `[size]`; undefined for inputs that are not padded. */
  readonly lengths: readonly (HostArray | undefined)[]
  readonly targets: readonly (HostArray | undefined)[]
  readonly weights: readonly (HostArray | undefined)[]
  readonly size: number
}

/** Applies `map` to each array of a batch. */
export function mapBatch<T>(
  { inputs, lengths, targets, weights }: Omit<HostBatch, 'size'>,
  map: (array: HostArray) => T,
): { inputs: T[]; lengths: (T | undefined)[]; targets: (T | undefined)[]; weights: (T | undefined)[] } {
  const maybe = (array: HostArray | undefined) => array && map(array)
  return {
    inputs: inputs.map(map),
    lengths: lengths.map(maybe),
    targets: targets.map(maybe),
    weights: weights.map(maybe),
  }
}

/** Returns the samples of a range, or those at the given indices. */
export function pickRows(samples: HostBatch, rows: Parameters<typeof takeRows>[1]): HostBatch {
  const picked = mapBatch(samples, (array) => takeRows(array, rows))
  return { ...picked, size: 'length' in rows ? rows.length : rows.end - rows.start }
}
