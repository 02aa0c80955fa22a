import { expect, it } from 'vitest'
import * as applications from './applications.ts'
import { Model } from './index.ts'

const { MobileNetV2, mobilenetV2 } = applications
const tiny = { weights: null, includeTop: false, alpha: 0.35, inputShape: [32, 32, 3], pooling: 'avg' } as const

it.each([
  ['the function', MobileNetV2],
  ['the function of the module', mobilenetV2.MobileNetV2],
])('%s makes a model that knows the standard names', async (_, make) => {
  const model = await make(tiny)
  expect(model).toBeInstanceOf(Model)
  model.compile({ optimizer: 'adam', loss: 'mse' })
  expect(model.output.shape).toEqual([null, 1280])
})

it('has the 40 networks of Keras', () => {
  const functions = Object.entries(applications).filter(
    ([name, value]) => /^[A-Z]/.test(name) && typeof value === 'function' && !/Layer/.test(name),
  )
  expect(functions).toHaveLength(40)
})

it('modules hold the functions that prepare images and decode predictions', () => {
  expect(Object.keys(applications.resnetV2).sort()).toEqual([
    'ResNet101V2',
    'ResNet152V2',
    'ResNet50V2',
    'decodePredictions',
    'preprocessInput',
  ])
})
