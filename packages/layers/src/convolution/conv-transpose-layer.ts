import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  type FieldTable,
  firstShape,
  type InputShape,
  joinFields,
  Layer,
  type LayerOptions,
  type OptionsOf,
  pickFields,
  type Rng,
  type Scope,
} from '@gradus/core'
import { convTranspose, type Tensor } from '@gradus/tensor'
import { kernelFields } from '../kernel-layer.ts'
import { perSpatialAxis } from '../option-checks.ts'
import { channelsOf, type SpatialRank } from '../spatial-input.ts'
import {
  biasOf,
  type ConvWindow,
  convolved,
  filtersField,
  outputFields,
  paddingField,
  requireNoStridedDilation,
  windowFields,
  windowOf,
} from './window.ts'

const transposeFields = /* @__PURE__ */ joinFields(windowFields, {
  filters: filtersField,
  padding: paddingField,
  /** Elements added to the end of each spatial axis of the output, fewer than the stride; by default Keras's size results. */
  outputPadding: { type: ['integer', 'numbers'], min: 0 },
} as const)
const fields = /* @__PURE__ */ joinFields(
  transposeFields,
  outputFields,
  /* @__PURE__ */ pickFields(kernelFields, 'kernelInitializer', 'kernelRegularizer', 'kernelConstraint'),
)

/** The options of `Conv1DTranspose`, `Conv2DTranspose` and `Conv3DTranspose`. */
export interface ConvTransposeConfig extends ConfigOf<typeof fields> {}

/** The parameters of a transposed convolution: a kernel `[...kernelSize, filters, channels]`, and a bias with `useBias`. */
export type ConvTransposeParams = {
  readonly kernel: Tensor
  readonly bias?: Tensor
}

/** The transposed convolution of Keras's `Conv1DTranspose`, `Conv2DTranspose` and `Conv3DTranspose`. */
export abstract class ConvTransposeLayer extends Layer<ConvTransposeConfig, ConvTransposeParams> {
  static override readonly fields: FieldTable = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly window: ConvWindow
  private readonly outputPadding: readonly number[] | null

  constructor(...config: ConfigArgument<LayerOptions<ConvTransposeConfig>>) {
    super(...config)
    const { outputPadding: given } = this.options
    this.window = windowOf(this.type, this.spatialRank(), this.options)
    requireNoStridedDilation(this.type, this.window)
    this.outputPadding =
      given === undefined ? null : perSpatialAxis(this.type, 'outputPadding', given, this.spatialRank(), 0)
    const { strides } = this.window
    if (!this.outputPadding?.some((count, axis) => count >= strides[axis]!)) return
    throw new ConfigError(
      `${this.type}: 'outputPadding' is [${this.outputPadding.join(', ')}] and 'strides' is [${strides.join(', ')}]; ` +
        'the padding of each axis must be smaller than its stride.',
    )
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  override init(rng: Rng, inputShape: InputShape): ConvTransposeParams {
    const { filters, dataFormat, kernelInitializer } = this.options
    const channels = channelsOf(this, firstShape(inputShape), this.spatialRank(), dataFormat)
    return {
      kernel: kernelInitializer.make(rng.next(), [...this.window.size, filters, channels], this.dtype),
      ...biasOf(this, this.options, rng, filters),
    }
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const { padding, dataFormat, activation } = this.options
    const { strides, dilation } = this.window
    const { outputPadding } = this
    return convolved(this, x, {
      rank: this.spatialRank(),
      format: dataFormat,
      channels: params.kernel.shape.at(-1)!,
      bias: params.bias,
      activation,
      convolve: (input) => convTranspose(input, params.kernel, { strides, padding, dilation, outputPadding }),
    })
  }
}
