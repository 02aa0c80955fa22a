import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Input, input, Registry } from '@gradus/core'
import { decodeModel } from '@gradus/io'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { Adam } from '@gradus/optimizers'
import { add, memory, mul, square, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import * as backends from '../../../../tests/all-backends.ts'
import { inferenceFunction } from './inference.ts'
import { loadModel } from './load.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

const x = [
  [1, 2, 3],
  [0, 1, -1],
]

async function trained() {
  const model = new Sequential(
    [
      new Dense({ units: 4, inputShape: [3] }),
      new BatchNormalization(),
      new Dropout({ rate: 0.5 }),
      new Dense({ units: 1 }),
    ],
    { seed: 1 },
  )
  // a loss without a name cannot be loaded, and is not in the exported file
  model.compile({ optimizer: new Adam({}), loss: ((a: Tensor, b: Tensor) => square(add(a, mul(b, -1)))) as never })
  await model.fit(x, [[1], [2]], { epochs: 3, verbose: 0 })
  return model
}

describe.each([
  ['cpu', backends.cpu],
  ['wasm', backends.wasm],
] as const)('inference on %s', (name, backend) => {
  beforeAll(async () => {
    await useBackend(await backend())
  })

  it('is exported without optimizer and loss', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'))
    const path = join(folder, `${name}.safetensors`)
    const model = await trained()
    await model.export(path)
    const { header, optimizer } = decodeModel(readFileSync(path))
    expect(Object.keys(header).sort()).toEqual(['format', 'seed', 'spec'])
    expect(optimizer).toEqual([])
    const copy = await loadModel(path, { registry: new Registry([Input, Dense, BatchNormalization, Dropout] as never) })
    expect(await (await copy.predict(x)).data()).toEqual(await (await model.predict(x)).data())
    await expect(copy.fit(x, [[1], [2]])).rejects.toThrow('fit needs a compiled model')
    await expect(model.export(path, { format: 'onnx' } as never)).rejects.toThrow("'format'")
    rmSync(folder, { recursive: true })
  })

  it('is a function with copies of the weights', async () => {
    const model = await trained()
    const expected = await (await model.predict(x)).data()
    const before = memory().buffers
    const predict = inferenceFunction(model)
    await model.fit(x, [[1], [2]], { verbose: 0 })
    const y = predict(tensor(x))
    expect(await y.data()).toEqual(expected)
    expect(predict(tensor(x.slice(1))).shape).toEqual([1, 1])
    predict.dispose()
    expect(() => predict(tensor(x))).toThrow('was disposed')
    expect(memory().buffers - before).toBeLessThan(40)
  })

  it('keeps the structures of inputs and outputs', async () => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })]
    const sum = add(a, b)
    const model = new Model({
      inputs: { a, b },
      outputs: { y: new Dense({ units: 1, kernelInitializer: 'ones' }).call(sum), sum },
    })
    const outputs = inferenceFunction<{ y: Tensor; sum: Tensor }>(model)({ a: tensor([[1, 2]]), b: tensor([[3, 4]]) })
    expect([await outputs.y.array(), await outputs.sum.array()]).toEqual([[[10]], [[4, 6]]])
  })
})
