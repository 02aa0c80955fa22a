import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import type { Loss } from '@gradus/core'
import { type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  Dice,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
} from './index.ts'

await useBackend(cpu())

const shape = [2, 3] as const
const logits = [0.3, -1.2, 2.1, 0.7, 0.4, -0.9]
const probabilities = [0.2, 0.3, 0.45, 0.6, 0.05, 0.3]
const soft = [0.1, 0.6, 0.3, 0.5, 0.25, 0.25]

describe('derivatives agree with central differences in float64', () => {
  const cases: [string, Loss, number[], number[], number[]][] = [
    ['MeanSquaredError', new MeanSquaredError(), soft, logits, [2, 3]],
    ['MeanAbsoluteError', new MeanAbsoluteError(), soft, logits, [2, 3]],
    ['BinaryCrossentropy', new BinaryCrossentropy({ labelSmoothing: 0.2 }), soft, probabilities, [2, 3]],
    ['BinaryCrossentropy of logits', new BinaryCrossentropy({ fromLogits: true }), soft, logits, [2, 3]],
    ['CategoricalCrossentropy', new CategoricalCrossentropy(), soft, probabilities, [2, 3]],
    [
      'CategoricalCrossentropy of logits',
      new CategoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
      soft,
      logits,
      [2, 3],
    ],
    [
      'CategoricalCrossentropy over axis 0',
      new CategoricalCrossentropy({ fromLogits: true, axis: 0 }),
      soft,
      logits,
      [2, 3],
    ],
    ['SparseCategoricalCrossentropy', new SparseCategoricalCrossentropy(), [2, 0], probabilities, [2]],
    [
      'SparseCategoricalCrossentropy of logits',
      new SparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: 0 }),
      [2, 0],
      logits,
      [2],
    ],
  ]
  it.each(cases)('%s', (_, loss, target, prediction, targetShape) => {
    const truth = tensor(target, { shape: targetShape, dtype: 'float64' })
    const at = (values: readonly number[]) => tensor([...values], { shape, dtype: 'float64' })
    const weights = {
      sampleWeight: tensor(loss.compute(truth, at(prediction)).shape[0] === 2 ? [0.7, 1.9] : [0.7, 1.9, 0.4]),
    }
    const value = (values: readonly number[]) => loss.call(truth, at(values), weights).item() as number
    const gradient = grad((p: Tensor) => loss.call(truth, p, weights))(at(prediction)).dataSync()
    const h = 1e-6
    prediction.forEach((_, index) => {
      const moved = (by: number) => prediction.map((x, i) => (i === index ? x + by : x))
      expect(gradient[index]).toBeCloseTo((value(moved(h)) - value(moved(-h))) / (2 * h), 7)
    })
    expect(gradient.some((x) => x !== 0)).toBe(true)
  })
})

describe('crossentropies', () => {
  it('are finite for wrong predictions with probability 1', () => {
    const sure = tensor([[1, 0]])
    expect(new CategoricalCrossentropy().call(tensor([[0, 1]]), sure).item()).toBeCloseTo(-Math.log(1e-7), 4)
    expect(new BinaryCrossentropy().call(tensor([[0]]), tensor([[1]])).item()).toBeCloseTo(-Math.log(2 ** -23), 4)
    const far = tensor([[1000, -1000]])
    expect(new SparseCategoricalCrossentropy({ fromLogits: true }).call(tensor([1]), far).item()).toBe(2000)
    expect(
      grad((x: Tensor) => new SparseCategoricalCrossentropy({ fromLogits: true }).call(tensor([1]), x))(far).array(),
    ).toEqual([[1, -1]])
  })

  it('divide probabilities by their sum', () => {
    const loss = new SparseCategoricalCrossentropy()
    expect(loss.call(tensor([1]), tensor([[0.2, 0.6]])).item()).toBeCloseTo(-Math.log(0.75), 6)
  })

  it('take class numbers of any dtype, also as a column', () => {
    const prediction = tensor([
      [0.25, 0.75],
      [0.5, 0.5],
    ])
    const expected = -(Math.log(0.75) + Math.log(0.5)) / 2
    for (const target of [
      tensor([1, 0]),
      tensor([1, 0], { dtype: 'int32' }),
      tensor([[1], [0]], { dtype: 'uint32' }),
      tensor([true, false]),
    ]) {
      expect(new SparseCategoricalCrossentropy().call(target, prediction).item()).toBeCloseTo(expected, 6)
    }
  })

  it('are NaN for a number that is no class (as TensorFlow on GPUs), so that fit stops', () => {
    for (const fromLogits of [true, false])
      for (const ignoreClass of [undefined, 1]) {
        const loss = new SparseCategoricalCrossentropy({ reduction: 'none', fromLogits, ignoreClass })
        const labels = [2, -1, 0.5, 1e10, Number.NaN, Number.NEGATIVE_INFINITY, 0]
        const prediction = tensor(labels.map(() => [0.5, 0.5]))
        const found = [...loss.call(tensor(labels), prediction).dataSync()]
        expect(found.slice(0, -1)).toEqual(labels.slice(0, -1).map(() => Number.NaN))
        expect(found.at(-1)).toBeCloseTo(Math.LN2, 5)
      }
  })

  it('leave an ignored class out of the mean, whatever its predictions', () => {
    const loss = new SparseCategoricalCrossentropy({ ignoreClass: -1 })
    const prediction = tensor([
      [0.25, 0.75],
      [Number.NaN, 0],
      [0, 0],
    ])
    const target = tensor([1, -1, -1], { dtype: 'int32' })
    expect(loss.call(target, prediction).item()).toBeCloseTo(-Math.log(0.75), 6)
    const gradient = grad((x: Tensor) => loss.call(target, x))(prediction).dataSync()
    expect(Array.from(gradient.slice(2))).toEqual([0, 0, 0, 0])
    expect(new SparseCategoricalCrossentropy({ ignoreClass: 1 }).call(tensor([1]), tensor([[0.5, 0.5]])).item()).toBe(0)
  })

  it('smooth labels over the classes of their axis', () => {
    const loss = new CategoricalCrossentropy({ axis: 0, labelSmoothing: 0.5, reduction: 'none' })
    // two classes: the target (1, 0) becomes (0.75, 0.25)
    const value = loss.call(
      tensor([
        [1, 0, 1],
        [0, 1, 0],
      ]),
      tensor([
        [0.5, 0.5, 0.25],
        [0.5, 0.5, 0.75],
      ]),
    )
    expect(value.shape).toEqual([3])
    expect(value.dataSync()[2]).toBeCloseTo(-0.75 * Math.log(0.25) - 0.25 * Math.log(0.75), 6)
  })
})

describe('losses throw for', () => {
  it('labels that are not classes of the model', () => {
    const loss = new SparseCategoricalCrossentropy({ ignoreClass: -1 })
    const labels = (...data: number[]) => ({
      data: Float32Array.from(data),
      shape: [data.length],
      dtype: 'float32' as const,
    })
    expect(() => loss.checkTarget(labels(0, 2, -1), [null, 3], 'y')).not.toThrow()
    expect(() => loss.checkTarget(labels(0, 3), [null, 3], 'y')).toThrow(
      'y holds the label 3 in sample 1, and the model has 3 classes: labels are whole numbers from 0 to 2.',
    )
    expect(() => loss.checkTarget(labels(0.5), [null, 3], 'y')).toThrow(/label 0.5 in sample 0/)
    expect(() => new SparseCategoricalCrossentropy().checkTarget(labels(-1), [null, 3], 'y')).toThrow(
      /label -1 in sample 0/,
    )
    const steps = { data: Int32Array.from([0, 1, 2, 9]), shape: [2, 2], dtype: 'int32' as const }
    expect(() => loss.checkTarget(steps, [null, null, 3], 'y.tags')).toThrow(
      /y\.tags holds the label 9 in sample 1 \(value 1 of 2\)/,
    )
    expect(() => new MeanSquaredError().checkTarget(labels(7), [null, 3], 'y')).not.toThrow()
  })

  it('targets that would be broadcast', () => {
    const message = 'MeanSquaredError: the targets have shape [3] and the predictions [3, 2]; they must be equal.'
    expect(() =>
      new MeanSquaredError().call(
        tensor([1, 2, 3]),
        tensor([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ),
    ).toThrow(message)
    expect(() =>
      new MeanAbsoluteError().call(
        tensor([[1], [2]]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toThrow(/MeanAbsoluteError: the targets have shape \[2, 1\]/)
    expect(() =>
      new CategoricalCrossentropy().call(
        tensor([1, 0]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toThrow(/should be one-hot/)
    expect(() =>
      new BinaryCrossentropy().call(
        tensor([[1], [0]]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toThrow(/targets have shape \[2, 1\]/)
  })

  it('one-hot targets where class numbers are expected', () => {
    expect(() =>
      new SparseCategoricalCrossentropy().call(
        tensor([
          [0, 1],
          [1, 0],
        ]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toThrow(
      'Targets of shape [2, 2] are not class numbers for predictions of shape [2, 2]; expected [2]. For one-hot targets use CategoricalCrossentropy',
    )
  })

  it('options they do not have', () => {
    expect(() => new BinaryCrossentropy({ from_logits: true } as never)).toThrow(
      /BinaryCrossentropy has no option 'from_logits'. Did you mean 'fromLogits'/,
    )
    expect(() => new MeanSquaredError({ reduction: 'average' as never })).toThrow(
      /'reduction' must be one of .* and is "average"/,
    )
  })
})

it('does not divide a loss of the whole batch by its weight', () => {
  const [target, prediction] = [tensor([[1, 0]]), tensor([[0.5, 0.5]])]
  const value = new Dice().call(target, prediction).item() as number
  for (const reduction of ['sumOverBatchSize', 'sum', 'meanWithSampleWeight'] as const) {
    const weighted = new Dice({ reduction }).call(target, prediction, { sampleWeight: tensor(3) })
    expect(weighted.item()).toBeCloseTo(3 * value, 6)
  }
})
