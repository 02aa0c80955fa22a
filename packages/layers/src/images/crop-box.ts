import { pad, resize, slice, type Tensor } from '@gradus/tensor'
import type { ImageSize } from './box-formats.ts'
import { sizeOf } from './image-layer.ts'

/** A part of an image, in pixels. */
export interface CropBox extends ImageSize {
  readonly top: number
  readonly left: number
}

/** The largest part of an image in its middle that has the shape of `target`. */
export function largestBox({ height, width }: ImageSize, target: ImageSize): CropBox {
  const inner = {
    height: Math.max(Math.min(height, Math.trunc((width * target.height) / target.width)), 1),
    width: Math.max(Math.min(width, Math.trunc((height * target.width) / target.height)), 1),
  }
  return {
    ...inner,
    top: Math.trunc((height - inner.height) / 2),
    left: Math.trunc((width - inner.width) / 2),
  }
}

/** The part of images in a box. */
export function cropped(images: Tensor, { top, left, height, width }: CropBox): Tensor {
  const { shape } = images
  return slice(images, [0, top, left, 0], [shape[0]!, height, width, shape[3]!])
}

/** How many pixels are added on either side so that an image has the shape of `target`, about. */
export function marginsOf(
  { height, width }: ImageSize,
  target: ImageSize,
): { readonly top: number; readonly left: number } {
  const top = Math.trunc((Math.max(height, Math.trunc((width * target.height) / target.width)) - height) / 2)
  const left = Math.trunc((Math.max(width, Math.trunc((height * target.width) / target.height)) - width) / 2)
  return { top, left: top > 0 ? 0 : left }
}

/** Images with pixels of a value around them. */
export function padded(
  images: Tensor,
  { top, left }: { readonly top: number; readonly left: number },
  value: number,
): Tensor {
  return pad(
    images,
    [
      [0, 0],
      [top, top],
      [left, left],
      [0, 0],
    ],
    { value },
  )
}

/** The largest part of images in the shape of `target`, resized to it. */
export function smartResized(images: Tensor, target: ImageSize): Tensor {
  return resize(cropped(images, largestBox(sizeOf(images), target)), [target.height, target.width])
}
