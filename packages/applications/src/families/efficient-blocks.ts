import type { BatchNormalizationConfig } from '@gradus/layers'
import { Dense, Dropout, initializers, Reshape } from '@gradus/layers'
import type { SymbolicTensor } from '@gradus/tensor'
import type { Classifier } from '../network/application.ts'
import type { Net } from '../network/net.ts'

/** The initializer of the kernels of convolutions. */
export function kernel() {
  return new initializers.VarianceScaling({ scale: 2, mode: 'fanOut', distribution: 'truncatedNormal' })
}

/** The letter of a block in its stage. */
export function letter(index: number): string {
  return String.fromCharCode(97 + index)
}

/** The options of a block. */
export interface EfficientBlock {
  /** What the names of its layers begin with. */
  readonly name: string
  /** The number of channels before and after the block. */
  readonly before: number
  readonly after: number
  /** The size of the window. */
  readonly size: number
  /** The factor of the number of channels within the block. */
  readonly expansion: number
  readonly stride: number
  /** The channels of the squeezed features as a fraction of `before`; 0 for a block that does not weigh its channels. */
  readonly squeeze: number
  /** The probability with which the block is dropped for a sample. */
  readonly dropRate: number
  readonly momentum?: BatchNormalizationConfig['momentum']
  /** Whether a block with a stride pads first, as version 1 does. */
  readonly padsForStride?: boolean
}

/** A block that widens its input, convolves each channel, weighs the channels and narrows them again. */
export function invertedBlock(net: Net, input: SymbolicTensor, block: EfficientBlock): SymbolicTensor {
  const { name, before, after, size, expansion, stride, padsForStride = false } = block
  const { normalized, conv } = partsOf(net, block)
  let x = input
  if (expansion !== 1) x = normalized(conv(x, before * expansion, 1, 'expand_conv'), 'expand_bn', 'expand_activation')
  const pads = padsForStride && stride === 2
  if (pads) x = net.padForStride(x, size, { name: `${name}dwconv_pad` })
  x = net.depthwise(x, size, {
    strides: stride,
    padding: pads ? 'valid' : 'same',
    useBias: false,
    depthwiseInitializer: kernel(),
    name: `${name}${padsForStride ? 'dwconv' : 'dwconv2'}`,
  })
  x = normalized(x, 'bn', 'activation')
  x = weighed(net, x, block)
  x = normalized(conv(x, after, 1, 'project_conv'), 'project_bn')
  return shortened(net, input, x, block)
}

/** A block in which one convolution widens its input and looks at a window. */
export function fusedBlock(net: Net, input: SymbolicTensor, block: EfficientBlock): SymbolicTensor {
  const { before, after, size, expansion, stride } = block
  const { normalized, conv } = partsOf(net, block)
  const widens = expansion !== 1
  let x = input
  if (widens) x = normalized(conv(x, before * expansion, size, 'expand_conv', stride), 'expand_bn', 'expand_activation')
  x = weighed(net, x, block)
  x = conv(x, after, widens ? 1 : size, 'project_conv', widens ? 1 : stride)
  x = normalized(x, 'project_bn', widens ? undefined : 'project_activation')
  return shortened(net, input, x, block)
}

function partsOf(net: Net, { name, momentum }: EfficientBlock) {
  const options = momentum === undefined ? {} : { momentum }
  return {
    normalized(x: SymbolicTensor, normName: string, activation?: string): SymbolicTensor {
      const y = net.norm(x, { ...options, name: name + normName })
      return activation === undefined ? y : net.activate(y, 'silu', { name: name + activation })
    },
    conv: (x: SymbolicTensor, filters: number, size: number, layer: string, strides = 1): SymbolicTensor =>
      net.conv(x, filters, size, {
        strides,
        padding: 'same',
        useBias: false,
        kernelInitializer: kernel(),
        name: name + layer,
      }),
  }
}

/** Multiplies each channel by a weight that two small layers compute from the means of all channels. */
function weighed(net: Net, x: SymbolicTensor, { name, before, squeeze }: EfficientBlock): SymbolicTensor {
  if (squeeze === 0) return x
  const channels = net.channels(x)
  const targetShape = net.channelAxis === 1 ? [channels, 1, 1] : [1, 1, channels]
  const options = { padding: 'same', kernelInitializer: kernel() } as const
  let weights = net.globalPool('avg', x, { name: `${name}se_squeeze` })
  weights = new Reshape({ targetShape, name: `${name}se_reshape` }).call(weights)
  const squeezed = Math.max(1, Math.trunc(before * squeeze))
  weights = net.conv(weights, squeezed, 1, { ...options, activation: 'silu', name: `${name}se_reduce` })
  weights = net.conv(weights, channels, 1, { ...options, activation: 'sigmoid', name: `${name}se_expand` })
  return net.multiply([x, weights], { name: `${name}se_excite` })
}

/** Adds the input of a block to its output, if they have the same shape. */
function shortened(net: Net, input: SymbolicTensor, output: SymbolicTensor, block: EfficientBlock): SymbolicTensor {
  const { name, before, after, stride, dropRate } = block
  if (stride !== 1 || before !== after) return output
  const noiseShape = [null, 1, 1, 1]
  const dropped = dropRate > 0 ? new Dropout({ rate: dropRate, noiseShape, name: `${name}drop` }).call(output) : output
  return net.add([dropped, input], { name: `${name}add` })
}

/** The classifier: average pooling, dropout and a dense layer. */
export function efficientClassifier(
  net: Net,
  x: SymbolicTensor,
  { classes, activation }: Classifier,
  rate: number,
): SymbolicTensor {
  const pooled = new Dropout({ rate, name: 'top_dropout' }).call(net.globalPool('avg', x, { name: 'avg_pool' }))
  return new Dense({
    units: classes,
    kernelInitializer: new initializers.VarianceScaling({ scale: 1 / 3, mode: 'fanOut', distribution: 'uniform' }),
    ...(activation !== undefined && { activation }),
    name: 'predictions',
  }).call(pooled)
}
