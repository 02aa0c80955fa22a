import { cpu } from '@gradus/backend-cpu'
import { ones, tensor, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { MelSpectrogram } from './mel-spectrogram.ts'
import { frequencyCount, realFourier } from './real-fourier.ts'
import { STFTSpectrogram } from './stft-spectrogram.ts'

await useBackend(cpu())

testLayer(STFTSpectrogram, {
  config: { mode: 'magnitude', frameLength: 4, frameStep: 2 },
  inputShape: [2, 10, 2],
  expectedOutputShape: [2, 4, 6],
  expectedParams: 24,
  invalidInputShape: [2, 10],
})

testLayer(STFTSpectrogram, {
  config: {
    mode: 'stft',
    frameLength: 4,
    expandDims: true,
    dataFormat: 'channelsFirst',
    scaling: 'spectrum',
    padding: 'same',
  },
  inputShape: [2, 2, 10],
  expectedOutputShape: [2, 2, 5, 6],
  expectedParams: 24,
})

testLayer(MelSpectrogram, {
  config: { fftLength: 8, sequenceStride: 4, numMelBins: 3, samplingRate: 80, minFreq: 2, powerToDb: false },
  inputShape: [2, 20],
  expectedOutputShape: [2, 3, 6],
  expectedParams: 0,
  invalidInputShape: [2, 20, 1],
})

describe('the transform of real frames', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 30])('of %i steps is the sum of its definition', (size) => {
    const signal = Array.from({ length: size }, (_, i) => Math.sin(3 * i) + 0.2 * i)
    const [real, imag] = realFourier(tensor([signal], { dtype: 'float64' })).map((x) => x.dataSync()) as [
      Float64Array,
      Float64Array,
    ]
    for (let k = 0; k < frequencyCount(size); k++) {
      const part = (f: (x: number) => number) =>
        signal.reduce((sum, x, i) => sum + x * f((-2 * Math.PI * i * k) / size), 0)
      expect(real[k]).toBeCloseTo(part(Math.cos), 10)
      expect(imag[k]).toBeCloseTo(part(Math.sin), 10)
    }
  })
})

describe('spectrograms refuse', () => {
  it('options that contradict each other', () => {
    expect(() => new STFTSpectrogram({ frameLength: 4, frameStep: 5 })).toThrow(
      "'frameStep' is 5, and frames have 4 steps",
    )
    expect(() => new STFTSpectrogram({ frameLength: 4, fftLength: 2 })).toThrow(
      "'fftLength' is 2, and frames have 4 steps",
    )
    expect(() => new MelSpectrogram({ fftLength: 8, sequenceLength: 9 })).toThrow(
      "'sequenceLength' is 9 and 'fftLength' 8",
    )
    expect(() => new MelSpectrogram({ fftLength: 8, window: [1, 2] })).toThrow(
      "'window' has 2 values, and windows have 8 samples",
    )
  })

  it('signals that are too short, and whole numbers', () => {
    expect(() => new MelSpectrogram({ fftLength: 8, sequenceStride: 4 }).call(ones([1, 3]))).toThrow(
      'reflect cannot add 4 elements',
    )
    const layer = new STFTSpectrogram({ frameLength: 2 })
    expect(() => layer.call(tensor([[[1], [2]]], { dtype: 'int32' }))).toThrow('expects a signal of floats')
  })

  it('nothing of a single signal', () => {
    const layer = new MelSpectrogram({ fftLength: 8, sequenceStride: 4, numMelBins: 3, samplingRate: 80 })
    expect(layer.call(ones([20])).shape).toEqual([3, 6])
  })
})
