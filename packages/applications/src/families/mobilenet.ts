import { ConfigError } from '@gradus/core'
import { Dropout, Reshape } from '@gradus/layers'
import type { Model } from '@gradus/models'
import type { SymbolicTensor } from '@gradus/tensor'
import { makeApplication } from '../network/application.ts'
import type { Net } from '../network/net.ts'
import { publishedSize } from '../network/width.ts'
import type { ApplicationConfig } from '../options.ts'
import { kerasFile } from '../weights.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/tf.ts'

/** The options of `MobileNet`. */
export interface MobileNetConfig extends ApplicationConfig {
  /** A factor of the number of filters of each layer (default 1). */
  readonly alpha?: number
  /** The number of filters of a depthwise convolution for each channel (default 1). */
  readonly depthMultiplier?: number
  /** The rate of the dropout before the classifier (default 0.001). */
  readonly dropout?: number
}

const fields = {
  alpha: { type: 'number', above: 0 },
  depthMultiplier: { type: 'integer', min: 1 },
  dropout: { type: 'number', min: 0, below: 1 },
} as const

// The sizes and widths for which weights are published, and the filters of the blocks; those with a stride halve the sides.
const sizes = [128, 160, 192, 224]
const alphas = new Map([
  [0.25, '2_5'],
  [0.5, '5_0'],
  [0.75, '7_5'],
  [1, '1_0'],
])
const blocks = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
const strided = [2, 4, 6, 12]

/**
 * Makes MobileNet: depthwise convolutions, each followed by one of a single pixel, for images of 224 by 224, without classifier from
 * 32 by 32. Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `MobileNet`
 * (Howard et al., 2017).
 *
 * @example
 * import { MobileNet } from '@gradus/applications'
 * const model = await MobileNet({ weights: null, alpha: 0.25, inputShape: [64, 64, 3], classes: 10 })
 * model.countParams() // => 221_114
 */
export async function MobileNet(config: MobileNetConfig = {}): Promise<Model> {
  const { alpha = 1, depthMultiplier = 1, dropout = 1e-3 } = config
  const title = 'MobileNet'
  const { defaultSize, rows } = publishedSize(title, config, sizes)
  return makeApplication(config, {
    title,
    name: `mobilenet_${alpha.toFixed(2)}_${rows ?? 'None'}`,
    fields,
    defaultSize,
    features(net, image) {
      let x = net.conv(image, Math.trunc(32 * alpha), 3, { strides: 2, ...convolution, name: 'conv1' })
      x = rectified(net, x, 'conv1')
      for (const [index, filters] of blocks.entries())
        x = separated(net, x, Math.trunc(filters * alpha), depthMultiplier, index + 1)
      return x
    },
    classify(net, x, { classes, activation }) {
      let y = net.globalPool('avg', x, { keepDims: true })
      y = new Dropout({ rate: dropout, name: 'dropout' }).call(y)
      y = net.conv(y, classes, 1, { padding: 'same', name: 'conv_preds' })
      y = new Reshape({ targetShape: [classes], name: 'reshape_2' }).call(y)
      return net.activate(y, activation ?? 'linear', { name: 'predictions' })
    },
    published(includeTop) {
      const width = alphas.get(alpha)
      if (width === undefined || depthMultiplier !== 1) {
        throw new ConfigError(
          `${title}: 'alpha' is ${alpha} and 'depthMultiplier' ${depthMultiplier}; there are weights for 'alpha' ${[...alphas.keys()].join(', ')} with 'depthMultiplier' 1. Set weights: null.`,
        )
      }
      return kerasFile(`mobilenet/mobilenet_${width}_${rows}_tf${includeTop ? '' : '_no_top'}.h5`)
    },
  })
}

const convolution = { padding: 'same', useBias: false } as const

function rectified(net: Net, x: SymbolicTensor, name: string): SymbolicTensor {
  return net.relu(net.norm(x, { name: `${name}_bn` }), { maxValue: 6, name: `${name}_relu` })
}

function separated(net: Net, image: SymbolicTensor, filters: number, depthMultiplier: number, block: number) {
  const halves = strided.includes(block)
  const after = [0, 1] as const
  let x = halves ? net.pad(image, [after, after], { name: `conv_pad_${block}` }) : image
  x = net.depthwise(x, 3, {
    depthMultiplier,
    strides: halves ? 2 : 1,
    padding: halves ? 'valid' : 'same',
    useBias: false,
    name: `conv_dw_${block}`,
  })
  x = rectified(net, x, `conv_dw_${block}`)
  return rectified(net, net.conv(x, filters, 1, { ...convolution, name: `conv_pw_${block}` }), `conv_pw_${block}`)
}
