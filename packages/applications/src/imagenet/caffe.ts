import { type Images, type Preprocessed, type PreprocessOptions, preprocessed } from './preprocess.ts'

/**
 * Converts pixels of RGB images from 0 to 255, `[batch, height, width, 3]` or without the batch, as the pretrained weights expect:
 * the channels become blue, green and red, and the mean of ImageNet is subtracted from each. Integers become float32. Throws
 * `ConfigError` for other channels. Keras: `preprocess_input` of `vgg16`, `vgg19` and `resnet`.
 *
 * @example
 * import { vgg16 } from '@gradus/applications'
 * vgg16.preprocessInput([[[123.68, 116.779, 104]]]).array() // => [[[0.061, 0, 0]]]
 */
export function preprocessInput<X extends Images>(x: X, options?: PreprocessOptions): Preprocessed<X> {
  return preprocessed(x, 'caffe', options)
}
