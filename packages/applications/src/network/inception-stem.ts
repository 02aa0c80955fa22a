import type { SymbolicTensor } from '@gradus/tensor'
import { normalizedConv } from './branches.ts'
import type { Net } from './net.ts'

/** The first convolutions of InceptionV3 and InceptionResNetV2, which make an image smaller. */
export function inceptionStem(net: Net, image: SymbolicTensor): SymbolicTensor {
  const conv = (x: SymbolicTensor, filters: number, size: number, padding: 'same' | 'valid', strides = 1) =>
    normalizedConv(net, x, filters, size, { strides, padding })
  let x = conv(image, 32, 3, 'valid', 2)
  x = conv(conv(x, 32, 3, 'valid'), 64, 3, 'same')
  x = net.pool('max', x, 3, { strides: 2 })
  x = conv(conv(x, 80, 1, 'valid'), 192, 3, 'valid')
  return net.pool('max', x, 3, { strides: 2 })
}
