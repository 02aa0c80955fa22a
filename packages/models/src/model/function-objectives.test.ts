// Loss and metric functions of the program in files: their names are saved, and loadModel takes the functions.
import { cpu } from '@gradus/backend-cpu'
import { Registry } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { SGD } from '@gradus/optimizers'
import { abs, mul, square, sub, type Tensor, useBackend } from '@gradus/tensor'
import { beforeAll, expect, it } from 'vitest'
import { loadModel } from './load.ts'
import { Sequential } from './sequential.ts'

beforeAll(() => useBackend(cpu()))

const twice = (target: Tensor, prediction: Tensor) => mul(2, square(sub(target, prediction)))
const distance = (target: Tensor, prediction: Tensor) => abs(sub(target, prediction))
const registry = new Registry([Dense, SGD])
const make = () => new Sequential([new Dense({ units: 1, inputShape: [1] })])

it('are given to loadModel', async () => {
  const model = make()
  model.compile({ optimizer: new SGD(), loss: twice, metrics: [distance] })
  const bytes = await model.toBytes()
  const loaded = await loadModel(bytes, { registry, customObjects: { twice, distance } })
  expect(await loaded.evaluate([[1]], [3], { verbose: 0 })).toEqual(await model.evaluate([[1]], [3], { verbose: 0 }))
  await expect(loadModel(bytes, { registry, customObjects: { distance } })).rejects.toThrow(
    "The model was compiled with the function 'twice', which is not in the file. Give it, as in loadModel(file, { customObjects: { twice } }), or load with { compile: false } and compile the model yourself.",
  )
  expect((await loadModel(bytes, { registry, compile: false })).compiled).toBe(false)
})

it('that are one per output, beside instances', async () => {
  const model = make()
  model.compile({ optimizer: new SGD(), loss: [twice], metrics: { dense: [distance] } })
  const loaded = await loadModel(await model.toBytes(), { registry, customObjects: { twice, distance } })
  expect(await loaded.evaluate([[1]], [3], { verbose: 0 })).toEqual(await model.evaluate([[1]], [3], { verbose: 0 }))
})

it('without a name cannot be loaded', async () => {
  const model = make()
  model.compile({
    optimizer: new SGD(),
    loss: (
      () => (t: Tensor, p: Tensor) =>
        twice(t, p)
    )(),
  })
  const bytes = await model.toBytes()
  await expect(loadModel(bytes, { registry })).rejects.toThrow('compiled with a function without a name')
})
