// What users give as data, options and indices, on every backend: right numbers, or an error that says what to do.
import { afterAll, describe, expect, it } from 'vitest'
import { startAll } from '../../../tests/backends.ts'
import { compile, Dense, Embedding, input, Model, Sequential, SGD, type Tensor, tensor, useBackend } from './index.ts'
import { add, div, floorDivide, gather, mean, mul, remainder, takeAlongAxis } from './ops.ts'

const bytes = Uint8Array.from({ length: 12 * 3 }, (_, i) => (i * 37) % 256)
const pixels = Array.from({ length: 12 }, (_, i) => [...bytes.subarray(i * 3, i * 3 + 3)])
const labels = pixels.map(([a]) => [a! / 255])
const int = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' })

const regression = (): Model => {
  const model = new Sequential([new Dense({ units: 1 })], { seed: 3 })
  model.compile({ optimizer: new SGD({ learningRate: 1e-5 }), loss: 'mse' })
  return model as unknown as Model
}
const trained = async (x: unknown, y: unknown = labels) => {
  const model = regression()
  const { history } = await model.fit(x as number[][], y as number[][], { verbose: 0, batchSize: 4, epochs: 2 })
  const predicted = await model.predict(x as number[][])
  return [...history.loss!, ...(await predicted.data())]
}

const words = (jit: boolean) => {
  const model = new Sequential([new Embedding({ inputDim: 5, outputDim: 2 }), new Dense({ units: 1 })], { seed: 1 })
  model.compile({ optimizer: 'sgd', loss: 'mse', jit })
  return model
}

for (const { name, backend } of await startAll()) {
  describe.runIf(backend)(`on ${name}`, () => {
    const use = async () => void (await useBackend(backend!))
    afterAll(use)
    const sync = async () => {
      await use()
      const x = tensor([1])
      return x.storage.memory.readSync !== undefined
    }

    it('bytes with the dtype float32 are the same data as the numbers', async () => {
      await use()
      const expected = await trained(pixels)
      const shape = [12, 3]
      for (const data of [bytes, Int32Array.from(bytes), Float64Array.from(bytes), Uint16Array.from(bytes)]) {
        expect(await trained({ data, shape, dtype: 'float32' })).toEqual(expected)
      }
      for (const data of [bytes, Float32Array.from(bytes)]) {
        const found = await trained({ data, shape, dtype: 'float16' })
        found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 1))
      }
      const dataset = {
        async *[Symbol.asyncIterator]() {
          yield { x: { data: bytes, shape, dtype: 'float32' } as never, y: labels }
        },
      }
      const model = regression()
      const { history } = await model.fit(dataset, { verbose: 0 })
      const other = regression()
      const { history: same } = await other.fit(pixels, labels, { verbose: 0, batchSize: 12, shuffle: false })
      expect(history).toEqual(same)
    })

    it('an unknown dtype is an error that names the dtypes, in fit and predict', async () => {
      await use()
      for (const dtype of ['uint8', 'flaot32']) {
        const x = { data: bytes, shape: [12, 3], dtype } as never
        await expect(regression().fit(x, labels)).rejects.toThrow(/is no dtype.* The dtypes are float16, float32/)
        await expect(regression().predict(x)).rejects.toThrow(/is no dtype.* The dtypes are float16, float32/)
      }
    })

    it('div of integers is true division (NumPy true_divide in float32), eager and compiled', async () => {
      await use()
      const cases: [Tensor, Tensor | number, number[]][] = [
        [int([0, 1, 51, 255, -7]), 255, [0, 1 / 255, 0.2, 1, -7 / 255]],
        [int([7, -7, 5, 0]), int([2, 2, 0, 0]), [3.5, -3.5, Number.POSITIVE_INFINITY, Number.NaN]],
        [tensor(new Uint32Array([4294967295, 3])), 2, [2147483648, 1.5]],
      ]
      for (const [a, b, expected] of cases) {
        for (const result of [div(a, b), compile((x: Tensor, y: Tensor | number) => div(x, y))(a, b)]) {
          expect(result.dtype).toBe('float32')
          const values = [...(await result.data())]
          if (name !== 'webgpu') expect(values).toEqual(expected.map(Math.fround))
          else
            values.forEach((value, index) => {
              // divisions of GPUs are rounded otherwise in the last digit
              if (Number.isFinite(expected[index])) expect(value).toBeCloseTo(expected[index]!, 6)
            })
        }
      }
      const [a, b] = [int([7, -7, 7, 5]), int([2, 2, -2, 0])]
      expect([...(await floorDivide(a, b).data())]).toEqual([3, -4, -4, 0])
      expect([...(await remainder(a, b).data())]).toEqual([1, -1, 1, 0])
    })

    it('gather of an index out of range throws where it is known, and is NaN in a compiled function', async () => {
      await use()
      const x = tensor([
        [1, 2],
        [3, 4],
      ])
      const take = compile((index: Tensor) => gather(x, index))
      expect([...(await take(int([1, 5, -1, -3])).data())]).toEqual([
        3,
        4,
        Number.NaN,
        Number.NaN,
        3,
        4,
        Number.NaN,
        Number.NaN,
      ])
      const along = compile((index: Tensor) => takeAlongAxis(x, index, 1))
      expect([...(await along(int([[2], [0]])).data())]).toEqual([Number.NaN, 3])
      if (await sync()) {
        expect(() => gather(x, int([2]))).toThrow(RangeError)
        expect(() => takeAlongAxis(x, int([[2], [0]]), 1)).toThrow('takeAlongAxis: the index 2')
      } else expect([...(await gather(x, int([2])).data())]).toEqual([Number.NaN, Number.NaN])
    })

    it.each([true, false])('Embedding refuses what are no indices, jit %s', async (jit) => {
      await use()
      const good = [
        [0, 1],
        [2, 4],
      ]
      const y = [
        [[0], [0]],
        [[0], [0]],
      ]
      for (const [wrong, message] of [
        [5, 'x[1][0] is 5, which is out of range: Embedding (inputDim 5) takes indices from 0 to 4.'],
        [-1, 'x[1][0] is -1, which is out of range'],
        [2.5, /x\[1\]\[0\] is 2.5, which is no (whole number|int32)/],
        [1e10, /x\[1\]\[0\] is 10000000000, which is (out of range|no int32)/],
      ] as const) {
        const x = [
          [0, 1],
          [wrong, 4],
        ]
        await expect(words(jit).fit(x, y, { verbose: 0 })).rejects.toThrow(message)
        await expect(words(jit).evaluate(x, y, { verbose: 0 })).rejects.toThrow(message)
        await expect(words(jit).predict(x)).rejects.toThrow(message)
        await expect(words(jit).predict(tensor(x))).rejects.toThrow(message)
        await expect(words(jit).trainOnBatch(x, y)).rejects.toThrow(message)
        const batches = (async function* () {
          yield { x: good, y }
          yield { x, y }
        })()
        await expect(words(jit).fit(batches, { verbose: 0 })).rejects.toThrow('is')
      }
      await words(jit).fit(good, y, { verbose: 0 })
    })

    it.each([true, false])('Embedding of computed indices out of range stops fit, jit %s', async (jit) => {
      await use()
      for (const [shift, scale] of [
        [3, 1],
        [-1, 1],
        [0, 0.5],
      ] as const) {
        const x = input({ shape: [2] })
        const moved = add(mul(x, scale), shift)
        const embedded = new Embedding({ inputDim: 5, outputDim: 2 }).call(moved)
        const model = new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(embedded), seed: 1 })
        model.compile({ optimizer: 'sgd', loss: 'mse', jit })
        const data = [
          [0, 1],
          [2, 3],
        ]
        await expect(
          model.fit(
            data,
            [
              [[0], [0]],
              [[0], [0]],
            ],
            { verbose: 0 },
          ),
        ).rejects.toThrow(/Embedding|embedding/)
        const values = await (await model.predict(data)).data()
        expect([...values].some(Number.isNaN)).toBe(true)
      }
    })

    it('decimals in an input of whole numbers are refused', async () => {
      await use()
      const x = input({ shape: [2], dtype: 'int32' })
      const model = new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(x), seed: 1 })
      model.compile({ optimizer: 'sgd', loss: 'mse' })
      const message = 'x[0][1] is 0.5, which is no int32'
      await expect(model.fit([[1, 0.5]], [[1]], { verbose: 0 })).rejects.toThrow(message)
      await expect(model.predict([[1, 0.5]])).rejects.toThrow(message)
      await expect(model.predict(tensor([[1, 0.5]]))).rejects.toThrow(message)
      expect((await model.predict(tensor([[1, 2]]))).shape).toEqual([1, 1])
    })

    it('indices beyond 2048 are not rounded under mixedFloat16 (float16 has 11 bits)', async () => {
      await use()
      const table = Array.from({ length: 2051 }, (_, i) => [i % 7])
      const options = { inputDim: 2051, outputDim: 1, weights: table, dtype: 'mixedFloat16' } as const
      const embedding = new Embedding(options)
      for (const x of [tensor([[2049, 2050]]), int([[2049, 2050]])]) {
        expect([...(await embedding.call(x).data())]).toEqual([2049 % 7, 2050 % 7])
      }
    })

    it('fit reads a generator once', async () => {
      await use()
      const batches = async function* () {
        for (let i = 0; i < 12; i += 4) yield { x: pixels.slice(i, i + 4), y: tensor(labels.slice(i, i + 4)) }
      }
      const seen: number[] = []
      const callbacks = [{ onTrainBatchEnd: ({ step }: { step: number }) => void seen.push(step) }]
      const model = regression()
      const { history } = await model.fit(batches(), undefined, { verbose: 0, callbacks })
      expect(seen).toEqual([0, 1, 2])
      const other = regression()
      const { history: same } = await other.fit(pixels, labels, { verbose: 0, batchSize: 4, shuffle: false })
      expect(history).toEqual(same)
      await expect(regression().fit(batches(), { verbose: 0, epochs: 2 })).rejects.toThrow(
        'The dataset is a generator, which can be read once, and pass 2 over it found no batch.',
      )
      expect(await regression().evaluate(batches(), { verbose: 0 })).toEqual(
        await regression().evaluate(pixels, labels, { verbose: 0, batchSize: 4 }),
      )
      expect((await regression().predict(batches())).shape).toEqual([12, 1])
      expect(mean(tensor([1, 3])).dtype).toBe('float32')
    })
  })
}
