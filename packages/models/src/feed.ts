import { add, apply, gatherOp, iota, type Tensor } from '@gradus/tensor'
import type { DeviceBatch } from './batches.ts'

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

/** The batch that begins at `position` (int32 scalar), and the position after it. Part of a step's program. */
export function takeBatch(feed: Feed, position: Tensor): { batch: DeviceBatch; position: Tensor } {
  if ('batch' in feed) return { batch: feed.batch, position }
  const { samples, order, size } = feed
  // positions are never negative, so that no index needs to be wrapped
  const rowsOf = (x: Tensor, indices: Tensor) => apply(gatherOp, [x, indices], { axis: 0 })
  const places = add(iota([size], 0, 'int32'), position)
  const indices = order ? rowsOf(order, places) : places
  const batch = {
    inputs: samples.inputs.map((x) => rowsOf(x, indices)),
    targets: samples.targets.map((x) => x && rowsOf(x, indices)),
    weights: samples.weights.map((x) => x && rowsOf(x, indices)),
    size,
  }
  return { batch, position: add(position, size) }
}
