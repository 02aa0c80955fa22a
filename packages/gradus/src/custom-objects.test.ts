import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Layer, layers, loadModel, Sequential, type Tensor } from 'gradus'
import { mul } from 'gradus/ops'
import {
  customObjectScope,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  saveModel,
} from 'gradus/utils'
import { expect, it } from 'vitest'

class Doubled extends Layer {
  static readonly type = 'Doubled'
  static override readonly fields = {}

  apply(x: Tensor): Tensor {
    return mul(x, 2)
  }
}

class Tripled extends Layer {
  static readonly type = 'Tripled'
  static override readonly fields = {}

  apply(x: Tensor): Tensor {
    return mul(x, 3)
  }
}

const halfError = (_yTrue: Tensor, yPred: Tensor): Tensor => mul(yPred, 0.5)

const saved = async (layer: Layer) => {
  const model = new Sequential([new layers.Input({ shape: [2] }), layer])
  model.compile({ loss: halfError })
  return model.toBytes()
}

it('loads what is known in a scope, and nothing of it later', async () => {
  const bytes = await saved(new Tripled())
  await expect(loadModel(bytes)).rejects.toThrow('Tripled')
  const model = await customObjectScope({ Tripled, halfError }, () => loadModel(bytes))
  expect((await model.predict([[1, 2]])).array()).toEqual([[3, 6]])
  await expect(loadModel(bytes)).rejects.toThrow('Tripled')
  expect(getCustomObjects()).toEqual({})
})

it('loads registered classes and functions', async () => {
  expect(registerKerasSerializable({ package: 'acme' })(Doubled)).toBe(Doubled)
  registerKerasSerializable({ name: 'halfError' })(halfError)
  expect(getRegisteredName(Doubled)).toBe('acme>Doubled')
  expect(getRegisteredObject('acme>Doubled')).toBe(Doubled)
  expect(Object.keys(getCustomObjects())).toEqual(['Doubled', 'halfError'])
  const model = await loadModel(await saved(new Doubled()))
  expect((await model.predict([[1, 2]])).array()).toEqual([[2, 4]])
  expect(() => registerKerasSerializable({ package: 'acme', name: 'Doubled' })(Tripled)).toThrow(
    "Another class or function is registered as 'acme>Doubled'",
  )
  expect(() => registerKerasSerializable()({} as never)).toThrow('registers classes and functions')
})

it('has the other names of Keras for layers and saving', async () => {
  expect(layers.MaxPool2D).toBe(layers.MaxPooling2D)
  const model = new Sequential([new layers.InputLayer({ shape: [2] }), new layers.Dense({ units: 1 })])
  const folder = await mkdtemp(join(tmpdir(), 'gradus-save-'))
  await saveModel(model, join(folder, 'model.safetensors'))
  expect((await loadModel(join(folder, 'model.safetensors'))).countParams()).toBe(3)
  await rm(folder, { recursive: true })
})
