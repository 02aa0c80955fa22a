import type { Model } from '@gradus/models'
import type { ApplicationConfig } from '../options.ts'
import { vgg } from './vgg.ts'

export { preprocessInput } from '../imagenet/caffe.ts'
export { decodePredictions } from '../imagenet/decode-predictions.ts'

/**
 * Makes VGG19: 16 convolutions and 3 dense layers, for images of 224 by 224, without classifier from 32 by 32. Throws
 * `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `VGG19` (Simonyan and
 * Zisserman, 2014).
 *
 * @example
 * import { VGG19 } from '@gradus/applications'
 * const model = await VGG19({ weights: null, includeTop: false, inputShape: [64, 64, 3] })
 * model.output.shape // => [null, 2, 2, 512]
 */
export function VGG19(config: ApplicationConfig = {}): Promise<Model> {
  return vgg('VGG19', 4, ['cbe5617147190e668d6c5d5026f83318', '253f8cb515780f3b799900260a226db6'], config)
}
