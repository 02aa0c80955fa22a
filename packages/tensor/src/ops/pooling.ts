import type { DType } from '../dtype.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { div, equal, where } from './arithmetic.ts'
import { broadcastTo, expandOver, full, reshape, sum } from './broadcast.ts'
import { iota } from './create.ts'
import { padOp, sliceOp } from './movement.ts'
import { argMax, max } from './reduction.ts'
import { requireNumeric } from './rules.ts'
import { type PaddingPairs, type PerAxis, paddingPairs, perAxis, requireRoom, spatialRank } from './spatial.ts'
import { foldOp, type WindowParams, windowOp } from './window.ts'

/** `strides` are the pool's size if not given; a number stands for all spatial axes. */
export interface PoolOptions {
  readonly poolSize: PerAxis
  readonly strides?: PerAxis | null
  readonly padding?: 'valid' | 'same' | PaddingPairs
}

/** Params of the pooling ops, one entry per spatial axis. */
export interface PoolParams {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
  readonly padding: PaddingPairs
}

/** The largest element under each window of `[n, ...spatial, c]`; padding never wins. */
export const maxPoolOp: Op<PoolParams> = {
  name: 'maxPool',
  shape([x], params) {
    requireNumeric('maxPool', x!)
    const padded = x!.shape.map((d, axis) => {
      const [low, high] = params.padding[axis - 1] ?? [0, 0]
      return d + low + high
    })
    const patches = windowOp.shape([{ shape: padded, dtype: x!.dtype }], windowOf(params))
    return { shape: [...patches.shape.slice(0, 1 + params.sizes.length), x!.shape.at(-1)!], dtype: x!.dtype }
  },
  inline: ([x], params) => max(patchesOf(x!, params), { axis: -2 }),
  vjp: (ct, [x], params) => [apply(maxPoolGradientOp, [ct, x!], params)],
}

/**
 * `[ct, x]`: sends each element of ct to the first maximum of its window, in row-major order, as Keras does. Shared ties
 * would keep the gradient's sum too, but give other numbers.
 */
export const maxPoolGradientOp: Op<PoolParams> = {
  name: 'maxPoolGradient',
  shape: ([, x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  inline([ct, x], params) {
    const patches = patchesOf(x!, params)
    const axis = patches.rank - 2
    const first = broadcastTo(reshape(argMax(patches, { axis }), withOne(ct!.shape, axis)), patches.shape)
    const share = expandOver(ct!, patches.shape, [axis])
    const shares = where(equal(first, iota(patches.shape, axis, 'int32')), share, 0)
    const spatial = params.sizes.map((_, i) => x!.shape[i + 1]! + params.padding[i]![0] + params.padding[i]![1])
    const split = reshape(shares, [...ct!.shape.slice(0, -1), ...params.sizes, ct!.shape.at(-1)!])
    const padded = apply(foldOp, [split], { ...windowOf(params), spatial })
    return unpadded(padded, x!, params.padding)
  },
}

/** The elements under each window in one axis before the channels: `[n, ...out, window, c]`. */
function patchesOf(x: Tensor, params: PoolParams): Tensor {
  const patches = apply(windowOp, [padded(x, params.padding, lowest[x.dtype])], windowOf(params))
  const out = patches.shape.slice(0, 1 + params.sizes.length)
  return reshape(patches, [...out, params.sizes.reduce((a, b) => a * b, 1), x.shape.at(-1)!])
}

const lowest: Record<DType, number> = {
  float16: Number.NEGATIVE_INFINITY,
  float32: Number.NEGATIVE_INFINITY,
  float64: Number.NEGATIVE_INFINITY,
  int32: -(2 ** 31),
  uint32: 0,
  bool: 0,
}

function windowOf({ sizes, strides }: PoolParams): WindowParams {
  return { sizes, strides, dilations: sizes.map(() => 1) }
}

function withOne(shape: readonly number[], axis: number): number[] {
  return [...shape.slice(0, axis), 1, ...shape.slice(axis)]
}

function padded(x: Tensor, padding: PaddingPairs, value: number): Tensor {
  if (padding.every(([low, high]) => low === 0 && high === 0)) return x
  const params = {
    low: [0, ...padding.map(([low]) => low), 0],
    high: [0, ...padding.map(([, high]) => high), 0],
    interior: x.shape.map(() => 0),
  }
  const zeros = apply(padOp, [x], params)
  if (value === 0) return zeros
  return where(apply(padOp, [full(x.shape, true, 'bool', x)], params), zeros, value)
}

function unpadded(x: Tensor, like: Tensor, padding: PaddingPairs): Tensor {
  if (x.shape.every((d, axis) => d === like.shape[axis])) return x
  const start = [0, ...padding.map(([low]) => low), 0]
  return apply(sliceOp, [x], { start, size: like.shape, step: start.map(() => 1) })
}

function paramsOf(name: string, x: Tensor, { poolSize, strides, padding = 'valid' }: PoolOptions): PoolParams {
  const rank = spatialRank(name, x.shape)
  const sizes = perAxis(name, 'poolSize', poolSize, rank)
  const steps = perAxis(name, 'strides', strides ?? sizes, rank)
  const dilation = sizes.map(() => 1)
  const pairs = paddingPairs(name, padding, { input: x.shape.slice(1, -1), size: sizes, strides: steps, dilation })
  requireRoom(name, x.shape, sizes, dilation, pairs)
  return { sizes, strides: steps, padding: pairs }
}

/**
 * The largest element under each window of `[n, ...spatial, c]` with 1 to 3 spatial axes. Padding never wins; the gradient
 * goes to the first maximum of a window. As Keras's max pooling.
 *
 * @example
 * import { maxPool, tensor } from '@gradus/tensor'
 * const x = tensor([[[1], [3], [2], [5]]])
 * maxPool(x, { poolSize: 2 }).array() // => [[[3], [5]]]
 */
export const maxPool = /* @__PURE__ */ operation(
  'maxPool',
  (x: Tensor, options: PoolOptions): Tensor => apply(maxPoolOp, [x], paramsOf('maxPool', x, options)),
)

/**
 * The mean of the elements under each window of `[n, ...spatial, c]` with 1 to 3 spatial axes. Padding is left out of the
 * mean and of its count. As Keras's average pooling.
 *
 * @example
 * import { averagePool, tensor } from '@gradus/tensor'
 * const x = tensor([[[1], [3], [2]]])
 * averagePool(x, { poolSize: 2, padding: 'same' }).array() // => [[[2], [2]]]
 */
export const averagePool = /* @__PURE__ */ operation('averagePool', (x: Tensor, options: PoolOptions): Tensor => {
  const params = paramsOf('averagePool', x, options)
  const total = windowSum(x, params)
  if (params.padding.every(([low, high]) => low === 0 && high === 0)) {
    return div(
      total,
      params.sizes.reduce((a, b) => a * b, 1),
    )
  }
  const ones = full([1, ...x.shape.slice(1, -1), 1], 1, x.dtype, x)
  return div(total, windowSum(ones, params))
})

function windowSum(x: Tensor, params: PoolParams): Tensor {
  const rank = params.sizes.length
  const patches = apply(windowOp, [padded(x, params.padding, 0)], windowOf(params))
  return sum(patches, { axis: params.sizes.map((_, i) => 1 + rank + i) })
}
