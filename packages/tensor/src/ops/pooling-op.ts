import { type DType, isFloat } from '../dtype.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import type { Tensor } from '../tensor.ts'
import { equal, where } from './arithmetic.ts'
import { broadcastTo, full, reshape } from './broadcast.ts'
import { expandOver } from './broadcast-op.ts'
import { iota } from './create.ts'
import { padOp, sliceOp } from './movement-op.ts'
import { argMax, max } from './reduction.ts'
import { requireNumeric } from './rules.ts'
import type { PaddingPairs } from './spatial.ts'
import { foldOp, type WindowParams, windowOp } from './window-op.ts'

/** Params of the pooling ops, one number per spatial axis. */
export interface PoolParams {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
  readonly padding: PaddingPairs
}

/** The largest element under each window of `[n, ...spatial, c]`; padding does not count. */
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
 * `[ct, x]`: adds each element of ct to the first maximum of its window, in row-major order, as Keras does. Shares for all
 * maxima would have the same sum, but differ from Keras.
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
  const patches = apply(windowOp, [padded(x, params.padding, lowest(x.dtype))], windowOf(params))
  const out = patches.shape.slice(0, 1 + params.sizes.length)
  return reshape(patches, [...out, params.sizes.reduce((a, b) => a * b, 1), x.shape.at(-1)!])
}

/** The lowest value of a dtype. */
function lowest(dtype: DType): number {
  if (isFloat(dtype)) return Number.NEGATIVE_INFINITY
  return dtype === 'int32' ? -(2 ** 31) : 0
}

/** The windows of a pool. */
export function windowOf({ sizes, strides }: PoolParams): WindowParams {
  return { sizes, strides, dilations: sizes.map(() => 1) }
}

function withOne(shape: readonly number[], axis: number): number[] {
  return [...shape.slice(0, axis), 1, ...shape.slice(axis)]
}

/** `x` with `value` around its spatial axes. */
export function padded(x: Tensor, padding: PaddingPairs, value: number): Tensor {
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
