import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  firstShape,
  type InputShape,
  type LayerOptions,
  type OptionsOf,
  type Rng,
  type Scope,
  shapeError,
} from '@gradus/core'
import { add, conv, type Shape, type Tensor } from '@gradus/tensor'
import { dataFormats, fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { floatInput } from '../float-input.ts'
import { type KernelConfig, KernelLayer, type KernelOptions, type KernelParams, useBiasField } from '../kernel-layer.ts'
import { perSpatialAxis } from '../option-checks.ts'

const fields = {
  /** Number of output channels. */
  filters: { type: 'integer', min: 1, required: true, example: '8' },
  /** Height and width of the window, or one number for both. */
  kernelSize: { type: ['integer', 'numbers'], min: 1, required: true, example: '3' },
  /** Distance between windows. */
  strides: { type: ['integer', 'numbers'], min: 1, default: 1 },
  /** `valid` pads nothing; `same` pads with zeros, so that the output size is ceil(input / stride). */
  padding: { oneOf: ['valid', 'same'], default: 'valid' },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
  /** Distance between the elements of a window. */
  dilationRate: { type: ['integer', 'numbers'], min: 1, default: 1 },
  /** The number of groups into which channels are split; each group has separate filters. */
  groups: { type: 'integer', min: 1, default: 1 },
  useBias: useBiasField,
} as const

/** The options of `Conv2D`. */
export interface Conv2DConfig extends ConfigOf<typeof fields>, KernelConfig {}

/**
 * 2D convolution of images: `[batch, height, width, channels]` gives `[batch, height, width, filters]`, with the height and width
 * that strides and padding leave. Throws `ShapeError` for other ranks and for channels that the groups do not divide. Keras:
 * `Conv2D`.
 *
 * @example
 * import { Conv2D } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new Conv2D({ filters: 1, kernelSize: 2, kernelInitializer: 'ones' })
 * layer.call(ones([1, 3, 3, 1])).array() // => [[[[4], [4]], [[4], [4]]]]
 */
export class Conv2D extends KernelLayer<Conv2DConfig> {
  static readonly type = 'Conv2D'
  static readonly aliases = ['Convolution2D'] as const
  static override readonly fields = fields
  declare readonly options: KernelOptions & OptionsOf<typeof fields>
  private readonly kernelSize: readonly number[]
  private readonly strides: readonly number[]
  private readonly dilation: readonly number[]

  constructor(...config: ConfigArgument<LayerOptions<Conv2DConfig>>) {
    super(...config)
    const { filters, kernelSize, strides, dilationRate, groups } = this.options
    this.kernelSize = perSpatialAxis(this.type, 'kernelSize', kernelSize, 2)
    this.strides = perSpatialAxis(this.type, 'strides', strides, 2)
    this.dilation = perSpatialAxis(this.type, 'dilationRate', dilationRate, 2)
    if (filters % groups !== 0) {
      throw new ConfigError(
        `${this.type}: 'filters' is ${filters} and 'groups' is ${groups}; the groups must divide the filters evenly.`,
      )
    }
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilation) > 1) {
      throw new ConfigError(
        `${this.type}: 'strides' is [${this.strides.join(', ')}] and 'dilationRate' is [${this.dilation.join(', ')}]; one of them must be 1, as in Keras.`,
      )
    }
  }

  override init(rng: Rng, inputShape: InputShape): KernelParams {
    const shape = firstShape(inputShape)
    this.requireImages(shape)
    const channels = shape[this.channelAxis]!
    const { groups, filters, useBias } = this.options
    if (channels % groups !== 0) {
      throw shapeError(
        this,
        `a number of channels that ${groups} groups divide`,
        shape,
        `It has ${channels} channels; change 'groups' or the input.`,
      )
    }
    return this.makeParams(rng, [...this.kernelSize, channels / groups, filters], useBias ? [filters] : undefined)
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    this.requireImages(x.shape)
    const { groups, padding, dataFormat, activation } = this.options
    const channels = params.kernel.shape[2]! * groups
    if (x.shape[this.channelAxis] !== channels) {
      throw shapeError(
        this,
        `images of ${channels} channels on axis ${this.channelAxis}`,
        x.shape,
        `The layer was made for ${channels} channels; give it those or make another one.`,
      )
    }
    const { strides, dilation } = this
    const product = conv(toChannelsLast(floatInput(this, x), dataFormat), this.kernelOf(params), {
      strides,
      padding,
      dilation,
      groups,
    })
    const shifted = params.bias ? add(product, params.bias) : product
    // the activation is applied in the layer's data format: softmax, for example, works along the last axis of the output
    return activation(fromChannelsLast(shifted, dataFormat))
  }

  private get channelAxis(): number {
    return this.options.dataFormat === 'channelsLast' ? 3 : 1
  }

  private requireImages(shape: Shape): void {
    if (shape.length === 4) return
    const wanted =
      this.options.dataFormat === 'channelsLast'
        ? '[batch, height, width, channels]'
        : '[batch, channels, height, width]'
    throw shapeError(
      this,
      `images of shape ${wanted}`,
      shape,
      'Gray images need an axis of one channel, as in reshape(x, [-1, 28, 28, 1]).',
    )
  }
}
