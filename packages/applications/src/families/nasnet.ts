import { Cropping2D } from '@gradus/layers'
import type { Model } from '@gradus/models'
import type { SymbolicTensor } from '@gradus/tensor'
import { denseClassifier, makeApplication } from '../network/application.ts'
import type { Net } from '../network/net.ts'
import type { ApplicationConfig } from '../options.ts'
import { type Hashes, kerasFile } from '../weights.ts'

export { decodePredictions } from '../imagenet/decode-predictions.ts'
export { preprocessInput } from '../imagenet/tf.ts'

interface NASNetSize {
  readonly size: 'Mobile' | 'Large'
  readonly defaultSize: number
  /** The filters of the first cells between reductions; each reduction doubles them. */
  readonly filters: number
  readonly stemFilters: number
  /** The number of normal cells between reductions. */
  readonly count: number
  /** Whether the cell after a reduction gets the input of the reduction as the output of the cell before. */
  readonly skipsReduction: boolean
  readonly hashes: Hashes
}

/**
 * Makes NASNetMobile, of cells that a search has found, for images of 224 by 224, without classifier from 32 by 32. Throws
 * `ConfigError` for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `NASNetMobile` (Zoph et al.,
 * 2018).
 *
 * @example
 * import { NASNetMobile } from '@gradus/applications'
 * const model = await NASNetMobile({ weights: null, includeTop: false, inputShape: [32, 32, 3] })
 * model.output.shape // => [null, 1, 1, 1056]
 */
export function NASNetMobile(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['020fb642bf7360b370c678b08e0adf61', '1ed92395b5b598bdda52abe5c0dbfd63'] as const
  const cells = { filters: 44, stemFilters: 32, count: 4, skipsReduction: false }
  return nasNet({ size: 'Mobile', defaultSize: 224, ...cells, hashes }, config)
}

/**
 * Makes NASNetLarge, of cells that a search has found, for images of 331 by 331, without classifier from 32 by 32. Throws `ConfigError`
 * for options that do not fit, and `DataError` if the weights cannot be downloaded. Keras: `NASNetLarge` (Zoph et al., 2018).
 */
export function NASNetLarge(config: ApplicationConfig = {}): Promise<Model> {
  const hashes = ['11577c9a518f0070763c2b964a382f17', 'd81d89dc07e6e56530c4e77faddd61b5'] as const
  const cells = { filters: 168, stemFilters: 96, count: 6, skipsReduction: true }
  return nasNet({ size: 'Large', defaultSize: 331, ...cells, hashes }, config)
}

function nasNet(network: NASNetSize, config: ApplicationConfig): Promise<Model> {
  const { size, defaultSize, filters, stemFilters, count, skipsReduction, hashes } = network
  const name = `nasnet_${size.toLowerCase()}`
  return makeApplication(config, {
    title: `NASNet${size}`,
    name,
    defaultSize,
    needsSize: 'always',
    channelsLastOnly: true,
    features(net, image) {
      const stem = { strides: 2, useBias: false, kernelInitializer: 'heNormal', name: 'stem_conv1' } as const
      let x = net.norm(net.conv(image, stemFilters, 3, stem), { ...norm, name: 'stem_bn1' })
      let before: SymbolicTensor | undefined
      const cell = (make: typeof normalCell, width: number, id: string) => {
        const y = make(net, x, before, width, id)
        const input = x
        x = y
        return input
      }
      before = cell(reductionCell, filters / 4, 'stem_1')
      before = cell(reductionCell, filters / 2, 'stem_2')
      for (let part = 0; part < 3; part++) {
        const width = filters * 2 ** part
        if (part > 0) {
          const input = cell(reductionCell, width, `reduce_${part * count}`)
          if (!skipsReduction) before = input
        }
        for (let i = 0; i < count; i++) before = cell(normalCell, width, `${part * count + i + (part > 0 ? 1 : 0)}`)
      }
      return net.activate(x, 'relu')
    },
    classify: denseClassifier,
    published: (includeTop) =>
      includeTop
        ? kerasFile(`nasnet/NASNet-${size.toLowerCase()}.h5`, hashes[0])
        : kerasFile(`nasnet/NASNet-${size.toLowerCase()}-no-top.h5`, hashes[1]),
  })
}

const norm = { momentum: 0.9997, epsilon: 1e-3 } as const
const pointwise = { padding: 'same', useBias: false, kernelInitializer: 'heNormal' } as const
const average = { strides: 1, padding: 'same' } as const

/** A cell that keeps the size of its input `x`. `before` is the input of the cell before. */
function normalCell(net: Net, x: SymbolicTensor, before: SymbolicTensor | undefined, filters: number, id: string) {
  const p = adjusted(net, before, x, filters, id)
  const h = squeezed(net, x, filters, 'normal', id)
  const separated = (y: SymbolicTensor, size: number, side: string) =>
    separable(net, y, filters, size, 1, `normal_${side}_${id}`)
  const pooled = (y: SymbolicTensor, side: string) =>
    net.pool('average', y, 3, { ...average, name: `normal_${side}_${id}` })
  const sum = (a: SymbolicTensor, b: SymbolicTensor, index: number) =>
    net.add([a, b], { name: `normal_add_${index}_${id}` })
  const parts = [
    p,
    sum(separated(h, 5, 'left1'), separated(p, 3, 'right1'), 1),
    sum(separated(p, 5, 'left2'), separated(p, 3, 'right2'), 2),
    sum(pooled(h, 'left3'), p, 3),
    sum(pooled(p, 'left4'), pooled(p, 'right4'), 4),
    sum(separated(h, 3, 'left5'), h, 5),
  ]
  return net.concat(parts, { name: `normal_concat_${id}` })
}

/** A cell that halves the size of its input `x`. `before` is the input of the cell before. */
function reductionCell(net: Net, x: SymbolicTensor, before: SymbolicTensor | undefined, filters: number, id: string) {
  const p = adjusted(net, before, x, filters, id)
  const h = squeezed(net, x, filters, 'reduction', id)
  const padded = net.padForStride(h, 3, { name: `reduction_pad_1_${id}` })
  const separated = (y: SymbolicTensor, size: number, stride: number, side: string) =>
    separable(net, y, filters, size, stride, `reduction_${side}_${id}`)
  const pooled = (kind: 'average' | 'max', side: string) =>
    net.pool(kind, padded, 3, { strides: 2, name: `reduction_${side}_${id}` })
  const sum = (a: SymbolicTensor, b: SymbolicTensor, name: string) =>
    net.add([a, b], { name: `reduction_${name}_${id}` })
  const first = sum(separated(h, 5, 2, 'left1'), separated(p, 7, 2, 'right1'), 'add_1')
  const second = sum(pooled('max', 'left2'), separated(p, 7, 2, 'right2'), 'add_2')
  const third = sum(pooled('average', 'left3'), separated(p, 5, 2, 'right3'), 'add3')
  const fourth = net.add([second, net.pool('average', first, 3, { ...average, name: `reduction_left4_${id}` })])
  const fifth = sum(separated(first, 3, 1, 'left4'), pooled('max', 'right5'), 'add4')
  return net.concat([second, third, fourth, fifth], { name: `reduction_concat_${id}` })
}

function squeezed(net: Net, x: SymbolicTensor, filters: number, kind: string, id: string): SymbolicTensor {
  const active = net.activate(x, 'relu')
  const y = net.conv(active, filters, 1, { ...pointwise, name: `${kind}_conv_1_${id}` })
  return net.norm(y, { ...norm, name: `${kind}_bn_1_${id}` })
}

/** Two separable convolutions, the first with a stride. */
function separable(net: Net, input: SymbolicTensor, filters: number, size: number, stride: number, id: string) {
  const part = (y: SymbolicTensor, index: number, strides: number, padding: 'same' | 'valid') => {
    const options = { strides, padding, useBias: false, name: `separable_conv_${index}_${id}` }
    return net.norm(net.separable(y, filters, size, options), { ...norm, name: `separable_conv_${index}_bn_${id}` })
  }
  let x = net.activate(input, 'relu')
  if (stride === 2) x = net.padForStride(x, size, { name: `separable_conv_1_pad_${id}` })
  x = part(x, 1, stride, stride === 2 ? 'valid' : 'same')
  return part(net.activate(x, 'relu'), 2, 1, 'same')
}

/** The input of the cell before, with the size of `x` and `filters` channels. */
function adjusted(net: Net, before: SymbolicTensor | undefined, x: SymbolicTensor, filters: number, id: string) {
  if (before === undefined) return x
  if (before.shape[2] !== x.shape[2]) return halved(net, before, filters, id)
  if (net.channels(before) === filters) return before
  const active = net.activate(before, 'relu')
  const y = net.conv(active, filters, 1, { ...pointwise, name: `adjust_conv_projection_${id}` })
  return net.norm(y, { ...norm, name: `adjust_bn_${id}` })
}

/** Every second position, and every second of the image moved by one, each with half of the filters. */
function halved(net: Net, before: SymbolicTensor, filters: number, id: string): SymbolicTensor {
  const active = net.activate(before, 'relu', { name: `adjust_relu_1_${id}` })
  const part = (y: SymbolicTensor, index: number) => {
    const picked = net.pool('average', y, 1, { strides: 2, padding: 'valid', name: `adjust_avg_pool_${index}_${id}` })
    return net.conv(picked, Math.floor(filters / 2), 1, { ...pointwise, name: `adjust_conv_${index}_${id}` })
  }
  const first = part(active, 1)
  const end = [0, 1] as const
  const start = [1, 0] as const
  const padded = net.pad(active, [end, end])
  const moved = new Cropping2D(net.named('cropping2d', { cropping: [start, start] })).call(padded)
  return net.norm(net.concat([first, part(moved, 2)]), { ...norm, name: `adjust_bn_${id}` })
}
