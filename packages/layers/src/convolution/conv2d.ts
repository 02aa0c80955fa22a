import { ConfigError, type Fields, type LayerConfig, type Rng, type Scope } from '@gradus/core'
import { add, conv, type Shape, type Tensor } from '@gradus/tensor'
import { chooseOption } from '../choice.ts'
import { type DataFormat, dataFormats, fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { type KernelConfig, KernelLayer, type KernelParams } from '../kernel-layer.ts'
import { firstShape, shapeError } from '../layer-shapes.ts'
import { perSpatialAxis, wholeNumber } from '../option-checks.ts'

export interface Conv2DConfig extends KernelConfig {
  /** Number of output channels. */
  readonly filters: number
  /** Height and width of the window, or one number for both. */
  readonly kernelSize: number | readonly number[]
  /** Distance between windows (default 1). */
  readonly strides?: number | readonly number[]
  /** `valid` adds nothing; `same` adds zeros so that the output has ceil(input / stride) (default valid). */
  readonly padding?: 'valid' | 'same'
  /** Default channelsLast. */
  readonly dataFormat?: DataFormat
  /** Distance between the elements of a window (default 1). */
  readonly dilationRate?: number | readonly number[]
  /** Channels are split into as many groups, each with filters of its own (default 1). */
  readonly groups?: number
}

/**
 * A window that slides over images: `[batch, height, width, channels]` gives `[batch, height, width, filters]`.
 * Throws `ShapeError` for other ranks and for channels that the groups do not divide. Keras: `Conv2D`.
 *
 * @example
 * import { Rng } from '@gradus/core'
 * import { Conv2D } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new Conv2D({ filters: 1, kernelSize: 2, kernelInitializer: 'ones' })
 * const scope = { params: layer.init(new Rng(1), [1, 3, 3, 1]), state: {}, rng: new Rng(1), training: false, addLoss() {} }
 * layer.apply(ones([1, 3, 3, 1]), scope).array() // => [[[[4], [4]], [[4], [4]]]]
 */
export class Conv2D extends KernelLayer<Conv2DConfig> {
  static readonly type = 'Conv2D'
  static readonly aliases = ['Convolution2D'] as const
  static override readonly fields = {
    filters: 'integer',
    kernelSize: ['integer', 'numbers'],
    strides: ['integer', 'numbers'],
    padding: 'string',
    dataFormat: 'string',
    dilationRate: ['integer', 'numbers'],
    groups: 'integer',
  } satisfies Fields<Omit<Conv2DConfig, keyof KernelConfig>>
  private readonly kernelSize: readonly number[]
  private readonly strides: readonly number[]
  private readonly dilation: readonly number[]
  private readonly groups: number
  private readonly padding: 'valid' | 'same'
  private readonly dataFormat: DataFormat

  constructor(config: Conv2DConfig & LayerConfig) {
    super('Conv2D', config)
    const { filters, kernelSize, strides = 1, dilationRate = 1, groups = 1 } = this.config
    wholeNumber('Conv2D', 'filters', filters)
    this.kernelSize = perSpatialAxis('Conv2D', 'kernelSize', kernelSize, 2)
    this.strides = perSpatialAxis('Conv2D', 'strides', strides, 2)
    this.dilation = perSpatialAxis('Conv2D', 'dilationRate', dilationRate, 2)
    this.groups = wholeNumber('Conv2D', 'groups', groups)
    if (filters % groups !== 0) {
      throw new ConfigError(
        `Conv2D: 'filters' is ${filters} and 'groups' is ${groups}; the groups must divide the filters evenly.`,
      )
    }
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilation) > 1) {
      throw new ConfigError(
        `Conv2D: 'strides' is [${this.strides.join(', ')}] and 'dilationRate' is [${this.dilation.join(', ')}]; one of them must be 1, as in Keras.`,
      )
    }
    this.padding = chooseOption('Conv2D', 'padding', config.padding, ['valid', 'same'])
    this.dataFormat = chooseOption('Conv2D', 'dataFormat', config.dataFormat, dataFormats)
  }

  override init(rng: Rng, inputShape: Shape | readonly Shape[]): KernelParams {
    const shape = firstShape(inputShape)
    this.requireImages(shape)
    const channels = shape[this.channelAxis]!
    if (channels % this.groups !== 0) {
      throw shapeError(
        this,
        `a number of channels that ${this.groups} groups divide`,
        shape,
        `It has ${channels} channels; change 'groups' or the input.`,
      )
    }
    return this.makeParams(rng, [...this.kernelSize, channels / this.groups], this.config.filters)
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    this.requireImages(x.shape)
    const channels = params.kernel.shape[2]! * this.groups
    if (x.shape[this.channelAxis] !== channels) {
      throw shapeError(
        this,
        `images of ${channels} channels on axis ${this.channelAxis}`,
        x.shape,
        `The layer was made for ${channels} channels; give it those or make another one.`,
      )
    }
    const product = conv(toChannelsLast(x, this.dataFormat), this.kernelOf(params), {
      strides: this.strides,
      padding: this.padding,
      dilation: this.dilation,
      groups: this.groups,
    })
    const shifted = params.bias ? add(product, params.bias) : product
    // the activation sees the layer's own format: softmax, for one, works along the last axis of the output
    return this.activation.compute(fromChannelsLast(shifted, this.dataFormat))
  }

  private get channelAxis(): number {
    return this.dataFormat === 'channelsLast' ? 3 : 1
  }

  private requireImages(shape: Shape): void {
    if (shape.length === 4) return
    const wanted =
      this.dataFormat === 'channelsLast' ? '[batch, height, width, channels]' : '[batch, channels, height, width]'
    throw shapeError(
      this,
      `images of shape ${wanted}`,
      shape,
      'Grey images need an axis of one channel, as in reshape(x, [-1, 28, 28, 1]).',
    )
  }
}
