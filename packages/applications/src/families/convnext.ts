import { Activation, Conv2D, Dense, LayerNormalization, Normalization } from '@gradus/layers'
import { type Model, Sequential } from '@gradus/models'
import { add, type SymbolicTensor } from '@gradus/tensor'
import { LayerScale } from '../layers/layer-scale.ts'
import { makeApplication, predictions } from '../network/application.ts'
import type { PreprocessingConfig } from '../options.ts'
import { type Hashes, kerasFile } from '../weights.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/unchanged.ts'

const fields = { includePreprocessing: 'boolean' } as const
const epsilon = 1e-6

interface ConvNeXtSize {
  readonly size: string
  /** The number of blocks of the third stage; the others have 3. */
  readonly depth: number
  /** The number of filters of the first stage. Each later stage has twice the number of the stage before it. */
  readonly width: number
  /** The SHA-256 of the files. */
  readonly hashes: Hashes
}

/**
 * Makes ConvNeXtTiny for images of 224 by 224, without classifier from 32 by 32. Its first layer normalizes pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `ConvNeXtTiny`
 * (Liu et al., 2022). To load a model that was saved, add `LayerScale` to the registry.
 *
 * @example
 * import { ConvNeXtTiny } from '@gradus/applications'
 * const model = await ConvNeXtTiny({ weights: null, includeTop: false, inputShape: [64, 64, 3] })
 * model.output.shape // => [null, 2, 2, 768]
 */
export function ConvNeXtTiny(config: PreprocessingConfig = {}): Promise<Model> {
  const hashes = [
    '8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff',
    'd547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1',
  ] as const
  return convNeXt({ size: 'Tiny', depth: 9, width: 96, hashes }, config)
}

/**
 * Makes ConvNeXtSmall for images of 224 by 224, without classifier from 32 by 32. Its first layer normalizes pixels from 0 to
 * 255. Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras:
 * `ConvNeXtSmall` (Liu et al., 2022). To load a model that was saved, add `LayerScale` to the registry.
 */
export function ConvNeXtSmall(config: PreprocessingConfig = {}): Promise<Model> {
  const hashes = [
    'ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c',
    '6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab',
  ] as const
  return convNeXt({ size: 'Small', depth: 27, width: 96, hashes }, config)
}

/**
 * Makes ConvNeXtBase for images of 224 by 224, without classifier from 32 by 32. Its first layer normalizes pixels from 0 to 255.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `ConvNeXtBase`
 * (Liu et al., 2022). To load a model that was saved, add `LayerScale` to the registry.
 */
export function ConvNeXtBase(config: PreprocessingConfig = {}): Promise<Model> {
  const hashes = [
    '52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6',
    '40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45',
  ] as const
  return convNeXt({ size: 'Base', depth: 27, width: 128, hashes }, config)
}

/**
 * Makes ConvNeXtLarge for images of 224 by 224, without classifier from 32 by 32. Its first layer normalizes pixels from 0 to
 * 255. Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras:
 * `ConvNeXtLarge` (Liu et al., 2022). To load a model that was saved, add `LayerScale` to the registry.
 */
export function ConvNeXtLarge(config: PreprocessingConfig = {}): Promise<Model> {
  const hashes = [
    '070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6',
    '96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd',
  ] as const
  return convNeXt({ size: 'Large', depth: 27, width: 192, hashes }, config)
}

/**
 * Makes ConvNeXtXLarge for images of 224 by 224, without classifier from 32 by 32. Its first layer normalizes pixels from 0 to
 * 255. Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras:
 * `ConvNeXtXLarge` (Liu et al., 2022). To load a model that was saved, add `LayerScale` to the registry.
 */
export function ConvNeXtXLarge(config: PreprocessingConfig = {}): Promise<Model> {
  const hashes = [
    'c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee',
    'de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05',
  ] as const
  return convNeXt({ size: 'XLarge', depth: 27, width: 256, hashes }, config)
}

function convNeXt({ size, depth, width, hashes }: ConvNeXtSize, config: PreprocessingConfig): Promise<Model> {
  const variant = `convnext_${size.toLowerCase()}`
  const name = config.name ?? variant
  const { includePreprocessing = true } = config
  const layerNorm = (end: string) => new LayerNormalization({ epsilon, name: `${name}_${end}` })
  return makeApplication(config, {
    title: `ConvNeXt${size}`,
    name,
    fields,
    channelsLastOnly: true,
    features(net, image) {
      let x = image
      if (includePreprocessing && net.channels(image) === 3) x = normalized(x, name)
      for (let stage = 0; stage < 4; stage++) {
        const filters = width * 2 ** stage
        const shrink =
          stage === 0
            ? [
                new Conv2D({ filters, kernelSize: 4, strides: 4, name: `${name}_stem_conv` }),
                layerNorm('stem_layernorm'),
              ]
            : [
                layerNorm(`downsampling_layernorm_${stage - 1}`),
                new Conv2D({ filters, kernelSize: 2, strides: 2, name: `${name}_downsampling_conv_${stage - 1}` }),
              ]
        const part = stage === 0 ? 'stem' : `downsampling_block_${stage - 1}`
        x = new Sequential(shrink, { name: `${name}_${part}` }).call(x)
        for (let block = 0; block < (stage === 2 ? depth : 3); block++)
          x = residual(x, filters, `${name}_stage_${stage}_block_${block}`)
      }
      return x
    },
    classify(net, x, classifier) {
      const pooled = net.globalPool('avg', x, { name: `${name}_head_gap` })
      return predictions(layerNorm('head_layernorm').call(pooled), classifier, `${name}_head_dense`)
    },
    finish: (net, x) => new LayerNormalization(net.named('layer_normalization', { epsilon })).call(x),
    published: (includeTop) =>
      includeTop
        ? kerasFile(`convnext/${variant}.h5`, hashes[0])
        : kerasFile(`convnext/${variant}_notop.h5`, hashes[1]),
  })
}

/** Normalizes pixels from 0 to 255 with the mean and deviation of ImageNet. */
function normalized(image: SymbolicTensor, name: string): SymbolicTensor {
  return new Normalization({
    mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
    variance: [(0.229 * 255) ** 2, (0.224 * 255) ** 2, (0.225 * 255) ** 2],
    name: `${name}_prestem_normalization`,
  }).call(image)
}

/** Adds to its input a convolution of each channel and two dense layers. */
function residual(input: SymbolicTensor, filters: number, name: string): SymbolicTensor {
  const depthwise = { filters, kernelSize: 7, padding: 'same', groups: filters } as const
  let x = new Conv2D({ ...depthwise, name: `${name}_depthwise_conv` }).call(input)
  x = new LayerNormalization({ epsilon, name: `${name}_layernorm` }).call(x)
  x = new Dense({ units: 4 * filters, name: `${name}_pointwise_conv_1` }).call(x)
  x = new Activation({ activation: 'gelu', name: `${name}_gelu` }).call(x)
  x = new Dense({ units: filters, name: `${name}_pointwise_conv_2` }).call(x)
  x = new LayerScale({ initValues: 1e-6, projectionDim: filters, name: `${name}_layer_scale` }).call(x)
  x = new Activation({ activation: 'linear', name: `${name}_identity` }).call(x)
  return add(input, x)
}
