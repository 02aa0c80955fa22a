import type { Model } from '@gradus/models'
import type { SymbolicTensor } from '@gradus/tensor'
import { denseClassifier, makeApplication } from '../network/application.ts'
import type { Net } from '../network/net.ts'
import type { ApplicationConfig } from '../options.ts'
import { type Hashes, orderedFile } from '../weights.ts'

const epsilon = 1.001e-5

/** The size of one residual network. */
export interface ResNetSize {
  readonly title: string
  /** The number of blocks of each of the four stacks. */
  readonly blocks: readonly number[]
  readonly hashes: Hashes
}

interface BlockOptions {
  readonly name: string
  readonly filters: number
  readonly stride: number
  /** Whether the shortcut is a convolution. */
  readonly projects: boolean
}

/** Residual networks: blocks of three convolutions beside a shortcut (He et al., 2015). */
export function resNet({ title, blocks, hashes }: ResNetSize, config: ApplicationConfig): Promise<Model> {
  const name = title.toLowerCase()
  return makeApplication(config, {
    title,
    name,
    features: (net, image) => stacks(net, pooledStem(net, image, true), blocks, firstStride, bottleneck),
    classify: (net, x, classifier) => denseClassifier(net, x, classifier, 'avg_pool'),
    namesPooling: true,
    published: (includeTop) => orderedFile('resnet', name, includeTop, hashes),
  })
}

/** Residual networks in which normalization and activation precede each convolution (He et al., 2016). */
export function resNetV2({ title, blocks, hashes }: ResNetSize, config: ApplicationConfig): Promise<Model> {
  const name = title.toLowerCase()
  return makeApplication(config, {
    title,
    name,
    features(net, image) {
      const x = stacks(net, pooledStem(net, image, false), blocks, lastStride, preactivated)
      return net.activate(net.norm(x, { epsilon, name: 'post_bn' }), 'relu', { name: 'post_relu' })
    },
    classify: (net, x, classifier) => denseClassifier(net, x, classifier, 'avg_pool'),
    namesPooling: true,
    published: (includeTop) => orderedFile('resnet', name, includeTop, hashes),
  })
}

function pooledStem(net: Net, image: SymbolicTensor, isNormalized: boolean): SymbolicTensor {
  let x = net.conv(net.pad(image, 3, { name: 'conv1_pad' }), 64, 7, { strides: 2, name: 'conv1_conv' })
  if (isNormalized) x = net.activate(net.norm(x, { epsilon, name: 'conv1_bn' }), 'relu', { name: 'conv1_relu' })
  return net.pool('max', net.pad(x, 1, { name: 'pool1_pad' }), 3, { strides: 2, name: 'pool1_pool' })
}

/** The stride of a block, from the position of its stack and its position in it. */
type StrideOf = (stack: number, block: number, count: number) => number

const firstStride: StrideOf = (stack, block) => (stack > 0 && block === 0 ? 2 : 1)
const lastStride: StrideOf = (stack, block, count) => (stack < 3 && block === count - 1 ? 2 : 1)

function stacks(
  net: Net,
  first: SymbolicTensor,
  blocks: readonly number[],
  strideOf: StrideOf,
  makeBlock: (net: Net, x: SymbolicTensor, options: BlockOptions) => SymbolicTensor,
): SymbolicTensor {
  let x = first
  for (const [stack, count] of blocks.entries()) {
    for (let block = 0; block < count; block++) {
      x = makeBlock(net, x, {
        name: `conv${stack + 2}_block${block + 1}`,
        filters: 64 * 2 ** stack,
        stride: strideOf(stack, block, count),
        projects: block === 0,
      })
    }
  }
  return x
}

function bottleneck(net: Net, x: SymbolicTensor, { name, filters, stride, projects }: BlockOptions): SymbolicTensor {
  const normalized = (input: SymbolicTensor, part: number, width: number, size: number, strides: number) => {
    const padding = size > 1 ? ({ padding: 'same' } as const) : {}
    const y = net.conv(input, width, size, { strides, ...padding, name: `${name}_${part}_conv` })
    return net.norm(y, { epsilon, name: `${name}_${part}_bn` })
  }
  const rectified = (input: SymbolicTensor, part: string) => net.activate(input, 'relu', { name: `${name}_${part}` })
  const shortcut = projects ? normalized(x, 0, 4 * filters, 1, stride) : x
  let y = rectified(normalized(x, 1, filters, 1, stride), '1_relu')
  y = rectified(normalized(y, 2, filters, 3, 1), '2_relu')
  y = normalized(y, 3, 4 * filters, 1, 1)
  return rectified(net.add([shortcut, y], { name: `${name}_add` }), 'out')
}

function preactivated(net: Net, x: SymbolicTensor, { name, filters, stride, projects }: BlockOptions): SymbolicTensor {
  const rectified = (input: SymbolicTensor, part: string) =>
    net.activate(net.norm(input, { epsilon, name: `${name}_${part}_bn` }), 'relu', { name: `${name}_${part}_relu` })
  const active = rectified(x, 'preact')
  let shortcut = x
  if (projects) shortcut = net.conv(active, 4 * filters, 1, { strides: stride, name: `${name}_0_conv` })
  else if (stride > 1) shortcut = net.pool('max', x, 1, { strides: stride })
  let y = rectified(net.conv(active, filters, 1, { useBias: false, name: `${name}_1_conv` }), '1')
  y = net.pad(y, 1, { name: `${name}_2_pad` })
  y = rectified(net.conv(y, filters, 3, { strides: stride, useBias: false, name: `${name}_2_conv` }), '2')
  return net.add([shortcut, net.conv(y, 4 * filters, 1, { name: `${name}_3_conv` })], { name: `${name}_out` })
}
