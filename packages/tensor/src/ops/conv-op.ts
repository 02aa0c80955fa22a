import type { Aval } from '../aval.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { reshape } from './broadcast.ts'
import { flip, transpose } from './movement.ts'
import { requireFloat, widerDType } from './rules.ts'

/** Lists have one number per spatial axis. `padding` is in elements before and after; negative padding removes elements. */
export interface ConvParams {
  readonly strides: readonly number[]
  readonly padding: readonly (readonly [low: number, high: number])[]
  readonly inputDilation: readonly number[]
  readonly kernelDilation: readonly number[]
  readonly groups: number
}

/**
 * Cross-correlation of `[n, ...spatial, c]` with a kernel `[...spatial, c / groups, f]`. Dilation puts zeros between
 * neighbors, of the input (a strided convolution read backwards) or of the kernel. Closed under differentiation: both
 * gradients are convolutions.
 */
export const convOp: Op<ConvParams> = {
  name: 'conv',
  shape([x, kernel], params) {
    check(x!, kernel!, params)
    const spatial = params.strides.map((stride, i) => {
      const [low, high] = params.padding[i]!
      const input = dilated(x!.shape[i + 1]!, params.inputDilation[i]!) + low + high
      return Math.max(0, Math.floor((input - dilated(kernel!.shape[i]!, params.kernelDilation[i]!)) / stride) + 1)
    })
    return { shape: [x!.shape[0]!, ...spatial, kernel!.shape.at(-1)!], dtype: x!.dtype }
  },
  vjp: (ct, [x, kernel], params) => [inputGradient(ct, x!, kernel!, params), kernelGradient(ct, x!, kernel!, params)],
}

function check(x: Aval, kernel: Aval, { strides, padding, inputDilation, kernelDilation, groups }: ConvParams): void {
  requireFloat('conv', x)
  const rank = strides.length
  const shapes = `an input of shape ${formatShape(x.shape)} and a kernel of shape ${formatShape(kernel.shape)}`
  if (kernel.dtype !== x.dtype) {
    throw new ShapeError(
      `conv: the input is ${x.dtype} and the kernel ${kernel.dtype}. Dtypes are not promoted silently; use cast(x, '${widerDType(x.dtype, kernel.dtype)}').`,
    )
  }
  if (x.shape.length !== rank + 2 || kernel.shape.length !== rank + 2) {
    throw new ShapeError(
      `conv: got ${shapes}; with ${rank} spatial axes they must be [n, ...spatial, c] and [...spatial, c / groups, f].`,
    )
  }
  if ([padding, inputDilation, kernelDilation].some((list) => list.length !== rank)) {
    throw new ShapeError(`conv: strides, padding and dilations need one entry for each of the ${rank} spatial axes.`)
  }
  if ([...strides, ...inputDilation, ...kernelDilation, groups].some((n) => !Number.isInteger(n) || n < 1)) {
    throw new ShapeError(
      `conv: strides [${strides}], dilations [${inputDilation}] and [${kernelDilation}] and groups ${groups} must be whole numbers from 1.`,
    )
  }
  const channels = x.shape.at(-1)!
  const [perGroup, filters] = kernel.shape.slice(-2) as [number, number]
  if (channels !== perGroup * groups || filters % groups !== 0) {
    throw new ShapeError(
      `conv: ${shapes} do not fit ${groups} groups: the kernel's second to last axis must be ${channels} / ${groups} channels ` +
        'and its last axis a multiple of the groups.',
    )
  }
}

/** The extent of `size` elements with gaps between them. */
function dilated(size: number, dilation: number): number {
  return size === 0 ? 0 : (size - 1) * dilation + 1
}

/**
 * With p a position in the dilated input, y_o = sum_k x_(o s - low + k d) w_k, so dx_p = sum_k ct_((p + low - k d) / s) w_k:
 * ct is dilated by s, the kernel reversed, its two channel axes swapped, and the first position moves to (K - 1) d - low.
 * The padding on the other side makes the result as long as x.
 */
function inputGradient(ct: Tensor, x: Tensor, kernel: Tensor, params: ConvParams): Tensor {
  const { strides, inputDilation, kernelDilation, groups } = params
  const padding = strides.map((stride, i): [number, number] => {
    const kernelExtent = dilated(kernel.shape[i]!, kernelDilation[i]!)
    const low = kernelExtent - 1 - params.padding[i]![0]
    const wanted = (x.shape[i + 1]! - 1) * inputDilation[i]! + kernelExtent
    return [low, wanted - dilated(ct.shape[i + 1]!, stride) - low]
  })
  const transposed = swapChannels(
    flip(
      kernel,
      strides.map((_, i) => i),
    ),
    groups,
  )
  return apply(convOp, [ct, transposed], {
    strides: inputDilation,
    padding,
    inputDilation: strides,
    kernelDilation,
    groups,
  })
}

/** `[...spatial, c / groups, f]` as `[...spatial, f / groups, c]`, group by group. */
function swapChannels(kernel: Tensor, groups: number): Tensor {
  const spatial = kernel.shape.slice(0, -2)
  const [perGroup, filters] = kernel.shape.slice(-2) as [number, number]
  const rank = spatial.length
  const axes = spatial.map((_, i) => i)
  if (groups === 1) return transpose(kernel, [...axes, rank + 1, rank])
  const split = reshape(kernel, [...spatial, perGroup, groups, filters / groups])
  const swapped = transpose(split, [...axes, rank + 2, rank + 1, rank])
  return reshape(swapped, [...spatial, filters / groups, groups * perGroup])
}

/**
 * dw_k = sum over n and o of ct_(n, o) x_(n, o s - low + k d): a convolution in which the batch is summed over like
 * channels, ct is the kernel, and strides and kernel dilation are exchanged. Channels are the new batch. Groups move from the
 * channels to the features, so that group g of ct is still multiplied with group g of x.
 */
function kernelGradient(ct: Tensor, x: Tensor, kernel: Tensor, params: ConvParams): Tensor {
  const { strides, inputDilation, kernelDilation, groups } = params
  const padding = strides.map((stride, i): [number, number] => {
    const low = params.padding[i]![0]
    const wanted = (kernel.shape[i]! - 1) * kernelDilation[i]! + dilated(ct.shape[i + 1]!, stride)
    return [low, wanted - dilated(x.shape[i + 1]!, inputDilation[i]!) - low]
  })
  const rank = strides.length
  const spatialAxes = strides.map((_, i) => i + 1)
  const input = batchAsFeatures(x, groups)
  const weights = transpose(ct, [...spatialAxes, 0, rank + 1])
  const gradient = apply(convOp, [input, weights], {
    strides: kernelDilation,
    padding,
    inputDilation,
    kernelDilation: strides,
    groups,
  })
  return transpose(gradient, [...spatialAxes, 0, rank + 1])
}

/** `[n, ...spatial, groups * c]` as `[c, ...spatial, groups * n]`. */
function batchAsFeatures(x: Tensor, groups: number): Tensor {
  const [n, ...rest] = x.shape as [number, ...number[]]
  const spatial = rest.slice(0, -1)
  const channels = rest.at(-1)!
  const spatialAxes = spatial.map((_, i) => i + 1)
  const last = spatial.length + 1
  if (groups === 1) return transpose(x, [last, ...spatialAxes, 0])
  const split = reshape(x, [n, ...spatial, groups, channels / groups])
  const moved = transpose(split, [last + 1, ...spatialAxes, last, 0])
  return reshape(moved, [channels / groups, ...spatial, groups * n])
}
