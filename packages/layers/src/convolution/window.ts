import {
  type BaseLayer,
  ConfigError,
  type Initializer,
  joinFields,
  pickFields,
  type Rng,
  shapeError,
} from '@gradus/core'
import { add, type Tensor } from '@gradus/tensor'
import * as constraints from '../constraints/index.ts'
import { type DataFormat, dataFormats, fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { floatInput } from '../float-input.ts'
import * as initializers from '../initializers/index.ts'
import { kernelFields, useBiasField } from '../kernel-layer.ts'
import { perSpatialAxis } from '../option-checks.ts'
import { constraintKind, initializerKind, regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'
import { channelAxisOf, requireSpatial, type SpatialRank, spatialName } from '../spatial-input.ts'

/** The options of the window that all convolutions have. */
export const windowFields = {
  /** Size of the window along each spatial axis, or one number for all. */
  kernelSize: { type: ['integer', 'numbers'], min: 1, required: true, example: '3' },
  /** Distance between windows. */
  strides: { type: ['integer', 'numbers'], min: 1, default: 1 },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
  /** Distance between the elements of a window. */
  dilationRate: { type: ['integer', 'numbers'], min: 1, default: 1 },
} as const

/** Number of output channels. */
export const filtersField = { type: 'integer', min: 1, required: true, example: '8' } as const

/** `valid` pads nothing; `same` pads with zeros, so that the output size is ceil(input / stride). */
export const paddingField = { oneOf: ['valid', 'same'], default: 'valid' } as const

/** The options of what follows a convolution: the bias and the activation. */
export const outputFields = /* @__PURE__ */ joinFields(
  /* @__PURE__ */ pickFields(
    kernelFields,
    'activation',
    'biasInitializer',
    'biasRegularizer',
    'activityRegularizer',
    'biasConstraint',
  ),
  { useBias: useBiasField },
)

/** The options of a convolution of each channel with its own filters. */
export const depthwiseFields = {
  padding: paddingField,
  /** Number of filters for each channel. */
  depthMultiplier: { type: 'integer', min: 1, default: 1 },
  depthwiseInitializer: { type: initializerKind, among: initializers, default: 'glorotUniform' },
  depthwiseRegularizer: { type: regularizerKind, among: regularizers },
  depthwiseConstraint: { type: constraintKind, among: constraints },
} as const

/** The window of a convolution, with one number per spatial axis. */
export interface ConvWindow {
  readonly size: readonly number[]
  readonly strides: readonly number[]
  readonly dilation: readonly number[]
}

/** The options from which a window is made. */
interface WindowOptions {
  readonly kernelSize: number | readonly number[]
  readonly strides: number | readonly number[]
  readonly dilationRate: number | readonly number[]
}

/** Returns the window of a layer. Throws `ConfigError` for options that do not fit the rank. */
export function windowOf(owner: string, rank: SpatialRank, options: WindowOptions): ConvWindow {
  return {
    size: perSpatialAxis(owner, 'kernelSize', options.kernelSize, rank),
    strides: perSpatialAxis(owner, 'strides', options.strides, rank),
    dilation: perSpatialAxis(owner, 'dilationRate', options.dilationRate, rank),
  }
}

/** Throws `ConfigError` for a window with strides and a dilation, which Keras refuses in some of its layers. */
export function requireNoStridedDilation(owner: string, { strides, dilation }: ConvWindow): void {
  if (Math.max(...strides) === 1 || Math.max(...dilation) === 1) return
  throw new ConfigError(
    `${owner}: 'strides' is [${strides.join(', ')}] and 'dilationRate' is [${dilation.join(', ')}]; one of them must be 1, as in Keras.`,
  )
}

/** Makes the bias of a layer, if it has one. */
export function biasOf(
  { dtype }: BaseLayer,
  { useBias, biasInitializer }: { readonly useBias: boolean; readonly biasInitializer: Initializer },
  rng: Rng,
  filters: number,
): { readonly bias?: Tensor } {
  return useBias ? { bias: biasInitializer.make(rng.next(), [filters], dtype) } : {}
}

/** How a layer convolves its input: the rank and format of the input, and what follows the convolution. */
export interface Convolution {
  readonly rank: SpatialRank
  readonly format: DataFormat
  /** The number of channels for which the parameters were made. */
  readonly channels: number
  readonly bias: Tensor | undefined
  readonly activation: (x: Tensor) => Tensor
  /** Convolves `[batch, ...spatial, channels]`. */
  readonly convolve: (x: Tensor) => Tensor
}

/** The convolution of an input of a layer, plus the bias, with the activation applied. Throws `ShapeError` for other shapes. */
export function convolved(layer: BaseLayer, x: Tensor, convolution: Convolution): Tensor {
  const { rank, format, channels, bias, activation, convolve } = convolution
  requireSpatial(layer, x.shape, rank, format)
  const axis = channelAxisOf(rank, format)
  if (x.shape[axis] !== channels) {
    throw shapeError(
      layer,
      `${spatialName(rank)} of ${channels} channels on axis ${axis}`,
      x.shape,
      `The layer was made for ${channels} channels; give it those or make another one.`,
    )
  }
  const product = convolve(toChannelsLast(floatInput(layer, x), format))
  // the activation is applied in the layer's data format: softmax, for example, works along the last axis of the output
  return activation(fromChannelsLast(bias ? add(product, bias) : product, format))
}
