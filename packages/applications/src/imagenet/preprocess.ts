import { ConfigError, checkFields, describeValue } from '@gradus/core'
import type { DataFormat } from '@gradus/layers'
import { add, cast, div, flip, isFloat, SymbolicTensor, sub, Tensor, type TensorValues, tensor } from '@gradus/tensor'

/** How pixels from 0 to 255 are converted. */
export type PreprocessMode = 'caffe' | 'tf' | 'torch'

/** Options of `preprocessInput`. */
export interface PreprocessOptions {
  /** The position of the channels (default `channelsLast`). */
  readonly dataFormat?: DataFormat
}

const fields = { dataFormat: { oneOf: ['channelsLast', 'channelsFirst'] } } as const

/** The mean of each channel of the images of ImageNet, blue first, in pixels; and red first, with the deviation, from 0 to 1. */
const pixelMean = [103.939, 116.779, 123.68]
const unitMean = [0.485, 0.456, 0.406]
const unitDeviation = [0.229, 0.224, 0.225]

/** Images that `preprocessInput` converts: with or without a batch axis. */
export type Images = Tensor | SymbolicTensor | TensorValues

/** The result of `preprocessInput`: symbolic for a symbolic tensor. */
export type Preprocessed<X extends Images> = X extends SymbolicTensor ? SymbolicTensor : Tensor

/** Converts pixels from 0 to 255. Throws `ConfigError` for images with another number of channels than 3. */
export function preprocessed<X extends Images>(
  x: X,
  mode: PreprocessMode,
  options: PreprocessOptions = {},
): Preprocessed<X> {
  checkFields('preprocessInput', options, fields)
  const given = x instanceof Tensor || x instanceof SymbolicTensor ? (x as Tensor) : tensor(x as TensorValues)
  // the functions of tensors take symbolic tensors, too
  return convert(given, mode, options.dataFormat ?? 'channelsLast') as Preprocessed<X>
}

function convert(given: Tensor, mode: PreprocessMode, dataFormat: DataFormat): Tensor {
  const axis = dataFormat === 'channelsFirst' ? given.rank - 3 : given.rank - 1
  if (given.rank < 3 || given.rank > 4 || given.shape[axis] !== 3) {
    throw new ConfigError(
      `preprocessInput takes images of 3 channels, ${dataFormat}, with or without a batch, and got the shape ${describeValue(given.shape)}.`,
    )
  }
  const pixels = isFloat(given.dtype) ? given : cast(given, 'float32')
  if (mode === 'tf') return sub(div(pixels, 127.5), 1)
  const perChannel = (values: readonly number[]) => {
    const nested = dataFormat === 'channelsFirst' ? values.map((value) => [[value]]) : values
    return tensor(nested as TensorValues, { dtype: pixels.dtype })
  }
  if (mode === 'caffe') return sub(flip(pixels, axis), perChannel(pixelMean))
  return div(add(div(pixels, 255), perChannel(unitMean.map((value) => -value))), perChannel(unitDeviation))
}
