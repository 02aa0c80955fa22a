// Layers that draw random numbers outside training: other numbers in each batch and call, the same in each program.
import type { Scope } from '@gradus/core'
import { Dropout } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { type Tensor, useBackend } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { Sequential } from '../model/sequential.ts'

class AlwaysDropout extends Dropout {
  override apply(x: Tensor, scope: Scope<this>): Tensor {
    return super.apply(x, { ...scope, training: true })
  }
}

const rows = Array.from({ length: 4 }, () => Array.from({ length: 16 }, () => 1))
const zeros = Array(16).fill(0) as number[]
const options = { batchSize: 1, verbose: 0 } as const

for (const { name, backend } of await startAll()) {
  const make = (jit: boolean, seed = 7) => {
    useBackend(backend!)
    const model = new Sequential([new AlwaysDropout({ rate: 0.5, inputShape: [16] })], { seed })
    model.compile({ optimizer: new SGD(), loss: new MeanSquaredError(), jit })
    return model
  }

  it.skipIf(!backend)(`predict draws other numbers in each batch and call, ${name}`, async () => {
    const drawn = async (seed: number) => {
      const model = make(true, seed)
      const found: string[] = []
      for (let call = 0; call < 2; call++) {
        const values = [...(await (await model.predict(rows, options)).data())]
        for (let row = 0; row < 4; row++) found.push(values.slice(16 * row, 16 * (row + 1)).join())
      }
      return found
    }
    const first = await drawn(7)
    expect(new Set(first).size).toBe(8)
    expect(await drawn(7)).toEqual(first)
    expect(await drawn(8)).not.toEqual(first)
  })

  it.skipIf(!backend).each([true, false])(`evaluate too, ${name}, jit %s`, async (jit) => {
    const losses = async () => {
      const model = make(jit)
      const found: number[] = []
      for (const row of rows) found.push((await model.testOnBatch([row], [zeros]))['loss']!)
      for (let call = 0; call < 3; call++)
        found.push((await model.evaluate(rows, Array(4).fill(zeros), options))['loss']!)
      return found
    }
    const first = await losses()
    expect(new Set(first).size).toBeGreaterThan(2)
    expect(new Set(first.slice(4)).size).toBeGreaterThan(1)
    expect(await losses()).toEqual(first)
  })
}
