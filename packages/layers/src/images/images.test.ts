import { cpu } from '@gradus/backend-cpu'
import type { Layer } from '@gradus/core'
import { useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { layers } from '../index.ts'

await useBackend(cpu())

const valueRange = [-2, 2] as const

// the options of each layer of images, and what differs from the usual checks
const configs = {
  AutoContrast: { valueRange },
  CenterCrop: { height: 2, width: 3 },
  ContrastLimitedAdaptiveHistogramEqualization: { valueRange, tileGridSize: [2, 2] },
  CutMix: {},
  Equalization: { valueRange },
  MixUp: {},
  RandomBrightness: { factor: 0.2, valueRange },
  RandomColorDegeneration: { factor: 0.5, valueRange },
  RandomColorJitter: { brightnessFactor: 0.1, contrastFactor: 0.1, valueRange },
  RandomContrast: { factor: 0.3, valueRange },
  RandomCrop: { height: 2, width: 3 },
  RandomElasticTransform: { valueRange, scale: [0.5, 1] },
  RandomErasing: { valueRange, fillValue: 1 },
  RandomFlip: {},
  RandomGaussianBlur: { valueRange },
  RandomGrayscale: {},
  RandomHue: { factor: 0.3, valueRange: [-1.6, 1.6] },
  RandomInvert: { valueRange },
  RandomPerspective: { scale: 0.4 },
  RandomPosterization: { factor: 4, valueRange },
  RandomRotation: { factor: 0.1 },
  RandomSaturation: { factor: [0.4, 0.6], valueRange: [0, 2] },
  RandomSharpness: { factor: 0.4, valueRange },
  RandomShear: { xFactor: 0.3, yFactor: 0.1 },
  RandomTranslation: { heightFactor: 0.2, widthFactor: 0.2 },
  RandomZoom: { heightFactor: 0.2 },
  Resizing: { height: 3, width: 5 },
  Solarization: { additionFactor: 0.1, thresholdFactor: 0.5, valueRange },
} as const

const steps = 'Values are rounded to steps, at which differences jump.'
const jumps = { 'mixedFloat16 gives about the same': steps }
const choices = { 'gradients agree with finite differences': steps, ...jumps }
const skips: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ContrastLimitedAdaptiveHistogramEqualization: choices,
  Equalization: choices,
  RandomPosterization: choices,
  Solarization: jumps,
}
const shapes: Readonly<Record<string, readonly number[]>> = {
  CenterCrop: [2, 2, 3, 3],
  RandomCrop: [2, 2, 3, 3],
  Resizing: [2, 3, 5, 3],
}

for (const [name, config] of Object.entries(configs)) {
  testLayer((layers as unknown as Record<string, typeof Layer>)[name] as never, {
    config: config as never,
    inputShape: [2, 4, 5, 3],
    inputRange: name === 'RandomSaturation' || name === 'RandomHue' ? [0.1, 1.5] : [-1.5, 1.5],
    expectedOutputShape: shapes[name] ?? [2, 4, 5, 3],
    expectedParams: 0,
    expectedState: 0,
    supportsMasking: false,
    invalidInputShape: [2, 3],
    ...(skips[name] && { skip: skips[name] }),
  })
}
