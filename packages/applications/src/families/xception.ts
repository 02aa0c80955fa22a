import type { Model } from '@gradus/models'
import type { SymbolicTensor } from '@gradus/tensor'
import { denseClassifier, makeApplication } from '../network/application.ts'
import type { Net } from '../network/net.ts'
import type { ApplicationConfig } from '../options.ts'
import { orderedFile } from '../weights.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/tf.ts'

/**
 * Makes Xception: separable convolutions beside shortcuts, for images of 299 by 299, without classifier from 71 by 71. Throws
 * `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `Xception` (Chollet, 2017).
 *
 * @example
 * import { Xception } from '@gradus/applications'
 * const model = await Xception({ weights: null, includeTop: false, inputShape: [96, 96, 3] })
 * model.output.shape // => [null, 3, 3, 2048]
 */
export function Xception(config: ApplicationConfig = {}): Promise<Model> {
  return makeApplication(config, {
    title: 'Xception',
    name: 'xception',
    defaultSize: 299,
    minSize: 71,
    features(net, image) {
      let x = normalized(
        net,
        net.conv(image, 32, 3, { strides: 2, useBias: false, name: 'block1_conv1' }),
        'block1_conv1',
      )
      x = active(net, x, 'block1_conv1')
      x = active(
        net,
        normalized(net, net.conv(x, 64, 3, { useBias: false, name: 'block1_conv2' }), 'block1_conv2'),
        'block1_conv2',
      )
      x = shrunk(net, x, 2, [128, 128])
      x = shrunk(net, x, 3, [256, 256])
      x = shrunk(net, x, 4, [728, 728])
      for (let block = 5; block <= 12; block++) {
        let y = x
        for (let i = 1; i <= 3; i++)
          y = separable(net, active(net, y, `block${block}_sepconv${i}`), 728, `block${block}_sepconv${i}`)
        x = net.add([y, x])
      }
      x = shrunk(net, x, 13, [728, 1024])
      x = active(net, separable(net, x, 1536, 'block14_sepconv1'), 'block14_sepconv1')
      return active(net, separable(net, x, 2048, 'block14_sepconv2'), 'block14_sepconv2')
    },
    classify: (net, x, classifier) => denseClassifier(net, x, classifier, 'avg_pool'),
    published: (includeTop) =>
      orderedFile('xception', 'xception', includeTop, [
        '0a58e3b7378bc2990ea3b43d5981f1f6',
        'b0042744bf5b25fce3cb969f33bebb97',
      ]),
  })
}

/** Two separable convolutions and a maximum, which halve the sides, beside a convolution. */
function shrunk(net: Net, x: SymbolicTensor, block: number, [first, last]: readonly [number, number]): SymbolicTensor {
  const shortcut = net.norm(net.conv(x, last, 1, { strides: 2, padding: 'same', useBias: false }))
  const [one, two] = [`block${block}_sepconv1`, `block${block}_sepconv2`]
  // the first of these blocks follows an activation
  let y = separable(net, block === 2 ? x : active(net, x, one), first, one)
  y = separable(net, active(net, y, two), last, two)
  y = net.pool('max', y, 3, { strides: 2, padding: 'same', name: `block${block}_pool` })
  return net.add([y, shortcut])
}

function separable(net: Net, x: SymbolicTensor, filters: number, name: string): SymbolicTensor {
  return normalized(net, net.separable(x, filters, 3, { padding: 'same', useBias: false, name }), name)
}

function normalized(net: Net, x: SymbolicTensor, name: string): SymbolicTensor {
  return net.norm(x, { name: `${name}_bn` })
}

function active(net: Net, x: SymbolicTensor, name: string): SymbolicTensor {
  return net.activate(x, 'relu', { name: `${name}_act` })
}
