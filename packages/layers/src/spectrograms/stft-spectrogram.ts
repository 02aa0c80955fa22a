import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  type InputShape,
  Layer,
  type LayerOptions,
  type OptionsOf,
  type Rng,
  type Scope,
  shapeError,
} from '@gradus/core'
import {
  add,
  atan2,
  concat,
  conv,
  isFloat,
  log,
  maximum,
  pad,
  reshape,
  sliceAxis,
  sqrt,
  square,
  type Tensor,
  transpose,
} from '@gradus/tensor'
import { dataFormats } from '../data-format.ts'
import { STFT } from '../initializers/stft.ts'
import { windowChoices } from '../initializers/window-functions.ts'

const fields = {
  /**
   * `log` and `magnitude` give the size of each frequency, `psd` its power, `angle` its phase, `real`, `imag` and `stft` the parts of
   * the transform (`stft` both, one after the other).
   */
  mode: { oneOf: ['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'], default: 'log' },
  /** The length of a frame in steps. */
  frameLength: { type: 'integer', min: 1, default: 256 },
  /** The distance between frames (default: half of their length). */
  frameStep: { type: 'integer', min: 1 },
  /** The length of the transform (default: the next power of two from `frameLength`). */
  fftLength: { type: 'integer', min: 1 },
  /** The window function by its name in `scipy.signal.windows`, its values, or `none` (in Keras None). */
  window: { type: 'numbers', or: windowChoices, whenNull: 'none', default: 'hann' },
  /** Whether the window is periodic. */
  periodic: { type: 'boolean', default: false },
  /** The norm of the window to divide by: L2 (`density`), L1 (`spectrum`) or `none` (in Keras None). */
  scaling: { oneOf: ['density', 'spectrum', 'none'], whenNull: 'none', default: 'density' },
  /** Whether frames that reach over the ends are filled with zeros. */
  padding: { oneOf: ['valid', 'same'], default: 'valid' },
  /** Whether channels and frequencies are two axes. */
  expandDims: { type: 'boolean', default: false },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `STFTSpectrogram`. */
export interface STFTSpectrogramConfig extends ConfigOf<typeof fields> {}

/** The parameters of `STFTSpectrogram`: convolution kernels `[frameLength, 1, fftLength / 2 + 1]`. */
export type STFTSpectrogramParams = {
  /** Without it for `mode` `imag`. */
  readonly realKernel?: Tensor
  /** Without it for `mode` `real`. */
  readonly imagKernel?: Tensor
}

/** The smallest value before a square root or a logarithm. */
const least = 1e-7

/**
 * The frequencies in frames of signals `[batch, time, channels]`, by a short-time Fourier transform: `[batch, frames, channels *
 * frequencies]`, or with `expandDims` `[batch, frames, frequencies, channels]`. The transform is a convolution, and its kernels can
 * be trained unless `trainable` is false. Throws `ConfigError` for frames that are shorter than their distance or longer than the
 * transform, and `ShapeError` for other inputs. Keras: `STFTSpectrogram`.
 *
 * @example
 * import { STFTSpectrogram } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new STFTSpectrogram({ mode: 'real', frameLength: 2, window: 'none', scaling: 'none' })
 * layer.call(tensor([[[1], [2], [5]]])).array() // => [[[3, -1], [7, -3]]]
 */
export class STFTSpectrogram extends Layer<STFTSpectrogramConfig, STFTSpectrogramParams> {
  static readonly type = 'STFTSpectrogram'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<STFTSpectrogramConfig>>) {
    super(...config)
    const { frameLength, frameStep, fftLength } = this.options
    if (frameStep !== undefined && frameStep > frameLength) {
      throw new ConfigError(
        `${this.type}: 'frameStep' is ${frameStep}, and frames have ${frameLength} steps. It must not be larger than 'frameLength'.`,
      )
    }
    if (fftLength !== undefined && fftLength < frameLength) {
      throw new ConfigError(
        `${this.type}: 'fftLength' is ${fftLength}, and frames have ${frameLength} steps. It must not be smaller than 'frameLength'.`,
      )
    }
  }

  override init(rng: Rng, inputShape: InputShape): STFTSpectrogramParams {
    this.requireSignals(inputShape as readonly number[])
    const { mode, frameLength, fftLength, window, scaling, periodic } = this.options
    const length = fftLength ?? 2 ** Math.ceil(Math.log2(frameLength))
    const kernel = (side: 'real' | 'imag') =>
      new STFT({ side, window, scaling, periodic }).make(
        rng.next(),
        [frameLength, 1, Math.floor(length / 2) + 1],
        this.dtype,
      )
    return {
      ...(mode !== 'imag' && { realKernel: kernel('real') }),
      ...(mode !== 'real' && { imagKernel: kernel('imag') }),
    }
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    this.requireSignals(x.shape)
    if (!isFloat(x.dtype)) {
      throw shapeError(this, 'a signal of floats', x.shape, `It is ${x.dtype}: convert it, as in cast(x, 'float32').`)
    }
    const { mode } = this.options
    const real = params.realKernel && this.part(x, params.realKernel)
    const imag = params.imagKernel && this.part(x, params.imagKernel)
    if (mode === 'real') return this.arranged(real!)
    if (mode === 'imag') return this.arranged(imag!)
    if (mode === 'angle') return this.arranged(atan2(imag!, real!))
    if (mode === 'stft') return this.arranged(concat([real!, imag!], 3))
    const power = add(square(real!), square(imag!))
    if (mode === 'psd') return this.arranged(onesided(power))
    const size = sqrt(maximum(power, least))
    return this.arranged(mode === 'magnitude' ? size : log(maximum(size, least)))
  }

  /** One part of the transform: `[batch, channels, frames, frequencies]`. */
  private part(x: Tensor, kernel: Tensor): Tensor {
    const { dataFormat, frameLength, frameStep = Math.max(1, Math.floor(frameLength / 2)), padding } = this.options
    const rows = dataFormat === 'channelsLast' ? transpose(x, [0, 2, 1]) : x
    const [batch, channels, time] = rows.shape as readonly [number, number, number]
    const frames = conv(reshape(rows, [batch * channels, time, 1]), kernel, { strides: frameStep, padding })
    return reshape(frames, [batch, channels, frames.shape[1]!, frames.shape[2]!])
  }

  /** The axes in the order of the output. */
  private arranged(x: Tensor): Tensor {
    const { dataFormat, expandDims } = this.options
    const last = dataFormat === 'channelsLast'
    if (expandDims) return last ? transpose(x, [0, 2, 3, 1]) : x
    const [batch, channels, frames, frequencies] = x.shape as readonly [number, number, number, number]
    const order = last ? [0, 2, 1, 3] : [0, 1, 3, 2]
    const shape = last ? [batch, frames, channels * frequencies] : [batch, channels * frequencies, frames]
    return reshape(transpose(x, order), shape)
  }

  private requireSignals(shape: readonly number[]): void {
    if (shape.length === 3) return
    const sample = this.options.dataFormat === 'channelsLast' ? 'time, channels' : 'channels, time'
    throw shapeError(
      this,
      `signals of shape [batch, ${sample}]`,
      shape,
      'Signals of one channel need an axis for it, as in reshape(x, [-1, 100, 1]).',
    )
  }
}

/** The power of frequencies with that of their mirror images, which all but the first and the last have. */
function onesided(power: Tensor): Tensor {
  const inner = sliceAxis(power, 3, 1, power.shape[3]! - 2)
  return add(
    power,
    pad(inner, [
      [0, 0],
      [0, 0],
      [0, 0],
      [1, 1],
    ]),
  )
}
