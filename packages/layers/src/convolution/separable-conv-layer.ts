import {
  type ConfigArgument,
  type ConfigOf,
  type FieldTable,
  firstShape,
  type InputShape,
  joinFields,
  Layer,
  type LayerOptions,
  type OptionsOf,
  type Rng,
  type Scope,
} from '@gradus/core'
import { separableConv, type Tensor } from '@gradus/tensor'
import * as constraints from '../constraints/index.ts'
import * as initializers from '../initializers/index.ts'
import { constraintKind, initializerKind, regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'
import { channelsOf, type SpatialRank } from '../spatial-input.ts'
import {
  biasOf,
  type ConvWindow,
  convolved,
  depthwiseFields,
  filtersField,
  outputFields,
  windowFields,
  windowOf,
} from './window.ts'

const pointwiseFields = {
  filters: filtersField,
  pointwiseInitializer: { type: initializerKind, among: initializers, default: 'glorotUniform' },
  pointwiseRegularizer: { type: regularizerKind, among: regularizers },
  pointwiseConstraint: { type: constraintKind, among: constraints },
} as const
const fields = /* @__PURE__ */ joinFields(windowFields, depthwiseFields, pointwiseFields, outputFields)

/** The options of `SeparableConv1D` and `SeparableConv2D`. */
export interface SeparableConvConfig extends ConfigOf<typeof fields> {}

/** The parameters of a separable convolution; the bias with `useBias`. */
export type SeparableConvParams = {
  /** `[...kernelSize, channels, depthMultiplier]` */
  readonly depthwiseKernel: Tensor
  /** `[1, ..., channels * depthMultiplier, filters]` */
  readonly pointwiseKernel: Tensor
  readonly bias?: Tensor
}

/**
 * The convolution of Keras's `SeparableConv1D` and `SeparableConv2D`: each channel is convolved with its own filters, and the
 * results are mixed at each position.
 */
export abstract class SeparableConvLayer extends Layer<SeparableConvConfig, SeparableConvParams> {
  static override readonly fields: FieldTable = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly window: ConvWindow

  constructor(...config: ConfigArgument<LayerOptions<SeparableConvConfig>>) {
    super(...config)
    this.window = windowOf(this.type, this.spatialRank(), this.options)
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  override init(rng: Rng, inputShape: InputShape): SeparableConvParams {
    const { filters, depthMultiplier, dataFormat, depthwiseInitializer, pointwiseInitializer } = this.options
    const { size } = this.window
    const channels = channelsOf(this, firstShape(inputShape), this.spatialRank(), dataFormat)
    const pointwiseShape = [...size.map(() => 1), channels * depthMultiplier, filters]
    return {
      depthwiseKernel: depthwiseInitializer.make(rng.next(), [...size, channels, depthMultiplier], this.dtype),
      pointwiseKernel: pointwiseInitializer.make(rng.next(), pointwiseShape, this.dtype),
      ...biasOf(this, this.options, rng, filters),
    }
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const { padding, dataFormat, activation } = this.options
    const { strides, dilation } = this.window
    const { depthwiseKernel, pointwiseKernel, bias } = params
    return convolved(this, x, {
      rank: this.spatialRank(),
      format: dataFormat,
      channels: depthwiseKernel.shape.at(-2)!,
      bias,
      activation,
      convolve: (input) => separableConv(input, depthwiseKernel, pointwiseKernel, { strides, padding, dilation }),
    })
  }
}
