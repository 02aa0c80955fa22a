import {
  type ConfigArgument,
  type ConfigOf,
  type FieldTable,
  firstShape,
  type InputShape,
  joinFields,
  type LayerOptions,
  type OptionsOf,
  type Rng,
  type Scope,
} from '@gradus/core'
import { add, conv, reshape, type Shape, type Tensor } from '@gradus/tensor'
import {
  type ConvWindow,
  filtersField,
  paddingField,
  requireNoStridedDilation,
  windowFields,
  windowOf,
} from '../convolution/window.ts'
import { fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { channelAxisOf, channelsOf, type SpatialRank, spatialAxesOf } from '../spatial-input.ts'
import type { CellSteps, StateSizes } from './cell.ts'
import { GatedCell, type GatedConfig, type GatedOptions, type GatedParams } from './gated-cell.ts'
import {
  forgetBias,
  type LSTMGatesConfig,
  type LSTMGatesOptions,
  lstmFields,
  lstmGates,
  lstmStep,
} from './lstm-gates.ts'

/** The fields of `ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D` in addition to those of `GatedCell`. */
export const convLSTMFields = /* @__PURE__ */ joinFields(
  { filters: filtersField, padding: paddingField } as const,
  /* @__PURE__ */ joinFields(windowFields, lstmFields),
)

const fields = /* @__PURE__ */ joinFields(convLSTMFields, {
  /** The number of spatial axes: 1, 2 or 3. */
  rank: { type: 'integer', min: 1, max: 3, required: true, example: '2' },
} as const)

/** The options of `ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D` that their cells have too. */
export interface ConvLSTMGatesConfig extends ConfigOf<typeof convLSTMFields>, LSTMGatesConfig, GatedConfig {}

/** The options of `ConvLSTMCell`. */
export interface ConvLSTMCellConfig extends ConfigOf<typeof fields>, ConvLSTMGatesConfig {}

/**
 * One step of long short-term memory with convolutions in place of the products, for inputs `[batch, ...spatial, channels]`. The
 * states are the output h and the carry c, each `[batch, ...spatial, filters]` with the spatial sizes that the convolution of the
 * input leaves. The kernels are `[...kernelSize, channels, 4 filters]` and `[...kernelSize, filters, 4 filters]`; the state is
 * convolved with padding, without strides or dilation. Throws `ShapeError` for other ranks. Keras: the cell of `ConvLSTM2D` (Shi et
 * al., 2015).
 *
 * @example
 * import { ConvLSTMCell, RNN } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * const cell = new ConvLSTMCell({ rank: 2, filters: 4, kernelSize: 3, padding: 'same' })
 * new RNN({ cell }).call(zeros([1, 5, 8, 8, 1])).shape // => [1, 8, 8, 4]
 */
export class ConvLSTMCell extends GatedCell<ConvLSTMCellConfig> {
  static readonly type = 'ConvLSTMCell'
  static override readonly fields: FieldTable = fields
  declare readonly options: GatedOptions & LSTMGatesOptions & OptionsOf<typeof fields>
  protected readonly gates = lstmGates
  private readonly window: ConvWindow

  constructor(...config: ConfigArgument<LayerOptions<ConvLSTMCellConfig>>) {
    super(...config)
    this.window = windowOf(this.type, this.spatialRank, this.options)
    requireNoStridedDilation(this.type, this.window)
  }

  get stateSizes(): StateSizes {
    return [this.options.filters, this.options.filters]
  }

  protected get gateSize(): number {
    return this.options.filters
  }

  protected override get axesAfterGates(): number {
    return this.options.dataFormat === 'channelsLast' ? 0 : this.spatialRank
  }

  override init(rng: Rng, inputShape: InputShape): GatedParams {
    const { filters, dataFormat } = this.options
    const channels = channelsOf(this, firstShape(inputShape), this.spatialRank, dataFormat)
    const { size } = this.window
    return this.makeParams(rng, [...size, channels], [...size, filters])
  }

  protected override stepsFor(sequence: Tensor, scope: Scope<this>): CellSteps {
    const fromState = this.statePart(scope, sequence)
    return {
      inputs: this.inputPart(sequence, scope, scope.params.bias),
      step: (input, [h, c]) => {
        const z = add(input, fromState(h as Tensor))
        const [output, carry] = lstmStep((index) => this.gate(z, index), c as Tensor, this.options)
        return [output, [output, carry]]
      },
    }
  }

  protected override makeBias(rng: Rng): Tensor {
    const { filters, unitForgetBias, biasInitializer } = this.options
    return unitForgetBias ? forgetBias(rng, filters, biasInitializer, this.dtype) : super.makeBias(rng)
  }

  protected inputProduct(sequence: Tensor, kernel: Tensor): Tensor {
    const [time, batch, ...step] = sequence.shape as [number, number, ...number[]]
    const { strides, dilation } = this.window
    const { padding } = this.options
    // all steps are one large batch
    const product = this.convolved(reshape(sequence, [time * batch, ...step]), kernel, { strides, padding, dilation })
    return reshape(product, [time, batch, ...product.shape.slice(1)])
  }

  protected stateProduct(state: Tensor, kernel: Tensor): Tensor {
    return this.convolved(state, kernel, { padding: 'same' })
  }

  protected stateShape(step: Shape): Shape {
    const { padding, filters, dataFormat } = this.options
    const { size, strides, dilation } = this.window
    const shape = [...step]
    shape[channelAxisOf(this.spatialRank, dataFormat)] = filters
    for (const [index, axis] of spatialAxesOf(this.spatialRank, dataFormat).entries()) {
      const lost = padding === 'same' ? 0 : (size[index]! - 1) * dilation[index]!
      shape[axis] = Math.ceil((step[axis]! - lost) / strides[index]!)
    }
    return shape
  }

  private get spatialRank(): SpatialRank {
    return this.options.rank as SpatialRank
  }

  /** The convolution of a tensor in the data format of the cell. */
  private convolved(x: Tensor, kernel: Tensor, options: Parameters<typeof conv>[2]): Tensor {
    const { dataFormat } = this.options
    return fromChannelsLast(conv(toChannelsLast(x, dataFormat), kernel, options), dataFormat)
  }
}
