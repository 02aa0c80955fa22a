import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation, operationOf } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { reshape } from './broadcast.ts'
import { convOp } from './conv-op.ts'
import { flip, transpose } from './movement.ts'
import { type PaddingPairs, type PerAxis, paddingPairs, perAxis, requireRoom, spatialRank } from './spatial.ts'

export type { PaddingPairs, PerAxis } from './spatial.ts'

/** A number is for all spatial axes. `causal` is for one spatial axis only. */
export interface ConvOptions {
  readonly strides?: PerAxis
  readonly padding?: 'valid' | 'same' | 'causal' | PaddingPairs
  readonly dilation?: PerAxis
  readonly groups?: number
}

/** The options that all convolutions have. */
const windowOptions = ['strides', 'padding', 'dilation'] as const

/** As `ConvOptions`; `outputPadding` is added to the right of the output, `null` gives Keras's default length. */
export interface ConvTransposeOptions {
  readonly strides?: PerAxis
  readonly padding?: 'valid' | 'same'
  readonly outputPadding?: PerAxis | null
  readonly dilation?: PerAxis
}

/**
 * Convolution (cross-correlation) of `[n, ...spatial, c]` with a kernel `[...spatial, c / groups, f]`, channels last, with 1
 * to 3 spatial axes. Lengths as in Keras: `valid` gives floor((in - reach) / stride) + 1, `same` ceil(in / stride).
 * Throws `ShapeError` if the channels do not fit or the kernel is longer than the padded input.
 *
 * @example
 * import { conv, tensor } from '@gradus/tensor'
 * const x = tensor([[[1], [2], [3], [4]]])
 * const kernel = tensor([[[1]], [[-1]]])
 * conv(x, kernel).array() // => [[[-1], [-1], [-1]]]
 */
export const conv = /* @__PURE__ */ operationOf(
  convOp,
  (x: Tensor, kernel: Tensor, options: ConvOptions = {}): Tensor => strided('conv', x, kernel, options),
  ['tensor', 'tensor', ['strides', 'padding', 'dilation', 'groups']],
)

function strided(name: string, x: Tensor, kernel: Tensor, options: ConvOptions): Tensor {
  const { strides: everyStride = 1, padding = 'valid', dilation: everyDilation = 1, groups = 1 } = options
  const rank = spatialRank(name, x.shape)
  if (kernel.rank !== x.rank) {
    throw new ShapeError(
      `${name}: the kernel has shape ${formatShape(kernel.shape)}; for an input of shape ${formatShape(x.shape)} it needs ${rank} spatial axes and two for channels.`,
    )
  }
  if (padding === 'causal' && rank !== 1) {
    throw new ShapeError(
      `${name}: padding 'causal' is for one spatial axis (time); this input has ${rank}. Use 'valid', 'same' or pairs.`,
    )
  }
  const strides = perAxis(name, 'strides', everyStride, rank)
  const dilation = perAxis(name, 'dilation', everyDilation, rank)
  const size = kernel.shape.slice(0, rank)
  const pairs = paddingPairs(name, padding, { input: x.shape.slice(1, -1), size, strides, dilation })
  requireRoom(name, x.shape, size, dilation, pairs)
  return apply(convOp, [x, kernel], {
    strides,
    padding: pairs,
    inputDilation: strides.map(() => 1),
    kernelDilation: dilation,
    groups,
  })
}

/**
 * The transpose of a strided convolution: `[n, ...spatial, c]` and a kernel `[...spatial, f, c]` give f channels. Lengths
 * as in Keras: `valid` gives (in - 1) * stride + max(reach, stride), `same` in * stride; with `outputPadding` p they are
 * (in - 1) * stride + reach + p and (in - 1) * stride + reach % 2 + p.
 *
 * @example
 * import { convTranspose, tensor } from '@gradus/tensor'
 * const x = tensor([[[1], [2]]])
 * const kernel = tensor([[[1]], [[10]]])
 * convTranspose(x, kernel, { strides: 2 }).array() // => [[[1], [10], [2], [20]]]
 */
export const convTranspose = /* @__PURE__ */ operation(
  'convTranspose',
  (x: Tensor, kernel: Tensor, options: ConvTransposeOptions = {}): Tensor => {
    const { strides: everyStride = 1, padding = 'valid', outputPadding = null, dilation: everyDilation = 1 } = options
    const rank = spatialRank('convTranspose', x.shape)
    if (kernel.rank !== x.rank || kernel.shape.at(-1) !== x.shape.at(-1)) {
      throw new ShapeError(
        `convTranspose: the kernel has shape ${formatShape(kernel.shape)}; for an input of shape ${formatShape(x.shape)} it must be ` +
          `[...spatial, f, ${x.shape.at(-1)}].`,
      )
    }
    if (padding !== 'valid' && padding !== 'same') {
      throw new ShapeError(`convTranspose: padding '${padding}' is unknown; use 'valid' or 'same'.`)
    }
    const strides = perAxis('convTranspose', 'strides', everyStride, rank)
    const dilation = perAxis('convTranspose', 'dilation', everyDilation, rank)
    const extra = outputPadding === null ? null : perAxis('convTranspose', 'outputPadding', outputPadding, rank, 0)
    const pairs = strides.map((stride, i): [number, number] => {
      const reach = (kernel.shape[i]! - 1) * dilation[i]! + 1
      if (padding === 'valid') return [reach - 1, reach - 1 + (extra?.[i] ?? Math.max(0, stride - reach))]
      const total = extra ? reach + (reach % 2) - 2 + extra[i]! : stride + reach - 2
      const low = Math.min(Math.ceil(total / 2), reach - 1)
      return [low, total - low]
    })
    const spatial = strides.map((_, i) => i)
    // the transpose: strides become gaps in the input, the kernel is reversed and its channel axes are swapped
    const reversed = transpose(flip(kernel, spatial), [...spatial, rank + 1, rank])
    return apply(convOp, [x, reversed], {
      strides: strides.map(() => 1),
      padding: pairs,
      inputDilation: strides,
      kernelDilation: dilation,
      groups: 1,
    })
  },
  ['tensor', 'tensor', ['strides', 'padding', 'dilation', 'outputPadding']],
)

/**
 * Each channel convolved with its own filters: a kernel `[...spatial, c, multiplier]` gives `c * multiplier` channels, those
 * of the first input channel first. As Keras's depthwise convolution.
 */
export const depthwiseConv = /* @__PURE__ */ operation(
  'depthwiseConv',
  (x: Tensor, kernel: Tensor, options: Omit<ConvOptions, 'groups'> = {}): Tensor => {
    const channels = x.shape.at(-1)
    if (kernel.rank !== x.rank || kernel.shape.at(-2) !== channels) {
      throw new ShapeError(
        `depthwiseConv: the kernel has shape ${formatShape(kernel.shape)}; for an input of shape ${formatShape(x.shape)} it must be ` +
          `[...spatial, ${channels}, multiplier].`,
      )
    }
    const grouped = reshape(kernel, [...kernel.shape.slice(0, -2), 1, channels! * kernel.shape.at(-1)!])
    return strided('depthwiseConv', x, grouped, { ...options, groups: channels! })
  },
  ['tensor', 'tensor', windowOptions],
)

/** A depthwise convolution followed by one with a kernel of size 1, `[1, ..., c * multiplier, f]`, that mixes channels. */
export const separableConv = /* @__PURE__ */ operation(
  'separableConv',
  (x: Tensor, depthwise: Tensor, pointwise: Tensor, options: Omit<ConvOptions, 'groups'> = {}): Tensor =>
    strided('separableConv', depthwiseConv(x, depthwise, options), pointwise, {}),
  ['tensor', 'tensor', 'tensor', windowOptions],
)
