import type { Rng } from '@gradus/core'
import { add, cast, greaterEqual, iota, less, logicalAnd, mul, reshape, sub, type Tensor } from '@gradus/tensor'
import { perImage } from './draws.ts'

/** The sides of a box in each image, in pixels `[n]`. */
export interface Sides {
  readonly start: Tensor
  readonly length: Tensor
}

/** A random place in each image for a box that takes the part `share` `[n]` of `length` pixels. */
export function randomSides(rng: Rng, images: Tensor, length: number, share: Tensor): Sides {
  const own = mul(share, length)
  return { start: mul(perImage(rng, images, [0, 1]), sub(length, own)), length: own }
}

/** Whether each pixel is in the box of its image: bool `[n, height, width, 1]`. */
export function insideBoxes(images: Tensor, across: Sides, down: Sides): Tensor {
  const [n, height, width] = images.shape as readonly [number, number, number]
  const within = ({ start, length }: Sides, axis: 1 | 2) => {
    const place = cast(iota([1, height, width, 1], axis), images.dtype)
    const [low, high] = [start, add(start, length)].map((x) => reshape(x, [n, 1, 1, 1])) as [Tensor, Tensor]
    return logicalAnd(greaterEqual(place, low), less(place, high))
  }
  return logicalAnd(within(across, 2), within(down, 1))
}
