import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, div, equal, greater, less, maximum, minimum, mul, sub, where } from './arithmetic.ts'
import { clip } from './clip.ts'
import { concat, sliceAxis } from './movement.ts'
import { abs, mod } from './rounding.ts'

/** The shares of red, green and blue in the brightness of a color (ITU-R BT.601). */
const brightness = [0.2989, 0.587, 0.114] as const

function channelsOf(name: string, x: Tensor): [Tensor, Tensor, Tensor] {
  if (x.shape.at(-1) !== 3) {
    throw new ShapeError(
      `${name}: the images have shape ${formatShape(x.shape)}; the last axis must hold 3 channels, red, green and blue.`,
    )
  }
  return [0, 1, 2].map((start) => sliceAxis(x, x.rank - 1, start, 1)) as [Tensor, Tensor, Tensor]
}

/**
 * The brightness of colors `[..., 3]` (red, green, blue), `[..., 1]`: 0.2989 r + 0.587 g + 0.114 b. Images of one channel stay.
 * Throws `ShapeError` for other channels. Keras: `ops.image.rgb_to_grayscale`.
 *
 * @example
 * import { rgbToGrayscale, tensor } from '@gradus/tensor'
 * rgbToGrayscale(tensor([[0, 100, 0]])).array() // => [[58.7]]
 */
export const rgbToGrayscale = /* @__PURE__ */ operation(
  'rgbToGrayscale',
  (x: Tensor): Tensor => {
    if (x.shape.at(-1) === 1) return x
    const [red, green, blue] = channelsOf('rgbToGrayscale', x)
    return add(add(mul(red, brightness[0]), mul(green, brightness[1])), mul(blue, brightness[2]))
  },
  ['tensor'],
)

/**
 * Colors `[..., 3]` as hue, saturation (both 0 to 1) and value, the largest of red, green and blue. Throws `ShapeError` for other
 * channels. Keras: `ops.image.rgb_to_hsv`.
 *
 * @example
 * import { rgbToHsv, tensor } from '@gradus/tensor'
 * rgbToHsv(tensor([[0.25, 0.5, 0.5]])).array() // => [[0.5, 0.5, 0.5]]
 */
export const rgbToHsv = /* @__PURE__ */ operation(
  'rgbToHsv',
  (x: Tensor): Tensor => {
    const least = x.dtype === 'float64' ? 2 ** -52 : 2 ** -23
    const [red, green, blue] = channelsOf('rgbToHsv', where(less(abs(x), least), 0, x))
    const value = maximum(maximum(red, green), blue)
    const range = sub(value, minimum(minimum(red, green), blue))
    const isColored = greater(range, 0)
    const saturation = where(greater(value, 0), div(range, where(greater(value, 0), value, 1)), 0)
    const sixth = div(1, mul(where(isColored, range, 1), 6))
    const turned = where(
      equal(value, red),
      mul(sixth, sub(green, blue)),
      where(equal(value, green), add(mul(sixth, sub(blue, red)), 2 / 6), add(mul(sixth, sub(red, green)), 4 / 6)),
    )
    const hue = where(isColored, turned, 0)
    return concat([where(less(hue, 0), add(hue, 1), hue), saturation, value], -1)
  },
  ['tensor'],
)

/**
 * Hue, saturation and value `[..., 3]` as red, green and blue; the inverse of `rgbToHsv`. Throws `ShapeError` for other channels.
 * Keras: `ops.image.hsv_to_rgb`.
 *
 * @example
 * import { hsvToRgb, tensor } from '@gradus/tensor'
 * hsvToRgb(tensor([[0.5, 0.5, 0.5]])).array() // => [[0.25, 0.5, 0.5]]
 */
export const hsvToRgb = /* @__PURE__ */ operation(
  'hsvToRgb',
  (x: Tensor): Tensor => {
    const [hue, saturation, value] = channelsOf('hsvToRgb', x)
    const angle = mul(mod(hue, 1), 6)
    const gray = sub(1, saturation)
    const channel = (share: Tensor) => mul(value, add(gray, mul(saturation, clip(share, 0, 1))))
    const red = channel(sub(abs(sub(angle, 3)), 1))
    const green = channel(sub(2, abs(sub(angle, 2))))
    const blue = channel(sub(2, abs(sub(angle, 4))))
    return concat([red, green, blue], -1)
  },
  ['tensor'],
)
