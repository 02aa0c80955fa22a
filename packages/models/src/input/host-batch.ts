import { type HostArray, takeRows } from '@gradus/core'

/** Samples on the host, in the order of the model's inputs and outputs. */
export interface HostBatch {
  /** What goes to the device, after layers on the host. */
  readonly inputs: readonly HostArray[]
  /** Of inputs that were padded: the number of steps before that, int32 `[size]`. */
  readonly lengths: readonly (HostArray | undefined)[]
  readonly targets: readonly (HostArray | undefined)[]
  readonly weights: readonly (HostArray | undefined)[]
  readonly size: number
}

/** The same parts with `map` applied to each array. */
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

/** The samples of a range, or those with the given numbers. */
export function pickRows(samples: HostBatch, rows: Parameters<typeof takeRows>[1]): HostBatch {
  const picked = mapBatch(samples, (array) => takeRows(array, rows))
  return { ...picked, size: 'length' in rows ? rows.length : rows.end - rows.start }
}
