import { setMask, toDevice } from '@gradus/core'
import { add, expandDims, gather, iota, less, type Tensor } from '@gradus/tensor'
import { apply, identityOp } from '@gradus/tensor/internals'
import { type HostBatch, mapBatch } from './host-batch.ts'

/** One batch on the device: an array for each input and each output. */
export interface DeviceBatch {
  readonly inputs: readonly Tensor[]
  /** The numbers of time steps before padding, int32 `[size]`; undefined for inputs that are not padded. */
  readonly lengths: readonly (Tensor | undefined)[]
  readonly targets: readonly (Tensor | undefined)[]
  readonly weights: readonly (Tensor | undefined)[]
  readonly size: number
}

/** All samples on the device, per input and per output. The first dimension may be larger than the number of samples. */
export type DeviceSamples = Omit<DeviceBatch, 'size'>

/** The source of a step's batch: the batch itself, or all samples, from which each step gathers the next rows. */
export type Feed =
  | { readonly batch: DeviceBatch }
  | {
      readonly samples: DeviceSamples
      /** The indices of the samples in the order of the pass, int32; undefined for the order in memory. */
      readonly order: Tensor | undefined
      /** Samples per batch. */
      readonly size: number
    }

/** Copies a batch to the current backend. */
export function upload(batch: HostBatch): DeviceBatch {
  return { ...mapBatch(batch, toDevice), size: batch.size }
}

/** Returns the batch that starts at `position` (int32 scalar) and the position after it. Traced as a part of a step. */
export function takeBatch(feed: Feed, position: Tensor): { batch: DeviceBatch; position: Tensor } {
  if ('batch' in feed) return { batch: feed.batch, position }
  const { samples, order, size } = feed
  // positions are never negative, so that no index needs to be wrapped
  const rowsOf = (x: Tensor, indices: Tensor) => apply(gather.op, [x, indices], { axis: 0 })
  const positions = add(iota([size], 0, 'int32'), position)
  const indices = order ? rowsOf(order, positions) : positions
  const batch = {
    inputs: samples.inputs.map((x) => rowsOf(x, indices)),
    lengths: samples.lengths.map((x) => x && rowsOf(x, indices)),
    targets: samples.targets.map((x) => x && rowsOf(x, indices)),
    weights: samples.weights.map((x) => x && rowsOf(x, indices)),
    size,
  }
  return { batch, position: add(position, size) }
}

/** Returns the inputs of a batch; padded ones have a mask of their time steps. Traced as a part of a step. */
export function maskedInputs(batch: DeviceBatch): Tensor[] {
  return batch.inputs.map((input, index) => {
    const mask = paddingMask(batch, index)
    if (!mask) return input
    const copy = apply(identityOp, [input], null)
    setMask(copy, mask)
    return copy
  })
}

/** Returns the mask of the time steps before padding, bool `[size, steps]`; undefined for an input that is not padded. */
export function paddingMask({ inputs, lengths }: DeviceBatch, index: number): Tensor | undefined {
  const length = lengths[index]
  return length && less(iota([1, inputs[index]!.shape[1]!], 1), expandDims(length, 1))
}
