import type { Rng } from '@gradus/core'
import { type FloatDType, less, logicalNot, randomUniform, reshape, type Tensor, where } from '@gradus/tensor'
import type { Interval } from './image-options.ts'

/** A random number of an interval for each image: `[n]`. */
export function perImage(rng: Rng, images: Tensor, [low, high]: Interval): Tensor {
  return randomUniform(rng.next(), [images.shape[0]!], { low, high, dtype: images.dtype as FloatDType })
}

/** Values `[n]` in a shape that broadcasts against images: `[n, 1, 1, 1]`. */
export function againstImages(values: Tensor): Tensor {
  return reshape(values, [values.shape[0]!, 1, 1, 1])
}

/** Whether each image is transformed, with a probability that is drawn from an interval: bool `[n]`. */
export function chosen(rng: Rng, images: Tensor, probability: Interval): Tensor {
  const limit = perImage(rng, images, probability)
  return less(perImage(rng, images, [0, 1]), limit)
}

/** 1 or -1 for each image with equal probability. */
export function randomSign(rng: Rng, images: Tensor): Tensor {
  const isPositive = logicalNot(less(perImage(rng, images, [-1, 1]), 0))
  const one = perImage(rng, images, [1, 1])
  return where(isPositive, one, -1)
}

/** Like `perImage`, in a dtype that is exact enough for coordinates. */
export function coordinates(rng: Rng, images: Tensor, [low, high]: Interval): Tensor {
  const dtype = images.dtype === 'float64' ? 'float64' : 'float32'
  return randomUniform(rng.next(), [images.shape[0]!], { low, high, dtype })
}
