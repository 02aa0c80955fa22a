import { ConfigError, describeValue } from '@gradus/core'
import {
  type Images,
  type Preprocessed,
  type PreprocessMode,
  type PreprocessOptions,
  preprocessed,
} from './preprocess.ts'

export { decodePredictions } from './decode-predictions.ts'

/**
 * Converts pixels from 0 to 255, `[batch, height, width, 3]` or without the batch. `caffe`, the default, swaps red and blue and
 * subtracts the mean of ImageNet; `tf` scales to -1 to 1; `torch` scales to 0 to 1 and normalizes each channel. Throws `ConfigError`
 * for another mode. Keras: `imagenet_utils.preprocess_input`.
 *
 * @example
 * import { imagenetUtils } from '@gradus/applications'
 * imagenetUtils.preprocessInput([[[0, 127.5, 255]]], { mode: 'tf' }).array() // => [[[-1, 0, 1]]]
 */
export function preprocessInput<X extends Images>(
  x: X,
  { mode = 'caffe', ...options }: PreprocessOptions & { readonly mode?: PreprocessMode } = {},
): Preprocessed<X> {
  if (['caffe', 'tf', 'torch'].includes(mode)) return preprocessed(x, mode, options)
  throw new ConfigError(`preprocessInput: 'mode' is ${describeValue(mode)}; expected caffe, tf or torch.`)
}
