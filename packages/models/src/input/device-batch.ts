import { type HostArray, setMask } from '@gradus/core'
import { add, currentBackend, expandDims, gather, iota, less, Tensor } from '@gradus/tensor'
import { apply, identityOp, Storage, toMemory } from '@gradus/tensor/internals'
import { type HostBatch, mapBatch } from './host-batch.ts'

/** One batch on the device, per input and per output. */
export interface DeviceBatch {
  readonly inputs: readonly Tensor[]
  /** Of inputs that were padded: the number of steps before that, int32 `[size]`. */
  readonly lengths: readonly (Tensor | undefined)[]
  readonly targets: readonly (Tensor | undefined)[]
  readonly weights: readonly (Tensor | undefined)[]
  readonly size: number
}

/** All samples on the device, per input and per output. There may be more room than samples. */
export type DeviceSamples = Omit<DeviceBatch, 'size'>

/** What steps take their batches from: the batch itself, or all samples, of which each step gathers the rows that are due. */
export type Feed =
  | { readonly batch: DeviceBatch }
  | {
      readonly samples: DeviceSamples
      /** The samples in the order in which they are taken, int32; undefined for the order in which they lie. */
      readonly order: Tensor | undefined
      /** Samples per batch. */
      readonly size: number
    }

/** Copies a batch to the current backend. */
export function upload(batch: HostBatch): DeviceBatch {
  return { ...mapBatch(batch, toDevice), size: batch.size }
}

export function toDevice({ data, shape, dtype }: HostArray): Tensor {
  const backend = currentBackend()
  const stored = toMemory(dtype, data)
  const buffer = backend.allocate(stored.byteLength)
  backend.write(buffer, stored)
  return new Tensor({ shape, dtype }, new Storage(backend, buffer))
}

/** The batch that begins at `position` (int32 scalar), and the position after it. Part of a step's program. */
export function takeBatch(feed: Feed, position: Tensor): { batch: DeviceBatch; position: Tensor } {
  if ('batch' in feed) return { batch: feed.batch, position }
  const { samples, order, size } = feed
  // positions are never negative, so that no index needs to be wrapped
  const rowsOf = (x: Tensor, indices: Tensor) => apply(gather.op, [x, indices], { axis: 0 })
  const places = add(iota([size], 0, 'int32'), position)
  const indices = order ? rowsOf(order, places) : places
  const batch = {
    inputs: samples.inputs.map((x) => rowsOf(x, indices)),
    lengths: samples.lengths.map((x) => x && rowsOf(x, indices)),
    targets: samples.targets.map((x) => x && rowsOf(x, indices)),
    weights: samples.weights.map((x) => x && rowsOf(x, indices)),
    size,
  }
  return { batch, position: add(position, size) }
}

/** The inputs of a batch; those that were padded with a mask of the steps that count. Part of a step's program. */
export function maskedInputs(batch: DeviceBatch): Tensor[] {
  return batch.inputs.map((input, index) => {
    const mask = paddingMask(batch, index)
    if (!mask) return input
    const copy = apply(identityOp, [input], null)
    setMask(copy, mask)
    return copy
  })
}

/** Which steps of an input that was padded count, bool `[size, steps]`; undefined for one that was not. */
export function paddingMask({ inputs, lengths }: DeviceBatch, index: number): Tensor | undefined {
  const length = lengths[index]
  return length && less(iota([1, inputs[index]!.shape[1]!], 1), expandDims(length, 1))
}
