import { requireOptions } from '../arguments.ts'
import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { cast, div, lessEqual, mul, sub, where } from './arithmetic.ts'
import { broadcastTo, reshape, sum } from './broadcast.ts'
import { depthwiseConv } from './conv.ts'
import { iota } from './create.ts'
import { exp, square } from './exponential.ts'
import { abs } from './rounding.ts'

/** The size and the shape of a Gaussian kernel: along the width, then along the height. */
export interface GaussianBlurOptions {
  /** Odd numbers of pixels (default [3, 3]). */
  readonly kernelSize?: readonly number[]
  /** Standard deviations in pixels (default [1, 1]): numbers or tensors without axes. */
  readonly sigma?: readonly (number | Tensor)[]
  /** Further pixels from the center than this have weight 0: a number or a tensor without axes. */
  readonly reach?: number | Tensor
}

/**
 * Images `[n, height, width, c]` smoothed with a Gaussian kernel, with zeros outside. Throws `ShapeError` for other ranks and for
 * kernels of even size. Keras: `ops.image.gaussian_blur`.
 *
 * @example
 * import { gaussianBlur, tensor } from '@gradus/tensor'
 * const image = tensor([[[[0], [1], [0]]]])
 * gaussianBlur(image, { kernelSize: [3, 1] }).array() // => [[[[0.2741], [0.4519], [0.2741]]]]
 */
export const gaussianBlur = /* @__PURE__ */ operation(
  'gaussianBlur',
  (images: Tensor, options: GaussianBlurOptions = {}): Tensor => {
    requireOptions('gaussianBlur', options, ['kernelSize', 'sigma', 'reach'])
    const { kernelSize = [3, 3], sigma = [1, 1], reach } = options
    if (
      images.rank !== 4 ||
      kernelSize.length !== 2 ||
      sigma.length !== 2 ||
      kernelSize.some((size) => size % 2 !== 1)
    ) {
      throw new ShapeError(
        `gaussianBlur: the input has shape ${formatShape(images.shape)}, the kernel ${formatShape(kernelSize)} and there are ${sigma.length} sigmas; expected [n, height, width, channels], two odd sizes and two sigmas.`,
      )
    }
    const dtype = images.dtype === 'float64' ? 'float64' : 'float32'
    const [across, down] = kernelSize.map((size, axis) => {
      const x = sub(cast(iota([size]), dtype), (size - 1) / 2)
      const weights = exp(mul(square(div(x, scalar(sigma[axis]!, dtype))), -0.5))
      const near = reach === undefined ? weights : where(lessEqual(abs(x), scalar(reach, dtype)), weights, 0)
      return div(near, sum(near))
    }) as [Tensor, Tensor]
    const kernel = mul(reshape(down, [down.size, 1, 1, 1]), reshape(across, [1, across.size, 1, 1]))
    const channels = images.shape[3]!
    const each = broadcastTo(cast(kernel, images.dtype), [down.size, across.size, channels, 1])
    return depthwiseConv(images, each, { padding: 'same' })
  },
  ['tensor', ['kernelSize', 'sigma', 'reach']],
)

function scalar(value: number | Tensor, dtype: 'float32' | 'float64'): number | Tensor {
  return value instanceof Tensor ? reshape(cast(value, dtype), [1]) : value
}
