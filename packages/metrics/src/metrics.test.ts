import { cpu } from '@gradus/backend-cpu'
import { type FieldTable, Loss, type Metric, Registry } from '@gradus/core'
import { mean, mul, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import {
  Accuracy,
  BinaryAccuracy,
  CategoricalAccuracy,
  lossMetric,
  MeanMetric,
  MeanSquaredError,
  metrics,
  SparseCategoricalAccuracy,
  SparseCategoricalCrossentropy,
  SparseTopKCategoricalAccuracy,
} from './index.ts'

await useBackend(cpu())

function once(metric: Metric, target: Tensor, prediction: Tensor, weight?: Tensor): number {
  return metric.result(metric.update(metric.init(), target, prediction, weight)).item() as number
}

describe('metrics', () => {
  it("are found by Keras's names", () => {
    const registry = new Registry(Object.values(metrics))
    expect(registry.find('metric', 'mse')).toBe(MeanSquaredError)
    expect(registry.find('metric', 'binary_accuracy')).toBe(BinaryAccuracy)
    expect(registry.create({ metric: 'SparseTopKCategoricalAccuracy', k: 3 }).name).toBe(
      'sparse_top_k_categorical_accuracy',
    )
  })

  it('know which direction is better', () => {
    expect(new BinaryAccuracy().direction).toBe('up')
    expect(new SparseTopKCategoricalAccuracy().direction).toBe('up')
    expect(new MeanSquaredError().direction).toBe('down')
  })

  it('take targets of other dtypes', () => {
    expect(once(new BinaryAccuracy(), tensor([1, 0], { dtype: 'int32' }), tensor([[0.9], [0.8]]))).toBe(0.5)
    expect(once(new BinaryAccuracy(), tensor([true, false]), tensor([[0.9], [0.2]]))).toBe(1)
    expect(
      once(
        new SparseCategoricalAccuracy(),
        tensor([1, 0]),
        tensor([
          [0.1, 0.9],
          [0.2, 0.8],
        ]),
      ),
    ).toBe(0.5)
    expect(once(new Accuracy(), tensor([1, 2], { dtype: 'int32' }), tensor([1, 3]))).toBe(0.5)
  })

  it('have one value per time step', () => {
    const prediction = tensor([
      [
        [0.9, 0.1],
        [0.9, 0.1],
      ],
      [
        [0.2, 0.8],
        [0.2, 0.8],
      ],
    ])
    const target = tensor([
      [0, 1],
      [1, 1],
    ])
    expect(once(new SparseCategoricalAccuracy(), target, prediction)).toBe(0.75)
    // per sample, and per time step: only the wrong one counts half
    expect(once(new SparseCategoricalAccuracy(), target, prediction, tensor([1, 3]))).toBe(0.875)
    expect(
      once(
        new SparseCategoricalAccuracy(),
        target,
        prediction,
        tensor([
          [1, 1],
          [0, 0],
        ]),
      ),
    ).toBe(0.5)
  })

  it('rank NaN last and do not find classes outside the predictions', () => {
    const metric = new SparseTopKCategoricalAccuracy({ k: 2 })
    expect(once(metric, tensor([0]), tensor([[Number.NaN, 1, 2]]))).toBe(0)
    expect(once(metric, tensor([3]), tensor([[0, 1, 2]]))).toBe(0)
    expect(once(metric, tensor([1]), tensor([[5, 5, 5]]))).toBe(1)
  })

  it('count ignored samples as 0 without weights, and not at all with them', () => {
    const metric = new SparseCategoricalCrossentropy({ ignoreClass: 2 })
    const prediction = tensor([
      [0.5, 0.25, 0.25],
      [0.1, 0.1, 0.8],
    ])
    expect(once(metric, tensor([0, 2]), prediction)).toBeCloseTo(Math.log(2) / 2, 6)
    expect(once(metric, tensor([0, 2]), prediction, tensor([1, 1]))).toBeCloseTo(Math.log(2), 6)
  })

  it('count targets [n] as one sample, which n weights do not fit', () => {
    const [target, prediction] = [tensor([1, 2, 3]), tensor([1, 4, 6])]
    expect(once(new MeanSquaredError(), target, prediction)).toBeCloseTo(13 / 3, 6)
    expect(() => once(new MeanSquaredError(), target, prediction, tensor([1, 2, 0.5]))).toThrow(
      'Sample weights of shape [3] do not fit the values of a metric, which have shape []. Targets and predictions of shape [n] count as one sample: give both as [n, 1] for n samples.',
    )
    const column = (values: number[]) => tensor(values.map((value) => [value]))
    const weighted = once(new MeanSquaredError(), column([1, 2, 3]), column([1, 4, 6]), tensor([1, 2, 0.5]))
    expect(weighted).toBeCloseTo(12.5 / 3.5, 6)
    expect(once(new Accuracy(), target, prediction, tensor([1, 2, 0.5]))).toBeCloseTo(1 / 3.5, 6)
    expect(() => once(new Accuracy(), target, prediction, tensor([1, 2]))).toThrow(
      'Sample weights of shape [2] do not fit the values of a metric, which have shape [3]. Give one weight per sample',
    )
  })

  it('throw for targets that would be broadcast', () => {
    expect(() =>
      once(
        new MeanSquaredError(),
        tensor([1, 2, 3]),
        tensor([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ),
    ).toThrow(/MeanSquaredError: the targets have shape \[3\]/)
    expect(() =>
      once(
        new CategoricalAccuracy(),
        tensor([1, 0]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toThrow(/should be one-hot/)
    expect(() =>
      once(
        new SparseCategoricalAccuracy(),
        tensor([
          [1, 0],
          [0, 1],
        ]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toThrow(/are not class numbers/)
  })

  it('made from a loss have its options, also inherited ones, without its reduction', () => {
    class Scaled extends Loss<{ readonly factor?: number }> {
      static readonly type: string = 'acme/Scaled'
      static override readonly fields: FieldTable = { factor: { type: 'number', default: 2 } }
      compute(_target: Tensor, prediction: Tensor): Tensor {
        return mul(mean(prediction, { axis: -1 }), (this.options as { readonly factor: number }).factor)
      }
    }
    class Shifted extends Scaled {
      static override readonly type = 'acme/Shifted'
      static override readonly fields: FieldTable = { shift: { type: 'number', default: 1 } }
    }
    const Shift = lossMetric(Shifted)
    expect(new Shift().options).toEqual({ factor: 2, shift: 1 })
    expect(once(new Shift({ factor: 3 }), tensor([[0, 0]]), tensor([[1, 2]]))).toBe(4.5)
    expect(() => new Shift({ reduction: 'sum' } as never)).toThrow(/has no option 'reduction'/)
  })

  it('throw for wrong options', () => {
    expect(() => new SparseTopKCategoricalAccuracy({ k: 0 })).toThrow("'k' must be a positive whole number and is 0.")
    expect(() => new BinaryAccuracy({ threshold: '1' as never })).toThrow('\'threshold\' must be a number and is "1".')
    expect(new BinaryAccuracy({ threshold: null } as never).options).toEqual({ threshold: 0.5 })
  })

  it('by users need one method', () => {
    class Share extends MeanMetric<{ readonly factor?: number }> {
      static readonly type = 'acme/Share'
      static override readonly fields = { factor: 'number' }
      protected values(_target: Tensor, prediction: Tensor): Tensor {
        return prediction
      }
    }
    const metric = new Share({ name: 'share', factor: 2 })
    let state = metric.init()
    state = metric.update(state, tensor([0, 0]), tensor([1, 2]))
    state = metric.update(state, tensor([0]), tensor([6]))
    expect(metric.result(state).item()).toBe(3)
  })
})
