import { ConfigError } from '@gradus/core'
import { Dropout, Flatten, Rescaling } from '@gradus/layers'
import type { Model } from '@gradus/models'
import { add, mul, type SymbolicTensor } from '@gradus/tensor'
import { makeApplication } from '../network/application.ts'
import type { Net } from '../network/net.ts'
import { decimal, divisible } from '../network/width.ts'
import type { PreprocessingConfig } from '../options.ts'
import { type Hashes, kerasFile } from '../weights.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/unchanged.ts'

/** The options of `MobileNetV3Small` and `MobileNetV3Large`. */
export interface MobileNetV3Config extends PreprocessingConfig {
  /** A factor of the number of filters of each layer (default 1). */
  readonly alpha?: number
  /** Whether the network does without squeezed features, hard swish and windows of five by five (default false). */
  readonly minimalistic?: boolean
  /** The rate of the dropout before the classifier (default 0.2). */
  readonly dropoutRate?: number
}

const fields = {
  alpha: { type: 'number', above: 0 },
  minimalistic: 'boolean',
  dropoutRate: { type: 'number', min: 0, below: 1 },
  includePreprocessing: 'boolean',
} as const

/**
 * A block: the factor of the width within, the filters, the window (0 for five by five, or three if the network is minimalistic), the
 * stride, whether channels are weighed, and whether the activation is hard swish.
 */
type Block = readonly [expansion: number, filters: number, size: 0 | 3, stride: number, weighs: boolean, swish: boolean]

const small: readonly Block[] = /* @__PURE__ */ (() => [
  [1, 16, 3, 2, true, false],
  [72 / 16, 24, 3, 2, false, false],
  [88 / 24, 24, 3, 1, false, false],
  [4, 40, 0, 2, true, true],
  [6, 40, 0, 1, true, true],
  [6, 40, 0, 1, true, true],
  [3, 48, 0, 1, true, true],
  [3, 48, 0, 1, true, true],
  [6, 96, 0, 2, true, true],
  [6, 96, 0, 1, true, true],
  [6, 96, 0, 1, true, true],
])()
const large: readonly Block[] = [
  [1, 16, 3, 1, false, false],
  [4, 24, 3, 2, false, false],
  [3, 24, 3, 1, false, false],
  [3, 40, 0, 2, true, false],
  [3, 40, 0, 1, true, false],
  [3, 40, 0, 1, true, false],
  [6, 80, 3, 2, false, true],
  [2.5, 80, 3, 1, false, true],
  [2.3, 80, 3, 1, false, true],
  [2.3, 80, 3, 1, false, true],
  [6, 112, 3, 1, true, true],
  [6, 112, 3, 1, true, true],
  [6, 160, 0, 2, true, true],
  [6, 160, 0, 1, true, true],
  [6, 160, 0, 1, true, true],
]

/** The MD5 of the files by size, kind and width. */
const hashes: Readonly<Record<string, Hashes>> = {
  'large_224_0.75': ['765b44a33ad4005b3ac83185abf1d0eb', '40af19a13ebea4e2ee0c676887f69a2e'],
  'large_224_1.0': ['59e551e166be033d707958cf9e29a6a7', '07fb09a5933dd0c8eaafa16978110389'],
  'large_minimalistic_224_1.0': ['675e7b876c45c57e9e63e6d90a36599c', 'ec5221f64a2f6d1ef965a614bdae7973'],
  'small_224_0.75': ['cb65d4e5be93758266aa0a7f2c6708b7', 'ebdb5cc8e0b497cd13a7c275d475c819'],
  'small_224_1.0': ['8768d4c2e7dee89b9d02b2d03d65d862', 'd3e8ec802a04aa4fc771ee12a9a9b836'],
  'small_minimalistic_224_1.0': ['99cd97fb2fcdad2bf028eb838de69e37', 'cde8136e733e811080d9fcd8a252f7e4'],
}

/**
 * Makes MobileNetV3Small for images of any size from 32 by 32. Its first layer scales pixels from 0 to 255. Throws `ConfigError` for
 * options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `MobileNetV3Small` (Howard et al., 2019).
 *
 * @example
 * import { MobileNetV3Small } from '@gradus/applications'
 * const model = await MobileNetV3Small({ weights: null, includeTop: false, inputShape: [64, 64, 3] })
 * model.output.shape // => [null, 2, 2, 576]
 */
export function MobileNetV3Small(config: MobileNetV3Config = {}): Promise<Model> {
  return mobileNetV3('Small', small, 1024, config)
}

/**
 * Makes MobileNetV3Large for images of any size from 32 by 32. Its first layer scales pixels from 0 to 255. Throws `ConfigError` for
 * options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `MobileNetV3Large` (Howard et al., 2019).
 */
export function MobileNetV3Large(config: MobileNetV3Config = {}): Promise<Model> {
  return mobileNetV3('Large', large, 1280, config)
}

type Activate = (x: SymbolicTensor) => SymbolicTensor

function mobileNetV3(size: 'Small' | 'Large', blocks: readonly Block[], lastWidth: number, config: MobileNetV3Config) {
  const { alpha = 1, minimalistic = false, dropoutRate = 0.2, includePreprocessing = true } = config
  const title = `MobileNetV3${size}`
  return makeApplication(config, {
    title,
    name: title,
    fields,
    needsSize: 'never',
    features(net, image) {
      const activate = activation(net, !minimalistic)
      let x = image
      if (includePreprocessing) x = new Rescaling(net.named('rescaling', { scale: 1 / 127.5, offset: -1 })).call(x)
      x = net.conv(x, 16, 3, { strides: 2, padding: 'same', useBias: false, name: 'conv' })
      x = activate(normalized(net, x, 'conv_bn'))
      for (const [index, [expansion, filters, window, stride, weighs, swish]] of blocks.entries()) {
        x = inverted(net, x, {
          prefix: index === 0 ? 'expanded_conv_' : `expanded_conv_${index}_`,
          expands: index > 0,
          expansion,
          filters: divisible(filters * alpha),
          size: window || (minimalistic ? 3 : 5),
          stride,
          weighs: weighs && !minimalistic,
          activate: activation(net, swish && !minimalistic),
        })
      }
      const width = divisible(net.channels(x) * 6)
      x = net.conv(x, width, 1, { padding: 'same', useBias: false, name: 'conv_1' })
      return activate(normalized(net, x, 'conv_1_bn'))
    },
    classify(net, x, { classes, activation: last }) {
      const { dataFormat } = net
      const width = alpha > 1 ? divisible(lastWidth * alpha) : lastWidth
      let y = net.globalPool('avg', x, { keepDims: true })
      y = net.conv(y, width, 1, { padding: 'same', name: 'conv_2' })
      y = activation(net, !minimalistic)(y)
      if (dropoutRate > 0) y = new Dropout(net.named('dropout', { rate: dropoutRate })).call(y)
      y = net.conv(y, classes, 1, { padding: 'same', name: 'logits' })
      y = new Flatten(net.named('flatten', dataFormat === 'channelsFirst' ? { dataFormat } : {})).call(y)
      return net.activate(y, last ?? 'linear', { name: 'predictions' })
    },
    namesPooling: true,
    published(includeTop) {
      const variant = `${size.toLowerCase()}${minimalistic ? '_minimalistic' : ''}_224_${decimal(alpha)}`
      const known = Object.hasOwn(hashes, variant) ? hashes[variant]! : undefined
      if (!known) {
        throw new ConfigError(
          `${title}: 'alpha' is ${alpha}; there are weights for ${minimalistic ? '1' : '0.75 and 1'}. Set weights: null.`,
        )
      }
      const file = `mobilenet_v3/weights_mobilenet_v3_${variant}_float`
      return kerasFile(`${file}${includeTop ? '' : '_no_top_v2'}.h5`, known[includeTop ? 0 : 1])
    },
  })
}

/** Hard swish, or a rectifier. */
function activation(net: Net, isSwish: boolean): Activate {
  return (x) => (isSwish ? net.activate(x, 'hardSilu') : net.relu(x))
}

function normalized(net: Net, x: SymbolicTensor, name: string): SymbolicTensor {
  return net.norm(x, { epsilon: 1e-3, momentum: 0.999, name })
}

interface Inverted {
  readonly prefix: string
  /** Whether the block begins with a convolution that widens its input. */
  readonly expands: boolean
  readonly expansion: number
  readonly filters: number
  readonly size: number
  readonly stride: number
  readonly weighs: boolean
  readonly activate: Activate
}

function inverted(net: Net, input: SymbolicTensor, block: Inverted): SymbolicTensor {
  const { prefix, expands, expansion, filters, size, stride, weighs, activate } = block
  const channels = net.channels(input)
  const pointwise = (y: SymbolicTensor, width: number, name: string) =>
    net.conv(y, width, 1, { padding: 'same', useBias: false, name: prefix + name })
  const width = divisible(channels * expansion)
  let x = input
  if (expands) x = activate(normalized(net, pointwise(x, width, 'expand'), `${prefix}expand_bn`))
  if (stride === 2) x = net.padForStride(x, size, { name: `${prefix}depthwise_pad` })
  const padding = stride === 2 ? 'valid' : 'same'
  x = net.depthwise(x, size, { strides: stride, padding, useBias: false, name: `${prefix}depthwise` })
  x = activate(normalized(net, x, `${prefix}depthwise_bn`))
  if (weighs) x = weighed(net, x, width, `${prefix}squeeze_excite_`)
  x = normalized(net, pointwise(x, filters, 'project'), `${prefix}project_bn`)
  return stride === 1 && channels === filters ? net.add([input, x], { name: `${prefix}add` }) : x
}

/** Multiplies each channel by a weight from 0 to 1 that two small layers compute from the means of all channels. */
function weighed(net: Net, x: SymbolicTensor, channels: number, prefix: string): SymbolicTensor {
  let weights = net.globalPool('avg', x, { keepDims: true, name: `${prefix}avg_pool` })
  weights = net.conv(weights, divisible(channels * 0.25), 1, { padding: 'same', name: `${prefix}conv` })
  weights = net.relu(weights, { name: `${prefix}relu` })
  weights = net.conv(weights, channels, 1, { padding: 'same', name: `${prefix}conv_1` })
  // the hard sigmoid
  weights = mul(net.relu(add(weights, 3), { maxValue: 6 }), 1 / 6)
  return net.multiply([x, weights], { name: `${prefix}mul` })
}
