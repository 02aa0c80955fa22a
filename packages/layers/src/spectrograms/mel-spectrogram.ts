import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  Layer,
  type LayerOptions,
  type OptionsOf,
  shapeError,
} from '@gradus/core'
import {
  add,
  cast,
  gather,
  iota,
  isFloat,
  log10,
  matmul,
  max,
  maximum,
  mul,
  pad,
  pow,
  reshape,
  sliceAxis,
  sqrt,
  square,
  sub,
  type Tensor,
  transpose,
} from '@gradus/tensor'
import { windowOf } from '../initializers/window-functions.ts'
import { constantOf } from '../preprocessing/given-moments.ts'
import { melWeights } from './mel-scale.ts'
import { frequencyCount, realFourier } from './real-fourier.ts'

const fields = {
  /** The length of the Fourier transform in samples. */
  fftLength: { type: 'integer', min: 1, default: 2048 },
  /** The distance between frames in samples. */
  sequenceStride: { type: 'integer', min: 1, default: 512 },
  /** The length of the window in samples (default `fftLength`). */
  sequenceLength: { type: 'integer', min: 1 },
  /** The window function, its values, or `none` (in Keras None). */
  window: { type: 'numbers', or: ['hann', 'hamming', 'none'], whenNull: 'none', default: 'hann' },
  /** Samples per second. */
  samplingRate: { type: 'number', above: 0, default: 16000 },
  numMelBins: { type: 'integer', min: 1, default: 128 },
  /** The lowest frequency in hertz. */
  minFreq: { type: 'number', min: 0, default: 20 },
  /** The highest frequency in hertz (default: half of the sampling rate). */
  maxFreq: { type: 'number', above: 0 },
  /** Whether powers become decibels. */
  powerToDb: { type: 'boolean', default: true },
  /** By how many decibels values may be below the largest one of the batch; lower ones are raised. */
  topDb: { type: 'number', default: 80 },
  /** The exponent of magnitudes: 2 for powers. */
  magExp: { type: 'number', default: 2 },
  /** The smallest power that becomes decibels. */
  minPower: { type: 'number', default: 1e-10 },
  /** The power of 0 decibels. */
  refPower: { type: 'number', default: 1 },
} as const

/** The options of `MelSpectrogram`. */
export interface MelSpectrogramConfig extends ConfigOf<typeof fields> {}

/**
 * The power of signals in bands of the mel scale: `[batch, time]`, or `[time]`, gives `[batch, numMelBins, frames]`. Frames are
 * centered on multiples of `sequenceStride`; the ends of a signal are mirrored. Throws `ConfigError` for windows that are longer
 * than `fftLength`, and `ShapeError` for other inputs and for signals that are too short to be mirrored. Keras: `MelSpectrogram`.
 *
 * @example
 * import { MelSpectrogram } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new MelSpectrogram({ fftLength: 16, sequenceStride: 8, numMelBins: 4, samplingRate: 800 })
 * layer.call(ones([2, 64])).shape // => [2, 4, 9]
 */
export class MelSpectrogram extends Layer<MelSpectrogramConfig> {
  static readonly type = 'MelSpectrogram'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<MelSpectrogramConfig>>) {
    super(...config)
    const { fftLength, sequenceLength = fftLength, window } = this.options
    if (sequenceLength > fftLength) {
      throw new ConfigError(
        `${this.type}: 'sequenceLength' is ${sequenceLength} and 'fftLength' ${fftLength}. The window must not be longer than the transform.`,
      )
    }
    if (typeof window === 'string' || window.length === sequenceLength) return
    throw new ConfigError(
      `${this.type}: 'window' has ${window.length} values, and windows have ${sequenceLength} samples. Give one for each, or set sequenceLength.`,
    )
  }

  /** Powers soon leave the range of float16. */
  override get fullPrecision(): boolean {
    return true
  }

  apply(x: Tensor): Tensor {
    if (x.rank < 1 || x.rank > 2)
      throw shapeError(this, 'signals of shape [batch, time]', x.shape, 'Leave out the axis of channels.')
    const signals = isFloat(x.dtype) ? x : cast(x, this.dtype)
    const rows = x.rank === 1 ? reshape(signals, [1, x.size]) : signals
    const [real, imag] = realFourier(this.frames(rows))
    const count = frequencyCount(this.options.fftLength)
    const sizes = sliceAxis(sqrt(add(square(real), square(imag))), 2, 0, count)
    const { magExp, powerToDb } = this.options
    const powers = matmul(magExp === 2 ? square(sizes) : pow(sizes, magExp), this.bands(count, rows))
    const bands = transpose(powerToDb ? this.decibels(powers) : powers, [0, 2, 1])
    return x.rank === 1 ? reshape(bands, bands.shape.slice(1)) : bands
  }

  /** The frames of signals times the window, `[batch, frames, fftLength]`. */
  private frames(rows: Tensor): Tensor {
    const { fftLength, sequenceStride } = this.options
    const margin = Math.floor(fftLength / 2)
    const whole = pad(
      rows,
      [
        [0, 0],
        [margin, margin],
      ],
      { mode: 'reflect' },
    )
    const length = whole.shape[1]!
    if (length < fftLength) {
      throw shapeError(
        this,
        `signals of at least ${fftLength - 2 * margin} samples`,
        rows.shape,
        'Give longer signals.',
      )
    }
    const count = Math.floor((length - fftLength) / sequenceStride) + 1
    const places = add(mul(iota([count, fftLength], 0), sequenceStride), iota([count, fftLength], 1))
    return mul(gather(whole, places, { axis: 1 }), this.windowOf(rows))
  }

  /** The window in the middle of the transform. */
  private windowOf(like: Tensor): Tensor {
    const { fftLength, sequenceLength = fftLength, window } = this.options
    const data = new Float64Array(fftLength).fill(window === 'none' ? 1 : 0)
    if (window !== 'none') {
      const values = typeof window === 'string' ? windowOf(window, sequenceLength, true) : window
      data.set(values, Math.floor((fftLength - sequenceLength) / 2))
    }
    return constantOf({ data, shape: [fftLength], dtype: 'float64' }, [fftLength], like.dtype)
  }

  /** The weights of frequencies in each band, `[count, numMelBins]`. */
  private bands(count: number, like: Tensor): Tensor {
    const { numMelBins, samplingRate, minFreq, maxFreq } = this.options
    const limits = [minFreq, maxFreq || Math.trunc(samplingRate / 2)] as const
    const data = melWeights(count, numMelBins, samplingRate, limits)
    const shape = [count, numMelBins]
    return constantOf({ data, shape, dtype: 'float64' }, shape, like.dtype)
  }

  /** Powers as decibels of the reference, at most `topDb` below the largest. */
  private decibels(powers: Tensor): Tensor {
    const { minPower, refPower, topDb } = this.options
    const reference = 10 * Math.log10(Math.max(Math.abs(refPower), minPower))
    const values = sub(mul(log10(maximum(powers, minPower)), 10), reference)
    return maximum(values, sub(max(values), topDb))
  }
}
