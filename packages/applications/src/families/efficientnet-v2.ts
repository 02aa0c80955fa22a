import { Normalization, Rescaling } from '@gradus/layers'
import type { Model } from '@gradus/models'
import type { SymbolicTensor } from '@gradus/tensor'
import { makeApplication } from '../network/application.ts'
import type { Net } from '../network/net.ts'
import type { PreprocessingConfig } from '../options.ts'
import { kerasFile } from '../weights.ts'
import { efficientClassifier, fusedBlock, invertedBlock, kernel, letter } from './efficient-blocks.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/unchanged.ts'

/** Equal blocks in a row: `f` for fused ones, their number, filters before and after, the factor of the width within, the stride. */
type Stage = readonly [kind: 'f' | 'i', count: number, before: number, after: number, expansion: number, stride: number]

const base: readonly Stage[] = [
  ['f', 1, 32, 16, 1, 1],
  ['f', 2, 16, 32, 4, 2],
  ['f', 2, 32, 48, 4, 2],
  ['i', 3, 48, 96, 4, 2],
  ['i', 5, 96, 112, 6, 1],
  ['i', 8, 112, 192, 6, 2],
]
const small: readonly Stage[] = [
  ['f', 2, 24, 24, 1, 1],
  ['f', 4, 24, 48, 4, 2],
  ['f', 4, 48, 64, 4, 2],
  ['i', 6, 64, 128, 4, 2],
  ['i', 9, 128, 160, 6, 1],
  ['i', 15, 160, 256, 6, 2],
]
const medium: readonly Stage[] = [
  ['f', 3, 24, 24, 1, 1],
  ['f', 5, 24, 48, 4, 2],
  ['f', 5, 48, 80, 4, 2],
  ['i', 7, 80, 160, 4, 2],
  ['i', 14, 160, 176, 6, 1],
  ['i', 18, 176, 304, 6, 2],
  ['i', 5, 304, 512, 6, 1],
]
const large: readonly Stage[] = [
  ['f', 4, 32, 32, 1, 1],
  ['f', 7, 32, 64, 4, 2],
  ['f', 7, 64, 96, 4, 2],
  ['i', 10, 96, 192, 4, 2],
  ['i', 19, 192, 224, 6, 1],
  ['i', 25, 224, 384, 6, 2],
  ['i', 7, 384, 640, 6, 1],
]

/** The networks: factors of the filters and of the number of blocks, the size of images, the blocks, and the MD5 of the files. */
const networks = {
  B0: [1, 1, 224, base, '21ecbf6da12460d5c40bb2f29ceb2188', '893217f2bb855e2983157299931e43ff'],
  B1: [1, 1.1, 240, base, '069f0534ff22adf035c89e2d9547a9dc', '0e80663031ca32d657f9caa404b6ec37'],
  B2: [1.1, 1.2, 260, base, '424e49f28180edbde1e94797771950a7', '1dfe2e7a5d45b6632553a8961ea609eb'],
  B3: [1.2, 1.4, 300, base, '1f1fc43bd98a6e4fd8fdfd551e02c7a0', 'f6abf7b5849ac99a89b50dd3fd532856'],
  S: [1, 1, 384, small, 'e1d88a8495beba45748fedd0cecbe016', 'af0682fb74e8c54910f2d4393339c070'],
  M: [1, 1, 480, medium, 'a3bf6aa3276309f4fc6a34aa114c95cd', '1b8dc055df72dde80d614482840fe342'],
  L: [1, 1, 480, large, '27e6d408b53c7ebc868fefa357689935', 'b0b66b5c863aef5b46e8608fe1711615'],
} as const

const fields = { includePreprocessing: 'boolean' } as const

/**
 * Makes EfficientNetV2B0 for images of 224 by 224, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras:
 * `EfficientNetV2B0` (Tan and Le, 2021).
 *
 * @example
 * import { EfficientNetV2B0 } from '@gradus/applications'
 * const model = await EfficientNetV2B0({ weights: null, includeTop: false, inputShape: [64, 64, 3] })
 * model.output.shape // => [null, 2, 2, 1280]
 */
export function EfficientNetV2B0(config: PreprocessingConfig = {}): Promise<Model> {
  return efficientNetV2('B0', config)
}

/**
 * Makes EfficientNetV2B1 for images of 240 by 240, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras:
 * `EfficientNetV2B1` (Tan and Le, 2021).
 */
export function EfficientNetV2B1(config: PreprocessingConfig = {}): Promise<Model> {
  return efficientNetV2('B1', config)
}

/**
 * Makes EfficientNetV2B2 for images of 260 by 260, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras:
 * `EfficientNetV2B2` (Tan and Le, 2021).
 */
export function EfficientNetV2B2(config: PreprocessingConfig = {}): Promise<Model> {
  return efficientNetV2('B2', config)
}

/**
 * Makes EfficientNetV2B3 for images of 300 by 300, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras:
 * `EfficientNetV2B3` (Tan and Le, 2021).
 */
export function EfficientNetV2B3(config: PreprocessingConfig = {}): Promise<Model> {
  return efficientNetV2('B3', config)
}

/**
 * Makes EfficientNetV2S for images of 384 by 384, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetV2S`
 * (Tan and Le, 2021).
 */
export function EfficientNetV2S(config: PreprocessingConfig = {}): Promise<Model> {
  return efficientNetV2('S', config)
}

/**
 * Makes EfficientNetV2M for images of 480 by 480, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetV2M`
 * (Tan and Le, 2021).
 */
export function EfficientNetV2M(config: PreprocessingConfig = {}): Promise<Model> {
  return efficientNetV2('M', config)
}

/**
 * Makes EfficientNetV2L for images of 480 by 480, without classifier from 32 by 32. Its first layers scale pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `EfficientNetV2L`
 * (Tan and Le, 2021).
 */
export function EfficientNetV2L(config: PreprocessingConfig = {}): Promise<Model> {
  return efficientNetV2('L', config)
}

function efficientNetV2(variant: keyof typeof networks, config: PreprocessingConfig): Promise<Model> {
  const [widthFactor, depthFactor, defaultSize, stages, withTop, withoutTop] = networks[variant]
  const name = `efficientnetv2-${variant.toLowerCase()}`
  const width = (filters: number) => Math.max(8, Math.floor(Math.trunc(filters * widthFactor + 4) / 8) * 8)
  const { includePreprocessing = true } = config
  const momentum = 0.9
  return makeApplication(config, {
    title: `EfficientNetV2${variant}`,
    name,
    fields,
    defaultSize,
    features(net, image) {
      let x = includePreprocessing ? scaled(net, image, variant.startsWith('B')) : image
      const conv = (y: SymbolicTensor, filters: number, size: number, strides: number, part: string) => {
        const options = { strides, padding: 'same', useBias: false, kernelInitializer: kernel() } as const
        const normalized = net.norm(net.conv(y, filters, size, { ...options, name: `${part}_conv` }), {
          momentum,
          name: `${part}_bn`,
        })
        return net.activate(normalized, 'silu', { name: `${part}_activation` })
      }
      x = conv(x, width(stages[0]![2]), 3, 2, 'stem')
      const total = stages.reduce((sum, [_, count]) => sum + count, 0)
      let index = 0
      for (const [stage, [kind, count, before, after, expansion, stride]] of stages.entries()) {
        for (let i = 0; i < Math.ceil(depthFactor * count); i++) {
          x = (kind === 'f' ? fusedBlock : invertedBlock)(net, x, {
            name: `block${stage + 1}${letter(i)}_`,
            before: width(i === 0 ? before : after),
            after: width(after),
            size: 3,
            expansion,
            stride: i === 0 ? stride : 1,
            squeeze: kind === 'f' ? 0 : 0.25,
            // as in Keras, a fraction of the number of blocks before `depthFactor`
            dropRate: (0.2 * index++) / total,
            momentum,
          })
        }
      }
      return conv(x, width(1280), 1, 1, 'top')
    },
    classify: (net, x, classifier) => efficientClassifier(net, x, classifier, 0.2),
    namesPooling: true,
    published: (includeTop) =>
      includeTop
        ? kerasFile(`efficientnet_v2/${name}.h5`, withTop)
        : kerasFile(`efficientnet_v2/${name}_notop.h5`, withoutTop),
  })
}

/** Scales pixels from 0 to 255; with the mean and deviation of ImageNet if there are three channels and `normalizes`. */
function scaled(net: Net, image: SymbolicTensor, normalizes: boolean): SymbolicTensor {
  if (!normalizes || net.channels(image) !== 3)
    return new Rescaling(net.named('rescaling', { scale: 1 / 128, offset: -1 })).call(image)
  const x = new Rescaling(net.named('rescaling', { scale: 1 / 255 })).call(image)
  const moments = { mean: [0.485, 0.456, 0.406], variance: [0.229 ** 2, 0.224 ** 2, 0.225 ** 2] }
  return new Normalization(net.named('normalization', { ...moments, axis: net.channelAxis })).call(x)
}
