import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, div, less, minimum, mul, sub, where } from './arithmetic.ts'
import { broadcastTo, reshape, sum } from './broadcast.ts'
import { iota } from './create.ts'
import { gatherOp } from './indexing-op.ts'
import { averagePool, maxPool } from './pooling.ts'
import { floorDivide } from './rounding.ts'
import { type PerAxis, perAxis, spatialRank } from './spatial.ts'
import { wide } from './wide.ts'

/**
 * The mean of `[n, ...spatial, c]` over windows that give `outputSize` elements along each of the 1 to 3 spatial axes. Window i of
 * n goes from floor(i * length / n) to ceil((i + 1) * length / n), so windows may overlap. As Keras's adaptive average pooling.
 *
 * @example
 * import { adaptiveAveragePool, tensor } from '@gradus/tensor'
 * adaptiveAveragePool(tensor([[[1], [2], [3]]]), 2).array() // => [[[1.5], [2.5]]]
 */
export const adaptiveAveragePool = /* @__PURE__ */ operation(
  'adaptiveAveragePool',
  (x: Tensor, outputSize: PerAxis): Tensor => pooledByAxis('adaptiveAveragePool', x, outputSize, averageAlong),
  ['tensor', 'axes'],
)

/**
 * The largest elements of the windows of `adaptiveAveragePool`. The gradient goes to one of the largest elements of a window. As
 * Keras's adaptive max pooling.
 *
 * @example
 * import { adaptiveMaxPool, tensor } from '@gradus/tensor'
 * adaptiveMaxPool(tensor([[[1], [3], [2]]]), 2).array() // => [[[3], [3]]]
 */
export const adaptiveMaxPool = /* @__PURE__ */ operation(
  'adaptiveMaxPool',
  (x: Tensor, outputSize: PerAxis): Tensor => pooledByAxis('adaptiveMaxPool', x, outputSize, maxAlong),
  ['tensor', 'axes'],
)

type PoolAlong = (x: Tensor, axis: number, count: number) => Tensor

/** Pools one axis after the other, which gives the same as windows over all axes at once. */
function pooledByAxis(name: string, x: Tensor, outputSize: PerAxis, poolAlong: PoolAlong): Tensor {
  const counts = perAxis(name, 'outputSize', outputSize, spatialRank(name, x.shape))
  return counts.reduce(
    (pooled, count, index) => (count === x.shape[index + 1] ? pooled : poolAlong(pooled, index + 1, count)),
    x,
  )
}

function averageAlong(x: Tensor, axis: number, count: number): Tensor {
  const length = x.shape[axis]!
  const even = { poolSize: alongOnly(x, axis, length / count) }
  if (length % count === 0) return averagePool(x, even)
  const { starts, ends, longest } = windowsOf(length, count)
  const elements = reshape(
    gatherWindows(x, axis, count),
    x.shape.flatMap((d, i) => (i === axis ? [count, longest] : [d])),
  )
  const positions = (t: Tensor, i: number) =>
    reshape(
      t,
      elements.shape.map((d, j) => (j === i ? d : 1)),
    )
  const place = add(positions(starts, axis), positions(iota([longest], 0, 'int32'), axis + 1))
  const inside = broadcastTo(less(place, positions(ends, axis)), elements.shape)
  const total = sum(where(inside, wide(elements), 0), { axis: axis + 1 })
  const sizes = cast(sub(ends, starts), total.dtype)
  const divisors = reshape(
    sizes,
    total.shape.map((d, i) => (i === axis ? d : 1)),
  )
  return cast(div(total, divisors), x.dtype)
}

function maxAlong(x: Tensor, axis: number, count: number): Tensor {
  const length = x.shape[axis]!
  if (length % count === 0) return maxPool(x, { poolSize: alongOnly(x, axis, length / count) })
  const { longest } = windowsOf(length, count)
  return maxPool(gatherWindows(x, axis, count), { poolSize: alongOnly(x, axis, longest) })
}

/** A pool of `size` elements along one spatial axis. */
function alongOnly(x: Tensor, axis: number, size: number): number[] {
  return x.shape.slice(1, -1).map((_, index) => (index + 1 === axis ? size : 1))
}

/** The first index of each window and the index after its last, and the number of elements of the longest one. */
function windowsOf(length: number, count: number): { starts: Tensor; ends: Tensor; longest: number } {
  const index = iota([count], 0, 'int32')
  const starts = floorDivide(mul(index, length), count)
  const ends = floorDivide(add(mul(add(index, 1), length), count - 1), count)
  const sizes = Array.from(
    { length: count },
    (_, i) => Math.ceil(((i + 1) * length) / count) - Math.floor((i * length) / count),
  )
  return { starts, ends, longest: Math.max(...sizes) }
}

/** The windows one after the other along the axis. Shorter ones repeat their last element. */
function gatherWindows(x: Tensor, axis: number, count: number): Tensor {
  const { starts, ends, longest } = windowsOf(x.shape[axis]!, count)
  const offsets = iota([count, longest], 1, 'int32')
  const indices = minimum(add(reshape(starts, [count, 1]), offsets), sub(reshape(ends, [count, 1]), 1))
  return apply(gatherOp, [x, reshape(indices, [count * longest])], { axis })
}
