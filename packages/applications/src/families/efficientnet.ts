import { Normalization, Rescaling } from '@gradus/layers'
import type { Model } from '@gradus/models'
import { makeApplication } from '../network/application.ts'
import { divisible } from '../network/width.ts'
import type { ApplicationConfig } from '../options.ts'
import { efficientClassifier, invertedBlock, kernel, letter } from './efficient-blocks.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/unchanged.ts'

/** Equal blocks in a row: the window, their number, filters before and after, the factor of the width within, and the stride. */
const stages = [
  [3, 1, 32, 16, 1, 1],
  [3, 2, 16, 24, 6, 2],
  [5, 2, 24, 40, 6, 2],
  [3, 3, 40, 80, 6, 2],
  [5, 3, 80, 112, 6, 1],
  [5, 4, 112, 192, 6, 2],
  [3, 1, 192, 320, 6, 1],
] as const

/** The deviation of the channels of ImageNet. */
const deviation = [0.229, 0.224, 0.225]

const root = 'https://storage.googleapis.com/keras-applications/'

/** The networks: factors of the filters and of the number of blocks, the size of images, dropout, and the MD5 of the files. */
const networks = {
  B0: [1, 1, 224, 0.2, '902e53a9f72be733fc0bcb005b3ebbac', '50bc09e76180e00e4465e1a485ddc09d'],
  B1: [1, 1.1, 240, 0.2, '1d254153d4ab51201f1646940f018540', '74c4e6b3e1f6a1eea24c589628592432'],
  B2: [1.1, 1.2, 260, 0.3, 'b15cce36ff4dcbd00b6dd88e7857a6ad', '111f8e2ac8aa800a7a99e3239f7bfb39'],
  B3: [1.2, 1.4, 300, 0.3, 'ffd1fdc53d0ce67064dc6a9c7960ede0', 'af6d107764bb5b1abb91932881670226'],
  B4: [1.4, 1.8, 380, 0.4, '18c95ad55216b8f92d7e70b3a046e2fc', 'ebc24e6d6c33eaebbd558eafbeedf1ba'],
  B5: [1.6, 2.2, 456, 0.4, 'ace28f2a6363774853a83a0b21b9421a', '38879255a25d3c92d5e44e04ae6cec6f'],
  B6: [1.8, 2.6, 528, 0.5, '165f6e37dce68623721b423839de8be5', '9ecce42647a20130c1f39a5d4cb75743'],
  B7: [2, 3.1, 600, 0.5, '8c03f828fec3ef71311cd463b6759d99', 'cbcfe4450ddf6f3ad90b1b398090fe4a'],
} as const

/**
 * Makes EfficientNetB0 for images of 224 by 224, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetB0`
 * (Tan and Le, 2019).
 *
 * @example
 * import { EfficientNetB0 } from '@gradus/applications'
 * const model = await EfficientNetB0({ weights: null, includeTop: false, inputShape: [64, 64, 3] })
 * model.output.shape // => [null, 2, 2, 1280]
 */
export function EfficientNetB0(config: ApplicationConfig = {}): Promise<Model> {
  return efficientNet('B0', config)
}

/**
 * Makes EfficientNetB1 for images of 240 by 240, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetB1`
 * (Tan and Le, 2019).
 */
export function EfficientNetB1(config: ApplicationConfig = {}): Promise<Model> {
  return efficientNet('B1', config)
}

/**
 * Makes EfficientNetB2 for images of 260 by 260, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetB2`
 * (Tan and Le, 2019).
 */
export function EfficientNetB2(config: ApplicationConfig = {}): Promise<Model> {
  return efficientNet('B2', config)
}

/**
 * Makes EfficientNetB3 for images of 300 by 300, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetB3`
 * (Tan and Le, 2019).
 */
export function EfficientNetB3(config: ApplicationConfig = {}): Promise<Model> {
  return efficientNet('B3', config)
}

/**
 * Makes EfficientNetB4 for images of 380 by 380, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetB4`
 * (Tan and Le, 2019).
 */
export function EfficientNetB4(config: ApplicationConfig = {}): Promise<Model> {
  return efficientNet('B4', config)
}

/**
 * Makes EfficientNetB5 for images of 456 by 456, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetB5`
 * (Tan and Le, 2019).
 */
export function EfficientNetB5(config: ApplicationConfig = {}): Promise<Model> {
  return efficientNet('B5', config)
}

/**
 * Makes EfficientNetB6 for images of 528 by 528, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetB6`
 * (Tan and Le, 2019).
 */
export function EfficientNetB6(config: ApplicationConfig = {}): Promise<Model> {
  return efficientNet('B6', config)
}

/**
 * Makes EfficientNetB7 for images of 600 by 600, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetB7`
 * (Tan and Le, 2019).
 */
export function EfficientNetB7(config: ApplicationConfig = {}): Promise<Model> {
  return efficientNet('B7', config)
}

function efficientNet(variant: keyof typeof networks, config: ApplicationConfig): Promise<Model> {
  const [widthFactor, depthFactor, defaultSize, dropout, withTop, withoutTop] = networks[variant]
  const title = `EfficientNet${variant}`
  const name = title.toLowerCase()
  const width = (filters: number) => divisible(filters * widthFactor)
  const { weights = 'imagenet' } = config
  return makeApplication(config, {
    title,
    name,
    defaultSize,
    features(net, image) {
      const axis = net.channelAxis
      let x = new Rescaling(net.named('rescaling', { scale: 1 / 255 })).call(image)
      x = new Normalization(net.named('normalization', { axis })).call(x)
      if (weights === 'imagenet') {
        // the published weights were trained on pixels divided by the variance, and Normalization divides by its root
        const scale = deviation.map((value) => 1 / Math.sqrt(value))
        const perChannel = axis === 1 ? scale.map((value) => [[value]]) : scale
        x = new Rescaling(net.named('rescaling', { scale: perChannel })).call(x)
      }
      x = net.padForStride(x, 3, { name: 'stem_conv_pad' })
      x = net.conv(x, width(32), 3, { strides: 2, useBias: false, kernelInitializer: kernel(), name: 'stem_conv' })
      x = net.activate(net.norm(x, { name: 'stem_bn' }), 'silu', { name: 'stem_activation' })
      const counts = stages.map(([_, count]) => Math.ceil(depthFactor * count))
      const total = counts.reduce((sum, count) => sum + count, 0)
      let index = 0
      for (const [stage, [size, , before, after, expansion, stride]] of stages.entries()) {
        for (let i = 0; i < counts[stage]!; i++) {
          x = invertedBlock(net, x, {
            name: `block${stage + 1}${letter(i)}_`,
            before: width(i === 0 ? before : after),
            after: width(after),
            size,
            expansion,
            stride: i === 0 ? stride : 1,
            squeeze: 0.25,
            dropRate: (0.2 * index++) / total,
            padsForStride: true,
          })
        }
      }
      x = net.conv(x, width(1280), 1, {
        padding: 'same',
        useBias: false,
        kernelInitializer: kernel(),
        name: 'top_conv',
      })
      return net.activate(net.norm(x, { name: 'top_bn' }), 'silu', { name: 'top_activation' })
    },
    classify: (net, x, classifier) => efficientClassifier(net, x, classifier, dropout),
    namesPooling: true,
    published: (includeTop) =>
      includeTop
        ? { origin: `${root}${name}.h5`, hash: withTop }
        : { origin: `${root}${name}_notop.h5`, hash: withoutTop },
  })
}
