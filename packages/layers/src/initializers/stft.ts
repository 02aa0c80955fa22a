import { type ConfigOf, Initializer, type OptionsOf } from '@gradus/core'
import { type DType, formatShape, type Shape, ShapeError, type Tensor, tensor } from '@gradus/tensor'
import { windowChoices, windowOf } from './window-functions.ts'

const fields = {
  /** Whether the kernel gives the real or the imaginary part. */
  side: { oneOf: ['real', 'imag'], default: 'real' },
  /** The window function by its name in `scipy.signal.windows`, its values, or `none` (in Keras None). */
  window: { type: 'numbers', or: windowChoices, whenNull: 'none', default: 'hann' },
  /** The norm of the window to divide by: L2 (`density`), L1 (`spectrum`) or `none` (in Keras None). */
  scaling: { oneOf: ['density', 'spectrum', 'none'], whenNull: 'none', default: 'density' },
  /** Whether the window is periodic. */
  periodic: { type: 'boolean', default: false },
} as const

/** The options of `STFT`. */
export interface STFTConfig extends ConfigOf<typeof fields> {}

/**
 * The kernel of a convolution that computes the real or imaginary part of a short-time Fourier transform: `[time, 1,
 * frequencies]`, where time is the length of the window and frequencies are half of those of the transform plus one. Its
 * values are cos(-2 pi t f / F) (or sin) times the window. Throws `ShapeError` for other shapes and for a window of another
 * length. Keras: `STFT`.
 *
 * @example
 * import { STFT } from '@gradus/layers/initializers'
 * import { randomKey } from '@gradus/tensor'
 * const kernel = new STFT({ window: 'none' }).make(randomKey(1), [2, 1, 2], 'float32')
 * kernel.array() // => [[[1, 1]], [[1, -1]]]
 */
export class STFT extends Initializer<STFTConfig> {
  static readonly type = 'STFT'
  static readonly aliases = ['STFTInitializer'] as const
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  make(_key: Tensor, shape: Shape, dtype: DType): Tensor {
    const [length, channels, frequencies] = shape
    if (shape.length !== 3 || length === undefined || channels !== 1 || frequencies === undefined) {
      throw new ShapeError(
        `The STFT initializer makes kernels of shape [time, 1, frequencies] and was asked for shape ${formatShape(shape)}. Use another initializer.`,
      )
    }
    // in float32 the phase is rounded as in Keras, because the rounding of large phases shows in the values
    const round = dtype === 'float64' ? (x: number) => x : Math.fround
    const part = this.options.side === 'real' ? Math.cos : Math.sin
    const window = this.window(length)
    const size = Math.max(2 * (frequencies - 1), 1)
    const values = window.flatMap((factor, time) =>
      Array.from({ length: frequencies }, (_, frequency) => {
        const phase = round(round(-2 * time * round(frequency / size)) * round(Math.PI))
        return part(phase) * factor
      }),
    )
    return tensor(values, { shape, dtype })
  }

  /** The factors of the window, divided by its norm. */
  private window(length: number): number[] {
    const { window, scaling, periodic } = this.options
    if (window === 'none') return new Array<number>(length).fill(1)
    const values = typeof window === 'string' ? windowOf(window, length, periodic) : window
    if (values.length !== length) {
      throw new ShapeError(
        `The STFT initializer was given a window of ${values.length} values and asked for a kernel of ${length} steps; they must be equal.`,
      )
    }
    if (scaling === 'none') return [...values]
    const isDensity = scaling === 'density'
    const sum = values.reduce((total, value) => total + (isDensity ? value ** 2 : Math.abs(value)), 0)
    const norm = isDensity ? Math.sqrt(sum) : sum
    return values.map((value) => value / norm)
  }
}
