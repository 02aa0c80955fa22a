import type { Model } from '@gradus/models'
import { denseClassifier, makeApplication } from '../network/application.ts'
import { type Branch, branched } from '../network/branches.ts'
import { inceptionStem } from '../network/inception-stem.ts'
import type { ApplicationConfig } from '../options.ts'
import { orderedFile } from '../weights.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/tf.ts'

/** Branches of windows of up to five pixels; the last pools and has `filters`. */
const small = (filters: number): readonly Branch[] => [
  [[64, 1]],
  [
    [48, 1],
    [64, 5],
  ],
  [
    [64, 1],
    [96, 3],
    [96, 3],
  ],
  ['average', [filters, 1]],
]

/** Branches with windows of seven pixels in one direction. */
const wide = (filters: number): readonly Branch[] => [
  [[192, 1]],
  [
    [filters, 1],
    [filters, [1, 7]],
    [192, [7, 1]],
  ],
  [
    [filters, 1],
    [filters, [7, 1]],
    [filters, [1, 7]],
    [filters, [7, 1]],
    [192, [1, 7]],
  ],
  ['average', [192, 1]],
]

/** The branches of `mixed0` to `mixed8`. Those with an `s` have a stride of two and no padding. */
const blocks: readonly (readonly Branch[])[] = /* @__PURE__ */ (() => [
  small(32),
  small(64),
  small(64),
  [
    [[384, 3, 's']],
    [
      [64, 1],
      [96, 3],
      [96, 3, 's'],
    ],
    ['max'],
  ],
  wide(128),
  wide(160),
  wide(160),
  wide(192),
  [
    [
      [192, 1],
      [320, 3, 's'],
    ],
    [
      [192, 1],
      [192, [1, 7]],
      [192, [7, 1]],
      [192, 3, 's'],
    ],
    ['max'],
  ],
])()

const last: readonly Branch[] = [
  [[320, 1]],
  [
    [384, 1],
    {
      name: 'mixed9',
      parts: [
        [384, [1, 3]],
        [384, [3, 1]],
      ],
    },
  ],
  [
    [448, 1],
    [384, 3],
    {
      parts: [
        [384, [1, 3]],
        [384, [3, 1]],
      ],
    },
  ],
  ['average', [192, 1]],
]

/**
 * Makes InceptionV3: blocks of several convolutions side by side, for images of 299 by 299, without classifier from 75 by 75. Throws
 * `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `InceptionV3` (Szegedy et al.,
 * 2016).
 *
 * @example
 * import { InceptionV3 } from '@gradus/applications'
 * const model = await InceptionV3({ weights: null, includeTop: false, inputShape: [96, 96, 3] })
 * model.output.shape // => [null, 1, 1, 2048]
 */
export function InceptionV3(config: ApplicationConfig = {}): Promise<Model> {
  return makeApplication(config, {
    title: 'InceptionV3',
    name: 'inception_v3',
    defaultSize: 299,
    minSize: 75,
    features(net, image) {
      let x = inceptionStem(net, image)
      for (const [index, branches] of blocks.entries()) x = branched(net, x, branches, `mixed${index}`)
      for (const index of [0, 1]) x = branched(net, x, last, `mixed${9 + index}`, index)
      return x
    },
    classify: (net, x, classifier) => denseClassifier(net, x, classifier, 'avg_pool'),
    published: (includeTop) =>
      orderedFile('inception_v3', 'inception_v3', includeTop, [
        '9a0d58056eeedaa3f26cb7ebd46da564',
        'bcbd6486424b2319ff4ef7d526e38f63',
      ]),
  })
}
