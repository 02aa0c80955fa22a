import { ConfigError } from '@gradus/core'
import type { Model } from '@gradus/models'
import type { SymbolicTensor } from '@gradus/tensor'
import { denseClassifier, makeApplication } from '../network/application.ts'
import type { Net } from '../network/net.ts'
import { decimal, divisible, publishedSize } from '../network/width.ts'
import type { ApplicationConfig } from '../options.ts'
import { kerasFile } from '../weights.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/tf.ts'

/** The options of `MobileNetV2`. */
export interface MobileNetV2Config extends ApplicationConfig {
  /** A factor of the number of filters of each layer (default 1). */
  readonly alpha?: number
}

const fields = { alpha: { type: 'number', above: 0 } } as const

// The sizes and widths for which weights are published.
const sizes = [96, 128, 160, 192, 224]
const alphas = [0.35, 0.5, 0.75, 1, 1.3, 1.4]

/** Equal blocks in a row: the filters, the number of blocks, and the stride of the first. */
const stages = [
  [16, 1, 1],
  [24, 2, 2],
  [32, 3, 2],
  [64, 4, 2],
  [96, 3, 1],
  [160, 3, 2],
  [320, 1, 1],
] as const

const norm = { epsilon: 1e-3, momentum: 0.999 } as const

/**
 * Makes MobileNetV2: blocks that widen their input, convolve each channel and narrow it again, for images of 224 by 224, without
 * classifier from 32 by 32. Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded.
 * Keras: `MobileNetV2` (Sandler et al., 2018).
 *
 * @example
 * import { MobileNetV2 } from '@gradus/applications'
 * const base = await MobileNetV2({ weights: null, includeTop: false, inputShape: [96, 96, 3], pooling: 'avg' })
 * base.output.shape // => [null, 1280]
 */
export async function MobileNetV2(config: MobileNetV2Config = {}): Promise<Model> {
  const { alpha = 1 } = config
  const title = 'MobileNetV2'
  const { defaultSize, rows } = publishedSize(title, config, sizes)
  return makeApplication(config, {
    title,
    name: `mobilenetv2_${alpha.toFixed(2)}_${rows ?? 'None'}`,
    fields,
    defaultSize,
    features(net, image) {
      let x = net.conv(image, divisible(32 * alpha), 3, { strides: 2, padding: 'same', useBias: false, name: 'Conv1' })
      x = rectified(net, x, 'bn_Conv1', 'Conv1_relu')
      let block = 0
      for (const [filters, count, stride] of stages) {
        for (let i = 0; i < count; i++)
          x = inverted(net, x, divisible(Math.trunc(filters * alpha)), i === 0 ? stride : 1, block++)
      }
      x = net.conv(x, alpha > 1 ? divisible(1280 * alpha) : 1280, 1, { useBias: false, name: 'Conv_1' })
      return rectified(net, x, 'Conv_1_bn', 'out_relu')
    },
    classify: denseClassifier,
    published(includeTop) {
      if (!alphas.includes(alpha)) {
        throw new ConfigError(
          `${title}: 'alpha' is ${alpha}; there are weights for ${alphas.join(', ')}. Set weights: null.`,
        )
      }
      const top = includeTop ? '' : '_no_top'
      return kerasFile(
        `mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${decimal(alpha)}_${rows}${top}.h5`,
      )
    },
  })
}

function rectified(net: Net, x: SymbolicTensor, normName: string, name: string): SymbolicTensor {
  return net.relu(net.norm(x, { ...norm, name: normName }), { maxValue: 6, name })
}

function inverted(net: Net, input: SymbolicTensor, filters: number, stride: number, block: number): SymbolicTensor {
  const prefix = block === 0 ? 'expanded_conv_' : `block_${block}_`
  const channels = net.channels(input)
  const pointwise = (x: SymbolicTensor, width: number, name: string) =>
    net.conv(x, width, 1, { padding: 'same', useBias: false, name: prefix + name })
  let x = input
  if (block > 0) x = rectified(net, pointwise(x, 6 * channels, 'expand'), `${prefix}expand_BN`, `${prefix}expand_relu`)
  if (stride === 2) x = net.padForStride(x, 3, { name: `${prefix}pad` })
  const padding = stride === 2 ? 'valid' : 'same'
  x = net.depthwise(x, 3, { strides: stride, padding, useBias: false, name: `${prefix}depthwise` })
  x = rectified(net, x, `${prefix}depthwise_BN`, `${prefix}depthwise_relu`)
  x = net.norm(pointwise(x, filters, 'project'), { ...norm, name: `${prefix}project_BN` })
  return channels === filters && stride === 1 ? net.add([input, x], { name: `${prefix}add` }) : x
}
