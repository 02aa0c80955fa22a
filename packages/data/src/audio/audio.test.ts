import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, type HostArray } from '@gradus/core'
import { expect, it } from 'vitest'
import { audioDatasetFromDirectory } from './audio-dataset.ts'
import { resample } from './resample.ts'
import { decodeWav } from './wav.ts'

/** A WAV file of samples by channel; `extra` is a chunk before them. */
function wav(data: Uint8Array, { code = 1, bits = 16, channels = 1, rate = 8000, extra = 0, size = data.length } = {}) {
  const bytes = Buffer.alloc(12 + 24 + (extra ? 8 + extra + (extra % 2) : 0) + 8 + data.length)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(code, 20)
  bytes.writeUInt16LE(channels, 22)
  bytes.writeUInt32LE(rate, 24)
  bytes.writeUInt16LE(bits, 34)
  let at = 36
  if (extra) {
    bytes.write('LIST', at)
    bytes.writeUInt32LE(extra, at + 4)
    at += 8 + extra + (extra % 2)
  }
  bytes.write('data', at)
  bytes.writeUInt32LE(size, at + 4)
  bytes.set(data, at + 8)
  return new Uint8Array(bytes)
}

const int16 = (...values: number[]) => new Uint8Array(Int16Array.from(values).buffer)

it.each<[string, Uint8Array, object, number[]]>([
  ['8 bits', Uint8Array.of(0, 128, 192), { bits: 8 }, [-1, 0, 0.5]],
  ['16 bits', int16(-32768, 16384, 1), {}, [-1, 0.5, 2 ** -15]],
  ['24 bits', Uint8Array.of(0, 0, 0x80, 0, 0, 0x40, 1, 0, 0), { bits: 24 }, [-1, 0.5, 2 ** -23]],
  ['32 bits', new Uint8Array(Int32Array.of(-(2 ** 31), 2 ** 30).buffer), { bits: 32 }, [-1, 0.5]],
  ['floats', new Uint8Array(Float32Array.of(0.25, -2).buffer), { bits: 32, code: 3 }, [0.25, -2]],
  ['long floats', new Uint8Array(Float64Array.of(0.25, -1).buffer), { bits: 64, code: 3 }, [0.25, -1]],
  ['a chunk before', int16(16384), { extra: 5 }, [0.5]],
  ['an open end', int16(16384, 0), { size: 0xffffffff }, [0.5, 0]],
])('WAV files: %s', (_, data, options, values) => {
  const sound = decodeWav(wav(data, options))
  expect([...sound.data]).toEqual(values)
  expect(sound).toMatchObject({ shape: [values.length, 1], sampleRate: 8000 })
})

it('WAV files with several channels', () => {
  expect(decodeWav(wav(int16(0, 16384, -16384, 8192), { channels: 2, rate: 44100 }))).toEqual({
    data: Float32Array.of(0, 0.5, -0.5, 0.25),
    shape: [2, 2],
    dtype: 'float32',
    sampleRate: 44100,
  })
})

it('damaged WAV files are DataErrors', () => {
  const whole = wav(int16(1, 2, 3))
  expect(() => decodeWav(Uint8Array.of(0xff, 0xfb, 0x90))).toThrow('The file is not a WAV file')
  expect(() => decodeWav(wav(int16(1), { code: 2, bits: 4 }), 'a.wav')).toThrow(
    'a.wav has 1 channels in the format 2 with 4',
  )
  expect(() => decodeWav(whole.subarray(0, whole.length - 1))).toThrow(
    'is incomplete: it states 6 bytes of samples and has 5.',
  )
  expect(() => decodeWav(whole.subarray(0, 36))).toThrow('has no samples')
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 1, 128, 255]) {
      try {
        decodeWav(whole.map((byte, i) => (i === at ? value : byte)))
      } catch (error) {
        expect(error).toBeInstanceOf(DataError)
      }
    }
  }
})

it('another sample rate keeps low tones and removes those that it cannot have', () => {
  const tone = (frequency: number, rate: number, count: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate))
  const sound = (data: Float32Array, sampleRate: number) =>
    ({ data, shape: [data.length, 1], dtype: 'float32', sampleRate }) as const
  for (const rate of [4000, 11025, 16000]) {
    const { data, shape } = resample(sound(tone(300, 8000, 800), 8000), rate)
    expect(shape).toEqual([Math.ceil((800 * rate) / 8000), 1])
    const exact = tone(300, rate, shape[0])
    for (let i = 100; i < shape[0] - 100; i++) expect(Math.abs(data[i]! - exact[i]!)).toBeLessThan(0.01)
  }
  const high = resample(sound(tone(3500, 8000, 800), 8000), 4000).data
  expect(Math.max(...high.subarray(50, 350).map(Math.abs))).toBeLessThan(0.02)
  const same = sound(tone(1, 8000, 3), 8000)
  expect(resample(same, 8000)).toBe(same)
})

it('folders of WAV files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-audio-'))
  for (const [name, data] of Object.entries({
    'a/1.wav': int16(1, 2, 3),
    'a/2.wav': int16(4),
    'b/3.WAV': int16(5, 6),
  })) {
    await mkdir(join(folder, name[0]!), { recursive: true })
    await writeFile(join(folder, name), wav(data))
  }
  const open = async (options: object) => {
    const seen: unknown[] = []
    const data = await audioDatasetFromDirectory(folder, { shuffle: false, verbose: false, ...options })
    for await (const { x, y } of data) {
      const { shape, data: values } = x as HostArray
      seen.push(
        shape,
        Array.from(values, (value) => value * 32768),
        [...(y as HostArray).data],
      )
    }
    return seen
  }
  expect(await open({ batchSize: 2 })).toEqual([[2, 3, 1], [1, 2, 3, 4, 0, 0], [0, 0], [1, 2, 1], [5, 6], [1]])
  expect(await open({ outputSequenceLength: 2 })).toEqual([
    [3, 2, 1],
    [1, 2, 4, 0, 5, 6],
    [0, 0, 1],
  ])
  expect((await open({ samplingRate: 16000 }))[0]).toEqual([3, 6, 1])
  await writeFile(join(folder, 'a/stereo.wav'), wav(int16(1, 2), { channels: 2 }))
  await expect(open({})).rejects.toThrow('A batch has sounds with 1 and with 2 channels.')
  await writeFile(join(folder, 'a/stereo.wav'), 'no sound')
  await expect(open({})).rejects.toThrow("'a/stereo.wav' is not a WAV file")
  await rm(folder, { recursive: true })
})
