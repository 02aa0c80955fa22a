import { requireOptions } from '../arguments.ts'
import { apply } from '../interpreter.ts'
import { operation, operationOf } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { cast, div } from './arithmetic.ts'
import { full, sum } from './broadcast.ts'
import { maxPoolOp, type PoolParams, padded, windowOf } from './pooling-op.ts'
import { type PaddingPairs, type PerAxis, paddingPairs, perAxis, requireRoom, spatialRank } from './spatial.ts'
import { wide } from './wide.ts'
import { windowOp } from './window-op.ts'

/** `strides` are the pool's size by default; a number is for all spatial axes. */
export interface PoolOptions {
  readonly poolSize: PerAxis
  readonly strides?: PerAxis | null
  readonly padding?: 'valid' | 'same' | PaddingPairs
}

const poolOptions = ['poolSize', 'strides', 'padding']

function paramsOf(name: string, x: Tensor, options: PoolOptions): PoolParams {
  requireOptions(name, options, poolOptions)
  const { poolSize, strides, padding = 'valid' } = options
  const rank = spatialRank(name, x.shape)
  const sizes = perAxis(name, 'poolSize', poolSize, rank)
  const steps = perAxis(name, 'strides', strides ?? sizes, rank)
  const dilation = sizes.map(() => 1)
  const pairs = paddingPairs(name, padding, { input: x.shape.slice(1, -1), size: sizes, strides: steps, dilation })
  requireRoom(name, x.shape, sizes, dilation, pairs)
  return { sizes, strides: steps, padding: pairs }
}

/**
 * The largest element under each window of `[n, ...spatial, c]` with 1 to 3 spatial axes. Padding does not count; the gradient
 * goes to the first maximum of a window. As Keras's max pooling.
 *
 * @example
 * import { maxPool, tensor } from '@gradus/tensor'
 * const x = tensor([[[1], [3], [2], [5]]])
 * maxPool(x, { poolSize: 2 }).array() // => [[[3], [5]]]
 */
export const maxPool = /* @__PURE__ */ operationOf(
  maxPoolOp,
  (x: Tensor, options: PoolOptions): Tensor => apply(maxPoolOp, [x], paramsOf('maxPool', x, options)),
  ['tensor', 'any'],
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
export const averagePool = /* @__PURE__ */ operation(
  'averagePool',
  (x: Tensor, options: PoolOptions): Tensor => {
    const params = paramsOf('averagePool', x, options)
    const values = wide(x)
    const total = windowSum(values, params)
    if (params.padding.every(([low, high]) => low === 0 && high === 0)) {
      const count = params.sizes.reduce((a, b) => a * b, 1)
      return cast(div(total, count), x.dtype)
    }
    const ones = full([1, ...x.shape.slice(1, -1), 1], 1, values.dtype, x)
    return cast(div(total, windowSum(ones, params)), x.dtype)
  },
  ['tensor', 'any'],
)

function windowSum(x: Tensor, params: PoolParams): Tensor {
  const rank = params.sizes.length
  const patches = apply(windowOp, [padded(x, params.padding, 0)], windowOf(params))
  return sum(patches, { axis: params.sizes.map((_, i) => 1 + rank + i) })
}
