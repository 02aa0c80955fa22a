import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape, sameShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, div, mul, sub } from './arithmetic.ts'
import { reshape } from './broadcast.ts'
import { depthwiseConv } from './conv.ts'
import { tensor } from './create.ts'
import { log10, square } from './exponential.ts'
import { tile } from './rearrange.ts'
import { mean } from './statistics.ts'
import { wide } from './wide.ts'

/**
 * The slopes of images `[n, h, w, c]` by Sobel's filters: `[n, h, w, c, 2]`, down and to the right; outside there are zeros. Keras:
 * `ops.image.sobel_edges`.
 *
 * @example
 * import { sobelEdges, tensor } from '@gradus/tensor'
 * sobelEdges(tensor([[[[0], [0], [1]]]])).array() // => [[[[[0, 0]], [[0, 2]], [[0, 0]]]]]
 */
export const sobelEdges = /* @__PURE__ */ operation(
  'sobelEdges',
  (x: Tensor): Tensor => {
    if (x.rank !== 4) {
      throw new ShapeError(`sobelEdges takes images [n, height, width, channels] and got ${formatShape(x.shape)}.`)
    }
    const values = wide(x)
    const rows = [-1, -2, -1, 0, 0, 0, 1, 2, 1]
    // the filter for slopes to the right is the transpose
    const filters = rows.flatMap((row, index) => [row, rows[(index % 3) * 3 + Math.floor(index / 3)]!])
    const kernel = tensor(filters, { dtype: values.dtype, shape: [3, 3, 1, 2] })
    const channels = x.shape[3]!
    const edges = depthwiseConv(values, tile(kernel, [1, 1, channels, 1]), { padding: 'same' })
    return cast(reshape(edges, [...x.shape, 2]), x.dtype)
  },
  ['tensor'],
)

/**
 * The peak signal-to-noise ratio of two tensors of one shape in decibels: 20 log10(maxValue) - 10 log10(mean((a - b)^2)). Keras:
 * `psnr`.
 *
 * @example
 * import { psnr, tensor } from '@gradus/tensor'
 * psnr(tensor([1, 2]), tensor([1.1, 1.9]), 1).item().toFixed(3) // => '20.000'
 */
export const psnr = /* @__PURE__ */ operation(
  'psnr',
  (a: Tensor, b: Tensor, maxValue: number): Tensor =>
    sub(20 * Math.log10(maxValue), mul(log10(mean(square(sub(a, b)))), 10)),
  ['tensor', 'tensor', 'any'],
)

/** The range of the pixels (default 1); size (default 11) and standard deviation (1.5) of the filter; constants (0.01, 0.03). */
export interface SsimOptions {
  readonly maxValue?: number
  readonly filterSize?: number
  readonly filterSigma?: number
  readonly k1?: number
  readonly k2?: number
}

/**
 * The structural similarity of images, `[n, h, w, c]` or `[h, w, c]`, from -1 to 1: one number per image, the mean over windows and
 * channels. Throws `ShapeError` for images smaller than the filter. Keras: `ops.image.ssim` (Wang et al., 2004).
 *
 * @example
 * import { ssim, zeros } from '@gradus/tensor'
 * ssim(zeros([16, 16, 1]), zeros([16, 16, 1])).item() // => 1
 */
export const ssim = /* @__PURE__ */ operation(
  'ssim',
  (a: Tensor, b: Tensor, options: SsimOptions = {}): Tensor => {
    const { maxValue = 1, filterSize = 11, filterSigma = 1.5, k1 = 0.01, k2 = 0.03 } = options
    if (!sameShape(a.shape, b.shape) || (a.rank !== 3 && a.rank !== 4)) {
      throw new ShapeError(
        `ssim compares images [n, height, width, channels] of one shape and got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
      )
    }
    const batch = a.rank === 3 ? [1, ...a.shape] : a.shape
    const [x, y] = [reshape(wide(a), batch), reshape(wide(b), batch)]
    const weights = Array.from({ length: filterSize }, (_, i) =>
      Math.exp(-0.5 * ((i - (filterSize - 1) / 2) / filterSigma) ** 2),
    )
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const filter = tensor(
      weights.map((weight) => weight / total),
      { dtype: x.dtype, shape: [filterSize, 1, 1, 1] },
    )
    const channels = batch[3]!
    const down = tile(filter, [1, 1, channels, 1])
    const across = reshape(down, [1, filterSize, channels, 1])
    const smooth = (image: Tensor) => depthwiseConv(depthwiseConv(image, down), across)
    const [meanX, meanY] = [smooth(x), smooth(y)]
    const product = mul(meanX, meanY)
    const spreads = add(sub(smooth(square(x)), square(meanX)), sub(smooth(square(y)), square(meanY)))
    const [c1, c2] = [(k1 * maxValue) ** 2, (k2 * maxValue) ** 2]
    const likeness = mul(add(mul(product, 2), c1), add(mul(sub(smooth(mul(x, y)), product), 2), c2))
    const extent = mul(add(add(square(meanX), square(meanY)), c1), add(spreads, c2))
    const each = cast(mean(div(likeness, extent), { axis: [1, 2, 3] }), a.dtype)
    return a.rank === 3 ? reshape(each, []) : each
  },
  ['tensor', 'tensor', ['maxValue', 'filterSize', 'filterSigma', 'k1', 'k2']],
)
