import { type Images, type Preprocessed, type PreprocessOptions, preprocessed } from './preprocess.ts'

/**
 * Converts pixels from 0 to 255, `[batch, height, width, 3]` or without the batch, to numbers from -1 to 1, as the pretrained weights
 * expect. Integers become float32. Throws `ConfigError` for other channels. Keras: `preprocess_input` of `mobilenet_v2`, `xception`,
 * `inception_v3` and others.
 *
 * @example
 * import { mobilenetV2 } from '@gradus/applications'
 * mobilenetV2.preprocessInput([[[0, 127.5, 255]]]).array() // => [[[-1, 0, 1]]]
 */
export function preprocessInput<X extends Images>(x: X, options?: PreprocessOptions): Preprocessed<X> {
  return preprocessed(x, 'tf', options)
}
