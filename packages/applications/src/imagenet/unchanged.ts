import type { Images, PreprocessOptions } from './preprocess.ts'

/**
 * Returns pixels from 0 to 255 as they are: the first layers of the model scale them. Keras: `preprocess_input` of `efficientnet`,
 * `efficientnet_v2`, `mobilenet_v3` and `convnext`.
 *
 * @example
 * import { efficientnet } from '@gradus/applications'
 * efficientnet.preprocessInput([[[0, 128, 255]]]) // => [[[0, 128, 255]]]
 */
export function preprocessInput<X extends Images>(x: X, _options?: PreprocessOptions): X {
  return x
}
