import { expect, it } from 'vitest'
import { Dense } from './core/dense.ts'
import { HeNormal } from './initializers/he-normal.ts'
import { L2 } from './regularizers/l2.ts'

it('options of layers and of their parts are plain data', () => {
  const kernelRegularizer = new L2({ l2: 0.5 })
  const kernelInitializer = new HeNormal({ seed: 3 })
  const layer = new Dense({ units: 2, activation: 'relu', kernelInitializer, kernelRegularizer })
  const data = JSON.parse(JSON.stringify(layer.getConfig())) as object
  expect(data).toMatchObject({ units: 2, activation: 'relu', kernelRegularizer: { regularizer: 'L2', l2: 0.5 } })
  const copy = Dense.fromConfig(data)
  expect(copy.options.activation).toBe(layer.options.activation)
  expect(copy.options.kernelInitializer).toEqual(kernelInitializer)
  expect(copy.options.kernelRegularizer).toEqual(kernelRegularizer)
  expect(L2.fromConfig(kernelRegularizer.getConfig())).toEqual(kernelRegularizer)
})
