import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape, normalizeAxes, normalizeAxis } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { broadcastTo, reshape } from './broadcast.ts'
import { concat, sliceAxis, transpose } from './movement.ts'

/** `x` with a dimension of size 1 inserted at `axis` (negative: counted from the end of the result). */
export const expandDims = /* @__PURE__ */ operation(
  'expandDims',
  (x: Tensor, axis: number): Tensor => {
    const position = normalizeAxis('expandDims', axis, x.rank + 1)
    return reshape(x, [...x.shape.slice(0, position), 1, ...x.shape.slice(position)])
  },
  ['tensor', 'integer'],
)

/** `x` without the dimensions of size 1, or without those named by `axis`, which must have size 1. */
export const squeeze = /* @__PURE__ */ operation(
  'squeeze',
  (x: Tensor, axis?: number | readonly number[]): Tensor => {
    const axes = normalizeAxes('squeeze', axis, x.rank)
    const long = axis === undefined ? undefined : axes.find((along) => x.shape[along] !== 1)
    if (long !== undefined) {
      throw new ShapeError(
        `squeeze: axis ${long} of ${formatShape(x.shape)} has size ${x.shape[long]}; only size 1 can be dropped.`,
      )
    }
    return reshape(
      x,
      x.shape.filter((d, along) => d !== 1 || !axes.includes(along)),
    )
  },
  ['tensor', 'axes?'],
)

/** All elements in one dimension, in row-major order. */
export const flatten = /* @__PURE__ */ operation('flatten', (x: Tensor): Tensor => reshape(x, [x.size]), ['tensor'])

/**
 * Tensors of one shape along a new dimension at `axis`.
 *
 * @example
 * import { stack, tensor } from '@gradus/tensor'
 * stack([tensor([1, 2]), tensor([3, 4])], 1).array() // => [[1, 3], [2, 4]]
 */
export const stack = /* @__PURE__ */ operation(
  'stack',
  (tensors: readonly Tensor[], axis: number = 0): Tensor => {
    const [first] = tensors
    if (!first) throw new ShapeError('stack got no tensors; give at least one.')
    const other = tensors.find((x) => formatShape(x.shape) !== formatShape(first.shape))
    if (other) {
      throw new ShapeError(
        `stack: the tensors have shapes ${formatShape(first.shape)} and ${formatShape(other.shape)}; they must be equal. ` +
          'Use concat for tensors that differ along one axis.',
      )
    }
    return concat(
      tensors.map((x) => expandDims(x, axis)),
      normalizeAxis('stack', axis, first.rank + 1),
    )
  },
  ['tensors', 'integer?'],
)

/**
 * Cuts `x` along `axis` into a number of equal parts, or into parts of the given sizes, which add up to the dimension.
 *
 * @example
 * import { arange, split } from '@gradus/tensor'
 * split(arange(4), 2).map((part) => part.array()) // => [[0, 1], [2, 3]]
 * split(arange(4), [1, 3]).map((part) => part.array()) // => [[0], [1, 2, 3]]
 */
export const split = /* @__PURE__ */ operation(
  'split',
  (x: Tensor, sizesOrCount: number | readonly number[], axis: number = 0): Tensor[] => {
    const along = normalizeAxis('split', axis, x.rank)
    const length = x.shape[along]!
    const sizes =
      typeof sizesOrCount === 'number'
        ? Array.from({ length: sizesOrCount }, () => length / sizesOrCount)
        : sizesOrCount
    if (
      sizes.reduce((sum, size) => sum + size, 0) !== length ||
      sizes.some((size) => !Number.isInteger(size) || size < 0)
    ) {
      const parts = typeof sizesOrCount === 'number' ? `${sizesOrCount} equal parts` : `parts of ${formatShape(sizes)}`
      throw new ShapeError(
        `split: axis ${along} of ${formatShape(x.shape)} has ${length} elements, which do not make ${parts}.`,
      )
    }
    let offset = 0
    return sizes.map((size) => {
      offset += size
      return sliceAxis(x, along, offset - size, size)
    })
  },
  ['tensor', 'axes', 'integer?'],
)

/** The tensors along `axis`, one per index, without that dimension. */
export const unstack = /* @__PURE__ */ operation(
  'unstack',
  (x: Tensor, axis: number = 0): Tensor[] => {
    const along = normalizeAxis('unstack', axis, x.rank)
    return Array.from({ length: x.shape[along]! }, (_, index) => squeeze(sliceAxis(x, along, index, 1), along))
  },
  ['tensor', 'integer?'],
)

/**
 * Copies of the whole tensor side by side, `counts[i]` of them along axis i.
 *
 * @example
 * import { tensor, tile } from '@gradus/tensor'
 * tile(tensor([1, 2]), [2]).array() // => [1, 2, 1, 2]
 */
export const tile = /* @__PURE__ */ operation(
  'tile',
  (x: Tensor, counts: readonly number[]): Tensor => {
    requireCounts('tile', counts)
    // fewer counts than axes are for the last axes, more counts add axes in front (NumPy)
    const rank = Math.max(x.rank, counts.length)
    const shape = [...new Array<number>(rank - x.rank).fill(1), ...x.shape]
    const repeats = [...new Array<number>(rank - counts.length).fill(1), ...counts]
    const spread = broadcastTo(
      reshape(
        x,
        shape.flatMap((d) => [1, d]),
      ),
      shape.flatMap((d, axis) => [repeats[axis]!, d]),
    )
    return reshape(
      spread,
      shape.map((d, axis) => d * repeats[axis]!),
    )
  },
  ['tensor', 'integers'],
)

/**
 * Each element `count` times in a row along `axis` (without one: of the flattened tensor).
 *
 * @example
 * import { repeat, tensor } from '@gradus/tensor'
 * repeat(tensor([1, 2]), 2).array() // => [1, 1, 2, 2]
 */
export const repeat = /* @__PURE__ */ operation(
  'repeat',
  (x: Tensor, count: number, axis?: number): Tensor => {
    requireCounts('repeat', [count])
    if (axis === undefined) return repeat(flatten(x), count, 0)
    const along = normalizeAxis('repeat', axis, x.rank)
    const [before, after] = [x.shape.slice(0, along + 1), x.shape.slice(along + 1)]
    const spread = broadcastTo(reshape(x, [...before, 1, ...after]), [...before, count, ...after])
    return reshape(
      spread,
      x.shape.map((d, i) => (i === along ? d * count : d)),
    )
  },
  ['tensor', 'integer', 'integer?'],
)

function requireCounts(name: string, counts: readonly number[]): void {
  if (counts.some((count) => !Number.isInteger(count) || count < 0)) {
    throw new ShapeError(`${name}: the counts are ${formatShape(counts)}; use whole numbers from 0.`)
  }
}

/** The elements shifted by `shift` along `axis` (without one: of the flattened tensor); the last ones come first. */
export const roll = /* @__PURE__ */ operation(
  'roll',
  (x: Tensor, shift: number, axis?: number): Tensor => {
    if (axis === undefined) return reshape(roll(flatten(x), shift, 0), x.shape)
    const along = normalizeAxis('roll', axis, x.rank)
    const length = x.shape[along]!
    const moved = length === 0 ? 0 : ((shift % length) + length) % length
    if (moved === 0) return x
    return concat([sliceAxis(x, along, length - moved, moved), sliceAxis(x, along, 0, length - moved)], along)
  },
  ['tensor', 'integer', 'integer?'],
)

/**
 * Axis `from` moved to position `to`, or several axes to as many positions; the others keep their order. NumPy and Keras: `moveaxis`.
 *
 * @example
 * import { moveAxis, zeros } from '@gradus/tensor'
 * moveAxis(zeros([2, 3, 4]), 0, -1).shape // => [3, 4, 2]
 * moveAxis(zeros([2, 3, 4]), [0, 1], [-1, -2]).shape // => [4, 3, 2]
 */
export const moveAxis = /* @__PURE__ */ operation(
  'moveAxis',
  (x: Tensor, from: number | readonly number[], to: number | readonly number[]): Tensor => {
    const positions = (axes: number | readonly number[]) =>
      (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis('moveAxis', axis, x.rank))
    const [sources, targets] = [positions(from), positions(to)]
    if (sources.length !== targets.length || [sources, targets].some((axes) => new Set(axes).size !== axes.length)) {
      throw new ShapeError(
        `moveAxis: the axes [${sources}] cannot move to [${targets}]; give one position for each axis.`,
      )
    }
    const order = x.shape.map((_, axis) => axis).filter((axis) => !sources.includes(axis))
    const moves = targets.map((target, index) => ({ target, source: sources[index]! }))
    for (const { target, source } of moves.sort((a, b) => a.target - b.target)) order.splice(target, 0, source)
    return transpose(x, order)
  },
  ['tensor', 'axes', 'axes'],
)

/** Two axes exchanged. */
export const swapAxes = /* @__PURE__ */ operation(
  'swapAxes',
  (x: Tensor, first: number, second: number): Tensor => {
    const a = normalizeAxis('swapAxes', first, x.rank)
    const b = normalizeAxis('swapAxes', second, x.rank)
    return transpose(
      x,
      x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
    )
  },
  ['tensor', 'integer', 'integer'],
)

/**
 * The coordinates of a grid from vectors of coordinates, one tensor per vector; `xy` (default) swaps the first two
 * dimensions as in NumPy, `ij` keeps the order of the vectors.
 */
export const meshgrid = /* @__PURE__ */ operation(
  'meshgrid',
  (vectors: readonly Tensor[], { indexing = 'xy' }: { readonly indexing?: 'xy' | 'ij' } = {}): Tensor[] => {
    const flat = vectors.find((vector) => vector.rank > 1)
    if (flat)
      throw new ShapeError(
        `meshgrid takes vectors and got a tensor of shape ${formatShape(flat.shape)}. Use flatten(x).`,
      )
    const shape = vectors.map((vector) => vector.size)
    const grids = vectors.map((vector, axis) =>
      broadcastTo(
        reshape(
          vector,
          shape.map((d, i) => (i === axis ? d : 1)),
        ),
        shape,
      ),
    )
    return indexing === 'xy' && vectors.length > 1 ? grids.map((grid) => swapAxes(grid, 0, 1)) : grids
  },
  ['tensors', ['indexing']],
)
