// The cases of the layers of images. Images have values from 0 to 1.
import * as layers from '../layers.ts'
import type { LayerCase } from './layer-cases.ts'

const image = { inputShape: [2, 4, 5, 3], inputRange: [0.1, 0.9], trains: false } as const
const size = { height: 3, width: 3 } as const
const unit = { valueRange: [0, 1] } as const

/** Levels of gray and grids of pixels have no derivative. */
const steps = { 'gradients agree with finite differences': 'the output is a step function of the input' } as const
/** Images of a batch are mixed in training. */
const onUnit = { ...image, config: unit } as const
const withFactor = { ...image, config: { factor: 0.3, ...unit } } as const
const turned = { ...image, config: { factor: 0.1 } } as const

/** The cases of the layers of images, by their types. */
export const imageCases: Readonly<Record<string, LayerCase>> = {
  AugMix: { ...onUnit, skip: steps },
  AutoContrast: onUnit,
  CenterCrop: { ...image, config: size },
  ContrastLimitedAdaptiveHistogramEqualization: { ...onUnit, skip: steps },
  CutMix: image,
  Equalization: { ...onUnit, skip: steps },
  MixUp: image,
  Pipeline: {
    make: () => new layers.Pipeline({ layers: [new layers.RandomFlip(), new layers.Rescaling({ scale: 2 })] }),
    ...image,
  },
  RandAugment: { ...onUnit, skip: steps },
  RandomBrightness: withFactor,
  RandomColorDegeneration: withFactor,
  RandomColorJitter: { ...image, config: { brightnessFactor: 0.2, contrastFactor: 0.2, ...unit } },
  RandomContrast: withFactor,
  RandomCrop: { ...image, config: size },
  RandomElasticTransform: { ...onUnit, skip: steps },
  RandomErasing: onUnit,
  RandomFlip: image,
  RandomGaussianBlur: onUnit,
  RandomGrayscale: image,
  RandomHue: { ...withFactor, skip: steps },
  RandomInvert: onUnit,
  RandomPerspective: { ...image, config: { scale: 0.3 } },
  RandomPosterization: { ...image, config: { factor: 3, ...unit }, skip: steps },
  RandomRotation: turned,
  RandomSaturation: withFactor,
  RandomSharpness: withFactor,
  RandomShear: { ...image, config: { xFactor: 0.2, yFactor: 0.2 } },
  RandomTranslation: { ...image, config: { heightFactor: 0.2, widthFactor: 0.2 } },
  RandomZoom: { ...image, config: { heightFactor: 0.2 } },
  Resizing: { ...image, config: size },
  Solarization: { ...image, config: { thresholdFactor: 0.3, additionFactor: 0.1, ...unit }, skip: steps },
}
