import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  type FieldTable,
  firstShape,
  type InputShape,
  joinFields,
  type LayerOptions,
  type OptionsOf,
  type Rng,
  type Scope,
  shapeError,
} from '@gradus/core'
import { conv, type Tensor } from '@gradus/tensor'
import { type KernelConfig, KernelLayer, type KernelOptions, type KernelParams, useBiasField } from '../kernel-layer.ts'
import { channelsOf, type SpatialRank } from '../spatial-input.ts'
import { type ConvWindow, convolved, filtersField, requireNoStridedDilation, windowFields, windowOf } from './window.ts'

const fields = /* @__PURE__ */ joinFields(windowFields, {
  filters: filtersField,
  /** The number of groups into which channels are split; each group has separate filters. */
  groups: { type: 'integer', min: 1, default: 1 },
  useBias: useBiasField,
} as const)

/** The options of `Conv1D`, `Conv2D` and `Conv3D` other than `padding`. */
export interface ConvConfig extends ConfigOf<typeof fields>, KernelConfig {}

/** The complete options of a `ConvLayer` other than `padding`. */
export type ConvOptions = KernelOptions & OptionsOf<typeof fields>

/** The convolution of Keras's `Conv1D`, `Conv2D` and `Conv3D`: a kernel `[...kernelSize, channels / groups, filters]` and a bias. */
export abstract class ConvLayer<C extends ConvConfig> extends KernelLayer<C> {
  static override readonly fields: FieldTable = fields
  declare readonly options: ConvOptions & { readonly padding: 'valid' | 'same' | 'causal' }
  private readonly window: ConvWindow

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    const { filters, groups } = this.options
    this.window = windowOf(this.type, this.spatialRank(), this.options)
    if (filters % groups !== 0) {
      throw new ConfigError(
        `${this.type}: 'filters' is ${filters} and 'groups' is ${groups}; the groups must divide the filters evenly.`,
      )
    }
    requireNoStridedDilation(this.type, this.window)
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  override init(rng: Rng, inputShape: InputShape): KernelParams {
    const shape = firstShape(inputShape)
    const { groups, filters, useBias, dataFormat } = this.options
    const channels = channelsOf(this, shape, this.spatialRank(), dataFormat)
    if (channels % groups !== 0) {
      throw shapeError(
        this,
        `a number of channels that ${groups} groups divide`,
        shape,
        `It has ${channels} channels; change 'groups' or the input.`,
      )
    }
    return this.makeParams(rng, [...this.window.size, channels / groups, filters], useBias ? [filters] : undefined)
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const { groups, padding, dataFormat, activation } = this.options
    const { strides, dilation } = this.window
    return convolved(this, x, {
      rank: this.spatialRank(),
      format: dataFormat,
      channels: params.kernel.shape.at(-2)! * groups,
      bias: params.bias,
      activation,
      convolve: (input) => conv(input, this.kernelOf(params), { strides, padding, dilation, groups }),
    })
  }
}
