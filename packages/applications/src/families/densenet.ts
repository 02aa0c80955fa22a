import type { Model } from '@gradus/models'
import type { SymbolicTensor } from '@gradus/tensor'
import { denseClassifier, makeApplication } from '../network/application.ts'
import type { Net } from '../network/net.ts'
import type { ApplicationConfig } from '../options.ts'
import { type Hashes, orderedFile } from '../weights.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/torch.ts'

const epsilon = 1.001e-5
const growth = 32

interface DenseNetSize {
  readonly title: string
  /** The number of blocks of each of the four stacks. */
  readonly blocks: readonly number[]
  readonly hashes: Hashes
}

/**
 * Makes DenseNet121, a network of 121 layers in which each block of a stack gets the outputs of all before it, for images of 224
 * by 224, without classifier from 32 by 32. Throws `ConfigError` for options that do not fit, and `DataError` if the weights
 * cannot be downloaded. Keras: `DenseNet121` (Huang et al., 2017).
 *
 * @example
 * import { DenseNet121 } from '@gradus/applications'
 * const model = await DenseNet121({ weights: null, includeTop: false, inputShape: [64, 64, 3] })
 * model.output.shape // => [null, 2, 2, 1024]
 */
export function DenseNet121(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['9d60b8095a5708f2dcce2bca79d332c7', '30ee3e1110167f948a6b9946edeeb738'] as const
  return denseNet({ title: 'DenseNet121', blocks: [6, 12, 24, 16], hashes }, config)
}

/**
 * Makes DenseNet169, a network of 169 layers in which each block of a stack gets the outputs of all before it, for images of 224
 * by 224, without classifier from 32 by 32. Throws `ConfigError` for options that do not fit, and `DataError` if the weights
 * cannot be downloaded. Keras: `DenseNet169` (Huang et al., 2017).
 */
export function DenseNet169(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['d699b8f76981ab1b30698df4c175e90b', 'b8c4d4c20dd625c148057b9ff1c1176b'] as const
  return denseNet({ title: 'DenseNet169', blocks: [6, 12, 32, 32], hashes }, config)
}

/**
 * Makes DenseNet201, a network of 201 layers in which each block of a stack gets the outputs of all before it, for images of 224
 * by 224, without classifier from 32 by 32. Throws `ConfigError` for options that do not fit, and `DataError` if the weights
 * cannot be downloaded. Keras: `DenseNet201` (Huang et al., 2017).
 */
export function DenseNet201(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['1ceb130c1ea1b78c3bf6114dbdfd8807', 'c13680b51ded0fb44dff2d8f86ac8bb1'] as const
  return denseNet({ title: 'DenseNet201', blocks: [6, 12, 48, 32], hashes }, config)
}

function denseNet({ title, blocks, hashes }: DenseNetSize, config: ApplicationConfig): Promise<Model> {
  const name = title.toLowerCase()
  return makeApplication(config, {
    title,
    name,
    channelsLastOnly: true,
    features(net, image) {
      let x = net.conv(net.pad(image, 3), 64, 7, { strides: 2, useBias: false, name: 'conv1_conv' })
      x = rectified(net, x, 'conv1_bn', 'conv1_relu')
      x = net.pool('max', net.pad(x, 1), 3, { strides: 2, name: 'pool1' })
      for (const [stack, count] of blocks.entries()) {
        if (stack > 0) x = halved(net, x, `pool${stack + 1}`)
        for (let block = 1; block <= count; block++) x = grown(net, x, `conv${stack + 2}_block${block}`)
      }
      return rectified(net, x, 'bn', 'relu')
    },
    classify: (net, x, classifier) => denseClassifier(net, x, classifier, 'avg_pool'),
    namesPooling: true,
    published: (includeTop) => orderedFile('densenet', name, includeTop, hashes),
  })
}

function rectified(net: Net, x: SymbolicTensor, norm: string, activation: string): SymbolicTensor {
  return net.activate(net.norm(x, { epsilon, name: norm }), 'relu', { name: activation })
}

/** Adds channels that two convolutions compute from all channels before. */
function grown(net: Net, x: SymbolicTensor, name: string): SymbolicTensor {
  let y = rectified(net, x, `${name}_0_bn`, `${name}_0_relu`)
  y = net.conv(y, 4 * growth, 1, { useBias: false, name: `${name}_1_conv` })
  y = rectified(net, y, `${name}_1_bn`, `${name}_1_relu`)
  y = net.conv(y, growth, 3, { padding: 'same', useBias: false, name: `${name}_2_conv` })
  return net.concat([x, y], { name: `${name}_concat` })
}

/** Halves the channels, the height and the width. */
function halved(net: Net, x: SymbolicTensor, name: string): SymbolicTensor {
  const active = rectified(net, x, `${name}_bn`, `${name}_relu`)
  const y = net.conv(active, Math.floor(net.channels(x) / 2), 1, { useBias: false, name: `${name}_conv` })
  return net.pool('average', y, 2, { strides: 2, name: `${name}_pool` })
}
