import { type Images, type Preprocessed, type PreprocessOptions, preprocessed } from './preprocess.ts'

/**
 * Converts pixels of RGB images from 0 to 255, `[batch, height, width, 3]` or without the batch, as the pretrained weights expect:
 * they are divided by 255 and normalized with the mean and deviation of each channel of ImageNet. Integers become float32. Throws
 * `ConfigError` for other channels. Keras: `preprocess_input` of `densenet`.
 *
 * @example
 * import { densenet } from '@gradus/applications'
 * densenet.preprocessInput([[[0, 0, 255]]]).array() // => [[[-2.1179, -2.0357, 2.64]]]
 */
export function preprocessInput<X extends Images>(x: X, options?: PreprocessOptions): Preprocessed<X> {
  return preprocessed(x, 'torch', options)
}
