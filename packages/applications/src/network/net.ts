import type { LayerOptions } from '@gradus/core'
import {
  Activation,
  type ActivationConfig,
  Add,
  AveragePooling2D,
  BatchNormalization,
  type BatchNormalizationConfig,
  Concatenate,
  Conv2D,
  type Conv2DConfig,
  type DataFormat,
  DepthwiseConv2D,
  type DepthwiseConv2DConfig,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  MaxPooling2D,
  type MaxPooling2DConfig,
  Multiply,
  ReLU,
  SeparableConv2D,
  type SeparableConv2DConfig,
  ZeroPadding2D,
  type ZeroPadding2DConfig,
} from '@gradus/layers'
import type { SymbolicTensor } from '@gradus/tensor'

/** The options of a layer without those that its method takes as arguments or that `Net` sets. */
type Others<C, K extends string = never> = Omit<LayerOptions<C & object>, K | 'dataFormat'>

/** The size of a window: of both spatial axes, or of each. */
export type WindowSize = number | readonly number[]

interface Named {
  readonly name?: string | null
}

/**
 * Calls the layers of which applications consist, in one data format. Layers without a name are numbered by class in the order of the
 * calls, as in a new session of Keras.
 */
export class Net {
  /** The axis of the channels. */
  readonly channelAxis: number
  private readonly format: { readonly dataFormat?: DataFormat }
  private readonly counts = new Map<string, number>()

  constructor(readonly dataFormat: DataFormat) {
    this.channelAxis = dataFormat === 'channelsFirst' ? 1 : -1
    this.format = dataFormat === 'channelsFirst' ? { dataFormat } : {}
  }

  /** The number of channels of a tensor. */
  channels(x: SymbolicTensor): number {
    return x.shape.at(this.channelAxis)!
  }

  /** The height and width of a tensor; null where they vary. */
  size(x: SymbolicTensor): readonly (number | null)[] {
    return this.dataFormat === 'channelsFirst' ? x.shape.slice(2) : x.shape.slice(1, 3)
  }

  /** The options of a layer with a name. */
  named<C extends object>(stem: string, options: C & Named): C & Named {
    if (options.name !== undefined) return options
    const count = this.counts.get(stem) ?? 0
    this.counts.set(stem, count + 1)
    return { ...options, name: count === 0 ? stem : `${stem}_${count}` }
  }

  conv(
    x: SymbolicTensor,
    filters: number,
    kernelSize: WindowSize,
    options: Others<Conv2DConfig, 'filters' | 'kernelSize'> = {},
  ): SymbolicTensor {
    return new Conv2D({ filters, kernelSize, ...this.named('conv2d', options), ...this.format }).call(x)
  }

  depthwise(
    x: SymbolicTensor,
    kernelSize: WindowSize,
    options: Others<DepthwiseConv2DConfig, 'kernelSize'> = {},
  ): SymbolicTensor {
    return new DepthwiseConv2D({ kernelSize, ...this.named('depthwise_conv2d', options), ...this.format }).call(x)
  }

  separable(
    x: SymbolicTensor,
    filters: number,
    kernelSize: WindowSize,
    options: Others<SeparableConv2DConfig, 'filters' | 'kernelSize'> = {},
  ): SymbolicTensor {
    const named = this.named('separable_conv2d', options)
    return new SeparableConv2D({ filters, kernelSize, ...named, ...this.format }).call(x)
  }

  norm(x: SymbolicTensor, options: Others<BatchNormalizationConfig, 'axis'> = {}): SymbolicTensor {
    const axis = this.channelAxis
    return new BatchNormalization({ ...this.named('batch_normalization', options), axis }).call(x)
  }

  activate(x: SymbolicTensor, activation: ActivationConfig['activation'], options: Named = {}): SymbolicTensor {
    return new Activation(this.named<ActivationConfig>('activation', { activation, ...options })).call(x)
  }

  /** A rectifier with a maximum, which is unlimited without one. */
  relu(x: SymbolicTensor, options: Named & { readonly maxValue?: number } = {}): SymbolicTensor {
    return new ReLU(this.named('re_lu', options)).call(x)
  }

  pad(x: SymbolicTensor, padding: NonNullable<ZeroPadding2DConfig['padding']>, options: Named = {}): SymbolicTensor {
    return new ZeroPadding2D({ padding, ...this.named('zero_padding2d', options), ...this.format }).call(x)
  }

  /**
   * Pads for a window with stride 2, so that a following convolution without padding has the output of one with padding `same`. An
   * even side gets one row less before than after.
   */
  padForStride(x: SymbolicTensor, kernelSize: number, options: Named = {}): SymbolicTensor {
    const after = Math.floor(kernelSize / 2)
    const [height, width] = this.size(x)
    const before = (side: number | null) => after - (side === null ? 1 : 1 - (side % 2))
    // as in Keras, both sides are taken as even if the height varies
    const sides = height === null ? [null, null] : [height!, width!]
    return this.pad(
      x,
      sides.map((side) => [before(side), after]),
      options,
    )
  }

  pool(
    kind: 'average' | 'max',
    x: SymbolicTensor,
    poolSize: WindowSize,
    options: Others<MaxPooling2DConfig, 'poolSize'> = {},
  ): SymbolicTensor {
    const Pooling = kind === 'max' ? MaxPooling2D : AveragePooling2D
    return new Pooling({ poolSize, ...this.named(`${kind}_pooling2d`, options), ...this.format }).call(x)
  }

  /** Pools all positions. */
  globalPool(kind: 'avg' | 'max', x: SymbolicTensor, options: Named & { keepDims?: boolean } = {}): SymbolicTensor {
    const Pooling = kind === 'max' ? GlobalMaxPooling2D : GlobalAveragePooling2D
    const stem = kind === 'max' ? 'global_max_pooling2d' : 'global_average_pooling2d'
    return new Pooling({ ...this.named(stem, options), ...this.format }).call(x)
  }

  add(inputs: readonly SymbolicTensor[], options: Named = {}): SymbolicTensor {
    return new Add(this.named('add', options)).call(inputs)
  }

  multiply(inputs: readonly SymbolicTensor[], options: Named = {}): SymbolicTensor {
    return new Multiply(this.named('multiply', options)).call(inputs)
  }

  concat(inputs: readonly SymbolicTensor[], options: Named = {}): SymbolicTensor {
    return new Concatenate({ axis: this.channelAxis, ...this.named('concatenate', options) }).call(inputs)
  }
}
