import type { Model } from '@gradus/models'
import type { ApplicationConfig } from '../options.ts'
import { vgg } from './vgg.ts'

export { preprocessInput } from '../imagenet/caffe.ts'
export { decodePredictions } from '../imagenet/decode-predictions.ts'

/**
 * Makes VGG16: 13 convolutions and 3 dense layers, for images of 224 by 224, without classifier from 32 by 32. Throws `ConfigError` for
 * options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `VGG16` (Simonyan and Zisserman, 2014).
 *
 * @example
 * import { VGG16 } from '@gradus/applications'
 * const model = await VGG16({ weights: null, includeTop: false, inputShape: [64, 64, 3] })
 * model.output.shape // => [null, 2, 2, 512]
 */
export function VGG16(config: ApplicationConfig = {}): Promise<Model> {
  return vgg('VGG16', 3, ['64373286793e3c8b2b4e3219cbf3544b', '6d6bbae143d832006294945121d1f1fc'], config)
}
