import type { Sound } from './wav.ts'

/** Zero crossings of the filter on each side. */
const crossings = 16

/**
 * Changes the sample rate of sound. Each new sample is a sum of old ones with the weights of a sinc filter under a Hann window, which
 * lets frequencies pass up to half of the lower of the two rates. Source: Smith and Gossett 1984.
 */
export function resample(sound: Sound, sampleRate: number): Sound {
  if (sound.sampleRate === sampleRate) return sound
  const [samples, channels] = sound.shape
  const ratio = sampleRate / sound.sampleRate
  const count = Math.ceil(samples * ratio)
  const cutoff = Math.min(1, ratio)
  const reach = crossings / cutoff
  const data = new Float32Array(count * channels)
  for (let i = 0; i < count; i++) {
    const center = i / ratio
    const first = Math.max(0, Math.ceil(center - reach))
    const last = Math.min(samples - 1, Math.floor(center + reach))
    for (let j = first; j <= last; j++) {
      const weight = filter((j - center) * cutoff) * cutoff
      for (let c = 0; c < channels; c++) data[i * channels + c]! += weight * sound.data[j * channels + c]!
    }
  }
  return { data, shape: [count, channels], dtype: 'float32', sampleRate }
}

function filter(x: number): number {
  if (x === 0) return 1
  const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / crossings)
  return (window * Math.sin(Math.PI * x)) / (Math.PI * x)
}
