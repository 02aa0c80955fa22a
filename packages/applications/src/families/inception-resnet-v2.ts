import type { Model } from '@gradus/models'
import type { SymbolicTensor } from '@gradus/tensor'
import { CustomScaleLayer } from '../layers/custom-scale-layer.ts'
import { denseClassifier, makeApplication } from '../network/application.ts'
import { type Branch, branched, normalizedConv } from '../network/branches.ts'
import { inceptionStem } from '../network/inception-stem.ts'
import type { Net } from '../network/net.ts'
import type { ApplicationConfig } from '../options.ts'
import { orderedFile } from '../weights.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/tf.ts'

/** The branches of `mixed_5b`, `mixed_6a` and `mixed_7a`. Those with an `s` have a stride of two and no padding. */
const mixed5b: readonly Branch[] = [
  [[96, 1]],
  [
    [48, 1],
    [64, 5],
  ],
  [
    [64, 1],
    [96, 3],
    [96, 3],
  ],
  ['average', [64, 1]],
]
const mixed6a: readonly Branch[] = [
  [[384, 3, 's']],
  [
    [256, 1],
    [256, 3],
    [384, 3, 's'],
  ],
  ['max'],
]
const mixed7a: readonly Branch[] = [
  [
    [256, 1],
    [384, 3, 's'],
  ],
  [
    [256, 1],
    [288, 3, 's'],
  ],
  [
    [256, 1],
    [288, 3],
    [320, 3, 's'],
  ],
  ['max'],
]

/** Residual blocks: their number, the scale of the residual, and the branches that compute it. */
interface Residuals {
  readonly name: string
  readonly count: number
  readonly scale: number
  readonly branches: readonly Branch[]
}

const block35: Residuals = {
  name: 'block35',
  count: 10,
  scale: 0.17,
  branches: [
    [[32, 1]],
    [
      [32, 1],
      [32, 3],
    ],
    [
      [32, 1],
      [48, 3],
      [64, 3],
    ],
  ],
}
const block17: Residuals = {
  name: 'block17',
  count: 20,
  scale: 0.1,
  branches: [
    [[192, 1]],
    [
      [128, 1],
      [160, [1, 7]],
      [192, [7, 1]],
    ],
  ],
}
const block8: Residuals = {
  name: 'block8',
  count: 9,
  scale: 0.2,
  branches: [
    [[192, 1]],
    [
      [192, 1],
      [224, [1, 3]],
      [256, [3, 1]],
    ],
  ],
}

/**
 * Makes InceptionResNetV2: the branches of Inception beside shortcuts, for images of 299 by 299, without classifier from 75 by 75.
 * Throws `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `InceptionResNetV2`
 * (Szegedy et al., 2017). To load a model that was saved, add `CustomScaleLayer` to the registry.
 */
export function InceptionResNetV2(config: ApplicationConfig = {}): Promise<Model> {
  return makeApplication(config, {
    title: 'InceptionResNetV2',
    name: 'inception_resnet_v2',
    defaultSize: 299,
    minSize: 75,
    features(net, image) {
      let x = inceptionStem(net, image)
      x = residuals(net, branched(net, x, mixed5b, 'mixed_5b'), block35)
      x = residuals(net, branched(net, x, mixed6a, 'mixed_6a'), block17)
      x = residuals(net, branched(net, x, mixed7a, 'mixed_7a'), block8)
      x = residual(net, x, { ...block8, scale: 1 }, 'block8_10')
      return normalizedConv(net, x, 1536, 1, { padding: 'same', name: 'conv_7b' })
    },
    classify: (net, x, classifier) => denseClassifier(net, x, classifier, 'avg_pool'),
    published: (includeTop) =>
      orderedFile('inception_resnet_v2', 'inception_resnet_v2', includeTop, [
        'e693bd0210a403b3192acc6073ad2e96',
        'd19885ff4a710c122648d3b5c3b684e4',
      ]),
  })
}

function residuals(net: Net, first: SymbolicTensor, blocks: Residuals): SymbolicTensor {
  let x = first
  for (let i = 1; i <= blocks.count; i++) {
    const name = `${blocks.name}_${i}`
    x = net.activate(residual(net, x, blocks, name), 'relu', { name: `${name}_ac` })
  }
  return x
}

function residual(net: Net, x: SymbolicTensor, { branches, scale }: Residuals, name: string): SymbolicTensor {
  const mixed = branched(net, x, branches, `${name}_mixed`)
  const up = net.conv(mixed, net.channels(x), 1, { padding: 'same', name: `${name}_conv` })
  return new CustomScaleLayer(net.named('custom_scale_layer', { scale })).call([x, up])
}
