// Habits of Keras programs with subclassed models.
import { cpu } from '@gradus/backend-cpu'
import type { Scope } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { add, type Tensor, useBackend } from '@gradus/tensor'
import { beforeAll, expect, it } from 'vitest'
import type { Figures, StepBatch } from '../step/index.ts'
import { Model } from './model.ts'

beforeAll(() => useBackend(cpu()))

class Two extends Model {
  readonly a = new Dense({ units: 2, name: 'first' })
  readonly b = new Dense({ units: 2 })
  override apply([x, y]: Tensor[], _: Scope<this>): Tensor {
    return add(this.a.call(x!), this.b.call(y!))
  }
}

const options = () => ({ optimizer: new SGD(), loss: new MeanSquaredError() })
const [x1, x2, y] = [
  [
    [1, 2],
    [3, 4],
  ],
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  [
    [1, 1],
    [1, 1],
  ],
]

it('a layer is found and shown by the name in its options', () => {
  const model = new Two()
  expect(model.getLayer('first')).toBe(model.a)
  expect(model.getLayer('a')).toBe(model.a)
  expect(() => model.getLayer('c')).toThrow('Its layers: first, b.')
  model.build([
    [null, 2],
    [null, 3],
  ])
  expect(model.summary({ print: false })).toContain('first (Dense)')
})

it('two inputs in a list of nested arrays', async () => {
  const model = new Two()
  model.compile(options())
  await expect(model.fit([x1, x2] as never, y, { verbose: 0 })).rejects.toThrow(
    /x\[1\]\[0\] has 3 values.* build the model first, as in model.build\(/,
  )
  model.build([
    [null, 2],
    [null, 3],
  ])
  const same = new Two()
  same.compile(options())
  await expect(same.fit([x1, x1] as never, y, { verbose: 0 })).rejects.toThrow(/not iterable.* build the model first/)
  const { history } = await model.fit([x1, x2] as never, y, { verbose: 0 })
  expect(history['loss']!.length).toBe(1)
})

it('a batch in a list says that it is an object', async () => {
  class Listed extends Two {
    override trainStep(batch: StepBatch): Figures {
      const [, target] = batch as unknown as Tensor[]
      return { loss: target! }
    }
  }
  const model = new Listed()
  model.compile(options())
  model.build([
    [null, 2],
    [null, 3],
  ])
  await expect(model.fit([x1, x2] as never, y, { verbose: 0 })).rejects.toThrow(
    'Listed: a step gets its batch by name: const { x, y, sampleWeight } = batch.',
  )
})
