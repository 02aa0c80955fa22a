import type { Model } from '@gradus/models'
import type { ApplicationConfig } from '../options.ts'
import { resNet } from './resnet-blocks.ts'

export { preprocessInput } from '../imagenet/caffe.ts'
export { decodePredictions } from '../imagenet/decode-predictions.ts'

/**
 * Makes ResNet50, a residual network of 50 layers, for images of 224 by 224, without classifier from 32 by 32. Throws
 * `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `ResNet50` (He et al.,
 * 2015).
 *
 * @example
 * import { ResNet50 } from '@gradus/applications'
 * const model = await ResNet50({ weights: null, includeTop: false, inputShape: [64, 64, 3] })
 * model.output.shape // => [null, 2, 2, 2048]
 */
export function ResNet50(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['2cb95161c43110f7111970584f804107', '4d473c1dd8becc155b73f8504c6f6626'] as const
  return resNet({ title: 'ResNet50', blocks: [3, 4, 6, 3], hashes }, config)
}

/**
 * Makes ResNet101, a residual network of 101 layers, for images of 224 by 224, without classifier from 32 by 32. Throws
 * `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `ResNet101` (He et al.,
 * 2015).
 */
export function ResNet101(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['f1aeb4b969a6efcfb50fad2f0c20cfc5', '88cf7a10940856eca736dc7b7e228a21'] as const
  return resNet({ title: 'ResNet101', blocks: [3, 4, 23, 3], hashes }, config)
}

/**
 * Makes ResNet152, a residual network of 152 layers, for images of 224 by 224, without classifier from 32 by 32. Throws
 * `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `ResNet152` (He et al.,
 * 2015).
 */
export function ResNet152(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['100835be76be38e30d865e96f2aaae62', 'ee4c566cf9a93f14d82f913c2dc6dd0c'] as const
  return resNet({ title: 'ResNet152', blocks: [3, 8, 36, 3], hashes }, config)
}
