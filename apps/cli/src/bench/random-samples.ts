import { sizeOf } from '@gradus/tensor'
import { tensor } from 'gradus'

/** Samples of random numbers from 0 to 1, and their classes. */
export function randomSamples(samples: number, inputShape: readonly number[], classes: number) {
  const values = Float32Array.from({ length: samples * sizeOf(inputShape) }, Math.random)
  const labels = Int32Array.from({ length: samples }, (_, index) => index % classes)
  return { x: tensor(values, { shape: [samples, ...inputShape] }), y: tensor(labels, { shape: [samples] }) }
}
