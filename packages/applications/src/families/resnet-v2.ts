import type { Model } from '@gradus/models'
import type { ApplicationConfig } from '../options.ts'
import { resNetV2 } from './resnet-blocks.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/tf.ts'

/**
 * Makes ResNet50V2, a residual network of 50 layers in which normalization and activation precede the convolutions, for images of
 * 224 by 224, without classifier from 32 by 32. Throws `ConfigError` for options that do not fit, and `DataError` if the weights
 * cannot be downloaded. Keras: `ResNet50V2` (He et al., 2016).
 *
 * @example
 * import { ResNet50V2 } from '@gradus/applications'
 * const model = await ResNet50V2({ weights: null, includeTop: false, inputShape: [64, 64, 3] })
 * model.output.shape // => [null, 2, 2, 2048]
 */
export function ResNet50V2(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['3ef43a0b657b3be2300d5770ece849e0', 'fac2f116257151a9d068a22e544a4917'] as const
  return resNetV2({ title: 'ResNet50V2', blocks: [3, 4, 6, 3], hashes }, config)
}

/**
 * Makes ResNet101V2, a residual network of 101 layers in which normalization and activation precede the convolutions, for images
 * of 224 by 224, without classifier from 32 by 32. Throws `ConfigError` for options that do not fit, and `DataError` if the
 * weights cannot be downloaded. Keras: `ResNet101V2` (He et al., 2016).
 */
export function ResNet101V2(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['6343647c601c52e1368623803854d971', 'c0ed64b8031c3730f411d2eb4eea35b5'] as const
  return resNetV2({ title: 'ResNet101V2', blocks: [3, 4, 23, 3], hashes }, config)
}

/**
 * Makes ResNet152V2, a residual network of 152 layers in which normalization and activation precede the convolutions, for images
 * of 224 by 224, without classifier from 32 by 32. Throws `ConfigError` for options that do not fit, and `DataError` if the
 * weights cannot be downloaded. Keras: `ResNet152V2` (He et al., 2016).
 */
export function ResNet152V2(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['a49b44d1979771252814e80f8ec446f9', 'ed17cf2e0169df9d443503ef94b23b33'] as const
  return resNetV2({ title: 'ResNet152V2', blocks: [3, 8, 36, 3], hashes }, config)
}
