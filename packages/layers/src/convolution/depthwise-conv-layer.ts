import {
  type ConfigArgument,
  type ConfigOf,
  type Constraint,
  type FieldTable,
  firstShape,
  type InputShape,
  joinFields,
  Layer,
  type LayerOptions,
  type OptionsOf,
  type Regularizer,
  type Rng,
  type Scope,
} from '@gradus/core'
import { depthwiseConv, type Tensor } from '@gradus/tensor'
import { channelsOf, type SpatialRank } from '../spatial-input.ts'
import { biasOf, type ConvWindow, convolved, depthwiseFields, outputFields, windowFields, windowOf } from './window.ts'

const fields = /* @__PURE__ */ joinFields(windowFields, depthwiseFields, outputFields)

/** The options of `DepthwiseConv1D` and `DepthwiseConv2D`. */
export interface DepthwiseConvConfig extends ConfigOf<typeof fields> {}

/** The parameters of a depthwise convolution: a kernel `[...kernelSize, channels, depthMultiplier]`, and a bias with `useBias`. */
export type DepthwiseConvParams = {
  readonly kernel: Tensor
  readonly bias?: Tensor
}

/** The convolution of Keras's `DepthwiseConv1D` and `DepthwiseConv2D`: each channel is convolved with its own filters. */
export abstract class DepthwiseConvLayer extends Layer<DepthwiseConvConfig, DepthwiseConvParams> {
  static override readonly fields: FieldTable = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly window: ConvWindow

  constructor(...config: ConfigArgument<LayerOptions<DepthwiseConvConfig>>) {
    super(...config)
    this.window = windowOf(this.type, this.spatialRank(), this.options)
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  override init(rng: Rng, inputShape: InputShape): DepthwiseConvParams {
    const { depthMultiplier, dataFormat, depthwiseInitializer } = this.options
    const channels = channelsOf(this, firstShape(inputShape), this.spatialRank(), dataFormat)
    return {
      kernel: depthwiseInitializer.make(rng.next(), [...this.window.size, channels, depthMultiplier], this.dtype),
      ...biasOf(this, this.options, rng, channels * depthMultiplier),
    }
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const { padding, dataFormat, activation } = this.options
    const { strides, dilation } = this.window
    return convolved(this, x, {
      rank: this.spatialRank(),
      format: dataFormat,
      channels: params.kernel.shape.at(-2)!,
      bias: params.bias,
      activation,
      convolve: (input) => depthwiseConv(input, params.kernel, { strides, padding, dilation }),
    })
  }

  // the kernel has Keras's name, and its options begin with `depthwise`
  override regularizerOf(key: string): Regularizer | undefined {
    return super.regularizerOf(key === 'kernel' ? 'depthwise' : key)
  }

  override constraintOf(key: string): Constraint | undefined {
    return super.constraintOf(key === 'kernel' ? 'depthwise' : key)
  }
}
