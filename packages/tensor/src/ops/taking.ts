import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { cast, greaterEqual, less, sub, where } from './arithmetic.ts'
import { broadcastTo, full, reshape } from './broadcast.ts'
import { clip } from './clip.ts'
import { iota, tensor } from './create.ts'
import { gather } from './indexing.ts'
import { gatherOp } from './indexing-op.ts'
import { logicalAnd } from './logical.ts'
import { sliceAxis } from './movement.ts'
import { flatten } from './rearrange.ts'
import { requireInteger } from './rules.ts'

/**
 * The elements of `x` at `indices` (int32, or numbers) along `axis`; without one, of the flattened tensor. The shape of the indices
 * takes the place of the axis, so a single number drops it. Otherwise as `gather`. NumPy and Keras: `take`.
 *
 * @example
 * import { take, tensor } from '@gradus/tensor'
 * take(tensor([[1, 2], [3, 4]]), 1, 0).array() // => [3, 4]
 * take(tensor([[1, 2], [3, 4]]), [0, -1]).array() // => [1, 4]
 */
export const take = /* @__PURE__ */ operation(
  'take',
  (x: Tensor, indices: Tensor | number | readonly number[], axis?: number): Tensor => {
    const positions = indices instanceof Tensor ? indices : tensor(indices, { dtype: 'int32' })
    return axis === undefined ? gather(flatten(x), positions) : gather(x, positions, { axis })
  },
  ['tensor', 'any', 'integer?'],
)

/**
 * `x` with the part that begins at `start` replaced by `updates`, which has as many axes. The start is a list of numbers or an int32
 * vector, which may depend on a step; a part that would reach beyond the end is moved back. Keras: `slice_update`.
 *
 * @example
 * import { sliceUpdate, tensor, zeros } from '@gradus/tensor'
 * sliceUpdate(zeros([4]), [1], tensor([8, 9])).array() // => [0, 8, 9, 0]
 */
export const sliceUpdate = /* @__PURE__ */ operation(
  'sliceUpdate',
  (x: Tensor, start: Tensor | readonly number[], updates: Tensor): Tensor => {
    const from = start instanceof Tensor ? start : tensor([...start], { dtype: 'int32' })
    requireInteger('sliceUpdate', from)
    if (
      from.rank !== 1 ||
      from.size !== x.rank ||
      updates.rank !== x.rank ||
      updates.shape.some((d, i) => d > x.shape[i]!)
    ) {
      throw new ShapeError(
        `sliceUpdate: ${from.size} starts and updates of shape ${formatShape(updates.shape)} do not fit ${formatShape(x.shape)}; there must be one start per axis, and the updates must not be larger.`,
      )
    }
    if (updates.size === 0) return x
    let taken = updates
    let inside = full(x.shape, true, 'bool', x)
    x.shape.forEach((length, axis) => {
      const size = updates.shape[axis]!
      if (size === length) return
      const first = clip(reshape(sliceAxis(cast(from, 'int32'), 0, axis, 1), []), 0, length - size)
      const place = sub(iota([length], 0), first)
      taken = apply(gatherOp, [taken, clip(place, 0, size - 1)], { axis })
      const alongAxis = x.shape.map((d, i) => (i === axis ? d : 1))
      const here = reshape(logicalAnd(greaterEqual(place, 0), less(place, size)), alongAxis)
      inside = logicalAnd(inside, broadcastTo(here, x.shape))
    })
    return where(inside, taken, x)
  },
  ['tensor', 'any', 'tensor'],
)
