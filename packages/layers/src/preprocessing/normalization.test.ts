import { cpu } from '@gradus/backend-cpu'
import {
  type Batch,
  type Dataset,
  input,
  isAdaptable,
  listVariables,
  maskOf,
  Registry,
  readVariables,
  setMask,
  toHostValues,
} from '@gradus/core'
import { fromArrays } from '@gradus/data'
import { compile } from '@gradus/graph'
import { ones, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Normalization, type NormalizationConfig } from './normalization.ts'

await useBackend(cpu())

/** A dataset of the given batches. */
function batchesOf(...arrays: number[][][]): Dataset {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
      for (const array of arrays) yield { x: toHostValues(array, 'x') }
    },
  }
}

function stateOf(layer: Normalization): { mean: unknown; variance: unknown; count: unknown } {
  const { mean, variance, count } = readVariables(layer).state[''] as Record<string, Tensor>
  return { mean: mean!.array(), variance: variance!.array(), count: count!.array() }
}

const rows = [
  [1, 10],
  [3, 30],
  [5, 20],
  [7, 20],
]

describe('Normalization learns mean and variance', () => {
  const expected = { mean: [4, 20], variance: [5, 50], count: 0 }

  it('from arrays and tensors', async () => {
    for (const data of [rows, tensor(rows), toHostValues(rows, 'x')]) {
      const layer = new Normalization()
      await layer.adapt(data)
      expect(stateOf(layer)).toEqual(expected)
    }
  })

  it('from batches of different sizes, and from a pipeline', async () => {
    const layer = new Normalization()
    await layer.adapt(batchesOf(rows.slice(0, 3), rows.slice(3)))
    expect(stateOf(layer)).toEqual(expected)
    const piped = new Normalization()
    await piped.adapt((await fromArrays({ x: rows, y: [0, 0, 1, 1] })).batch(3))
    expect(stateOf(piped)).toEqual(expected)
  })

  it('without loss of digits if the mean is much larger than the deviations', async () => {
    const large = 1e8
    const data = new Float64Array([4, 7, 13, 16]).map((value) => value + large)
    const layer = new Normalization({ dtype: 'float64', axis: null })
    const batch = (from: number) => ({ data: data.slice(from, from + 2), shape: [2, 1], dtype: 'float64' }) as const
    await layer.adapt({
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        for (const from of [0, 2]) yield { x: batch(from) }
      },
    })
    expect(stateOf(layer)).toEqual({ mean: large + 10, variance: 22.5, count: 0 })
  })

  it('for each position along an axis, over other axes of varying size', async () => {
    const layer = new Normalization({ axis: 2 })
    const short = { data: Float32Array.of(1, 2, 3, 6), shape: [1, 2, 2], dtype: 'float32' } as const
    const long = { data: Float32Array.of(5, 1, 5, 3, 1, 0), shape: [1, 3, 2], dtype: 'float32' } as const
    await layer.adapt({
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        yield { x: short }
        yield { x: long }
      },
    })
    const { mean, variance } = stateOf(layer) as { mean: number[]; variance: number[] }
    expect(mean.map((value) => value.toFixed(5))).toEqual(['3.00000', '2.40000'])
    expect(variance.map((value) => value.toFixed(5))).toEqual(['3.20000', '4.24000'])
  })

  it('again, which replaces the earlier ones, also after calls', async () => {
    const layer = new Normalization()
    expect(layer.call(tensor([[4, 20]])).array()).toEqual([[4, 20]])
    expect(stateOf(layer)).toEqual({ mean: [0, 0], variance: [1, 1], count: 0 })
    await layer.adapt([[9, 9]])
    await layer.adapt(rows)
    expect(stateOf(layer)).toEqual(expected)
    expect(layer.call(tensor([[4, 20]])).array()).toEqual([[0, 0]])
  })

  it('after it became part of a model', async () => {
    const layer = new Normalization()
    expect(layer.call(input({ shape: [null, 2] })).shape).toEqual([null, null, 2])
    await layer.adapt([rows])
    expect(stateOf(layer)).toEqual(expected)
  })

  it("as variables in Keras's order, none of which is trained", async () => {
    const layer = new Normalization()
    await layer.adapt(rows)
    const variables = listVariables(layer).map(({ path, trainable, value }) => [path, trainable, value.dtype])
    expect(variables).toEqual([
      ['mean', false, 'float32'],
      ['variance', false, 'float32'],
      ['count', false, 'int32'],
    ])
    expect(isAdaptable(layer)).toBe(true)
  })
})

describe('Normalization', () => {
  it('is reversed with invert', async () => {
    const [ahead, back] = [new Normalization(), new Normalization({ invert: true })]
    await ahead.adapt(rows)
    await back.adapt(rows)
    expect(back.call(ahead.call(tensor(rows))).array()).toEqual(
      rows.map((row) => row.map((value) => expect.closeTo(value, 4))),
    )
  })

  it('divides by at least 1e-7', () => {
    const layer = new Normalization({ mean: 1, variance: 0 })
    expect(layer.call(tensor([[1, 2]])).array()).toEqual([[0, expect.closeTo(1e7, 0)]])
  })

  it('takes integers and gives floats', () => {
    const layer = new Normalization({ mean: [1, 2], variance: [4, 4] })
    const output = layer.call(tensor([[2, 4]], { dtype: 'int32' }))
    expect(output.dtype).toBe('float32')
    expect(output.array()).toEqual([[0.5, 1]])
  })

  it('computes in float32 under mixedFloat16, so that inputs may be too large for float16', async () => {
    const layer = new Normalization({ dtype: 'mixedFloat16' })
    await layer.adapt([[1e6], [3e6]])
    const output = layer.call(tensor([[3e6]]))
    expect(output.dtype).toBe('float16')
    expect(output.array()).toEqual([[1]])
  })

  it('passes masks on', () => {
    const x = ones([1, 2, 3])
    const mask = tensor([[true, false]])
    setMask(x, mask)
    expect(maskOf(new Normalization({ mean: 1, variance: 1 }).call(x))).toBe(mask)
    expect(new Normalization().supportsMasking).toBe(true)
  })

  it('compiles, with given moments as constants', () => {
    const layer = new Normalization({ mean: [1, 2], variance: [4, 1] })
    expect(layer.call(tensor([[5, 2]])).array()).toEqual([[2, 0]])
    const step = compile((x: Tensor) => layer.call(x))
    expect(step(tensor([[3, 3]])).array()).toEqual([[1, 1]])
    expect(step(tensor([[1, 0]])).array()).toEqual([[0, -2]])
  })

  it('is restored from its spec', () => {
    const registry = new Registry([Normalization])
    const configs: NormalizationConfig[] = [
      {},
      { axis: null },
      { axis: [1, 2], mean: [[1], [2]], variance: [[1], [4]], invert: true },
    ]
    for (const config of configs) {
      const layer = new Normalization(config)
      const spec = JSON.parse(JSON.stringify(layer.toSpec())) as object
      expect(spec).toEqual({ layer: 'Normalization', ...config })
      const again = registry.parse('layer', spec) as Normalization
      expect(again.options).toEqual(layer.options)
    }
    // Keras writes null as an empty list
    expect(new Normalization({ axis: null }).options.axis).toEqual([])
  })
})

describe('Normalization refuses', () => {
  it.each<[NormalizationConfig, string]>([
    [
      { mean: 1 },
      "Normalization: 'mean' is given without 'variance'. Give both, or leave out both and call adapt(data).",
    ],
    [{ variance: 1 }, "Normalization: 'variance' is given without 'mean'."],
    [
      { mean: [1, 2], variance: 1 },
      "Normalization: 'mean' has the shape [2] and 'variance' the shape []. Give both in the same form.",
    ],
    [
      { mean: [[1, 2]], variance: [[1, 2]] },
      "Normalization: 'mean' has the shape [1, 2], which is more dimensions than 'axis' has axes (1). Name an axis for each of them.",
    ],
    [{ axis: null, mean: [1], variance: [1] }, "more dimensions than 'axis' has axes (0)"],
    [{ mean: 1, variance: -4 }, "Normalization: 'variance' holds -4. A variance is at least 0."],
    [
      { mean: 'big' as never, variance: 1 },
      `Normalization: 'mean' must be a number or a list of numbers and is "big".`,
    ],
    [{ mean: [[1], [2, 3]], variance: [[1], [2]] }, "Normalization: 'mean'[1] has 2 values"],
    [{ axis: 'last' as never }, "Normalization: 'axis' must be an integer or a list of numbers"],
  ])('the options %j', (config, message) => {
    expect(() => new Normalization(config)).toThrow(message)
  })

  it('inputs without its axes and inputs that do not fit its mean', () => {
    const layer = new Normalization({ axis: 2 })
    expect(() => layer.call(ones([2, 3]))).toThrow(
      'The layer Normalization cannot take an input of shape [2, 3]: Normalization: axis 2 does not exist in a tensor of rank 2',
    )
    const given = new Normalization({ mean: [1, 2], variance: [1, 1], name: 'scale' })
    expect(() => given.call(ones([2, 3]))).toThrow(
      "Normalization 'scale' expects an input that fits a mean of shape [2] along the axes [1] and got [2, 3]. Give a mean and a variance for each position along these axes, or one number.",
    )
    expect(() => new Normalization().call(input({ shape: [null] }))).toThrow(
      'parameters whose shape depends on an unknown dimension',
    )
  })

  it('a mean for each sample', async () => {
    const message =
      "Normalization expects an input with a batch axis that is not one of 'axis' and got [3]. Set axis: null for one mean of all values, or give each sample an axis, as in [[1], [2]]."
    await expect(new Normalization().adapt([1, 2, 3])).rejects.toThrow(message)
    const layer = new Normalization({ axis: null })
    await layer.adapt([1, 2, 3])
    expect(stateOf(layer)).toMatchObject({ mean: 2, variance: expect.closeTo(2 / 3, 6) })
  })

  it('to be adapted if its mean and variance are options', async () => {
    await expect(new Normalization({ mean: 1, variance: 1 }).adapt(rows)).rejects.toThrow(
      'Normalization has its mean and variance as options and learns nothing from data. Leave them out, or do not call adapt.',
    )
  })

  it('invalid data, and keeps the earlier mean and variance', async () => {
    const layer = new Normalization()
    await layer.adapt(rows)
    const before = stateOf(layer)
    await expect(layer.adapt(['a'])).rejects.toThrow(
      'The data that Normalization is adapted to holds strings, such as "a"; expected numbers.',
    )
    for (const empty of [[], batchesOf(), batchesOf([])]) {
      await expect(layer.adapt(empty)).rejects.toThrow(
        'Normalization is adapted to no values. Give at least one sample.',
      )
    }
    await expect(layer.adapt([[1, Number.NaN]])).rejects.toThrow(
      'Normalization is adapted to data whose mean at position 1 is NaN. Remove missing and infinite values first.',
    )
    await expect(layer.adapt(batchesOf([[1, 2]], [[1, 2, 3]]))).rejects.toThrow(
      'A batch of shape [1, 3] follows one of shape [1, 2]; expected [null, 2], because there is one mean for each position along the axes [1]. Give all batches these sizes.',
    )
    await expect(layer.adapt([[1, 2, 3]])).rejects.toThrow(
      'Normalization was called before with a mean of shape [2], and the data gives one of shape [3]. Adapt it to data of the shape that it is called with.',
    )
    const two: Dataset = {
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        yield { x: { a: toHostValues([[1, 2]], 'a'), b: toHostValues([[1, 2]], 'b') } }
      },
    }
    await expect(layer.adapt(two)).rejects.toThrow('A layer is adapted to one input, and the batches have 2.')
    expect(stateOf(layer)).toEqual(before)
  })
})
