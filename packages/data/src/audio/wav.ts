import { DataError } from '@gradus/core'

/** Decoded sound: float32 from -1 to 1, `[samples, channels]`. */
export interface Sound {
  readonly data: Float32Array
  readonly shape: readonly [samples: number, channels: number]
  readonly dtype: 'float32'
  /** Samples in a second. */
  readonly sampleRate: number
}

/** How a sample is read; the bits decide, with 3 for floats. */
const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  '1 8': (view, at) => (view.getUint8(at) - 128) / 2 ** 7,
  '1 16': (view, at) => view.getInt16(at, true) / 2 ** 15,
  '1 24': (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23,
  '1 32': (view, at) => view.getInt32(at, true) / 2 ** 31,
  '3 32': (view, at) => view.getFloat32(at, true),
  '3 64': (view, at) => view.getFloat64(at, true),
}

/**
 * Decodes a WAV file: PCM with 8, 16, 24 or 32 bits, or floats with 32 or 64. Returns float32 from -1 to 1, `[samples, channels]`,
 * and the sample rate. Throws `DataError` for other files and for damaged ones.
 *
 * @example
 * import { decodeWav } from '@gradus/data'
 * const text = 'RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x04\0\0\0\0\x40\0\xc0'
 * const { data, shape, sampleRate } = decodeWav(Uint8Array.from(text, (c) => c.charCodeAt(0)))
 * data // => [0.5, -0.5]
 * shape // => [2, 1]
 * sampleRate // => 8000
 */
export function decodeWav(bytes: Uint8Array, name = 'The file'): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') {
    throw new DataError(`${name} is not a WAV file: it does not begin with RIFF and WAVE.`)
  }
  let format: { code: number; channels: number; sampleRate: number; bits: number } | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true)
    const start = at + 8
    if (tag(at) === 'fmt ' && start + 16 <= bytes.length) {
      const code = view.getUint16(start, true)
      format = {
        // the extensible form has the code at the start of its GUID
        code: code === 0xfffe && start + 26 <= bytes.length ? view.getUint16(start + 24, true) : code,
        channels: view.getUint16(start + 2, true),
        sampleRate: view.getUint32(start + 4, true),
        bits: view.getUint16(start + 14, true),
      }
    }
    if (tag(at) === 'data') {
      if (!format) throw new DataError(`${name} is damaged: its samples stand before their format.`)
      // a program that writes to a pipe does not know the size
      const isOpen = size === 0xffffffff || size === 0
      const length = isOpen ? bytes.length - start : size
      if (start + length > bytes.length) {
        throw new DataError(
          `${name} is incomplete: it states ${size} bytes of samples and has ${bytes.length - start}.`,
        )
      }
      return decoded(new DataView(view.buffer, view.byteOffset + start, length), format, name)
    }
    at = start + size + (size % 2)
  }
  throw new DataError(`${name} has no samples.`)
}

function decoded(
  view: DataView,
  { code, channels, sampleRate, bits }: { code: number; channels: number; sampleRate: number; bits: number },
  name: string,
): Sound {
  const read = readers[`${code} ${bits}`]
  if (!read || channels === 0) {
    throw new DataError(
      `${name} has ${channels} channels in the format ${code} with ${bits} bits; expected PCM (1) with 8, 16, 24 or 32 bits, or floats (3) with 32 or 64. Convert it.`,
    )
  }
  const width = bits / 8
  const samples = Math.floor(view.byteLength / (width * channels))
  const data = new Float32Array(samples * channels)
  for (let i = 0; i < data.length; i++) data[i] = read(view, i * width)
  return { data, shape: [samples, channels], dtype: 'float32', sampleRate }
}
