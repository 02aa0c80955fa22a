import { add, gather, mul, reshape, sub, type Tensor } from '@gradus/tensor'
import { ImageLayer } from './image-layer.ts'

/** The other image with which each image of a batch is mixed. */
export interface Partners {
  /** The index of the other image: int32 `[n]`. */
  readonly order: Tensor
  /** The share of the image itself, from 0 to 1: `[n]`. */
  readonly weight: Tensor
}

/** The base class of layers that mix the images of a batch, and their labels by the same shares. */
export abstract class MixedImages<C extends object, D extends Partners> extends ImageLayer<C, D> {
  /** Labels are mixed by the shares of the images, so they must be vectors such as one-hot ones. */
  override transformLabels(labels: Tensor, drawn: D): Tensor {
    return mixed(labels, drawn)
  }
}

/** A weighted mean of each element of a batch and its partner. */
export function mixed(x: Tensor, { order, weight }: Partners): Tensor {
  const share = reshape(weight, [x.shape[0]!, ...x.shape.slice(1).map(() => 1)])
  return add(mul(share, x), mul(sub(1, share), gather(x, order)))
}
