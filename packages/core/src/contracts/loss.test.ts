import { cpu } from '@gradus/backend-cpu'
import { abs, mean, sub, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Loss, reduceWeighted } from './loss.ts'

await useBackend(cpu())

class Error1 extends Loss {
  static readonly type = 'test/Error1'
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return mean(abs(sub(prediction, target)), { axis: -1 })
  }
}

describe('a loss', () => {
  it('takes integer targets and predictions', () => {
    const target = tensor([[1], [2]], { dtype: 'int32' })
    expect(new Error1().call(target, tensor([[1.5], [2]])).item()).toBe(0.25)
    expect(new Error1().call(tensor([[0.5]]), tensor([[2]], { dtype: 'int32' })).item()).toBe(1.5)
    expect(new Error1({ name: 'mine' }).name).toBe('mine')
    expect(new Error1().name).toBe('error1')
  })

  it('computes a tensor', () => {
    const lossBy = (compute: unknown) => () => {
      class Wrong extends Loss {
        static readonly type = 'test/Wrong'
        declare compute: Loss['compute']
      }
      const loss = new Wrong()
      if (compute) loss.compute = compute as Loss['compute']
      return loss.call(tensor([1]), tensor([2]))
    }
    expect(lossBy(undefined)).toThrow(
      'test/Wrong has no method compute(target, prediction), which every loss defines (in Keras it is call).',
    )
    expect(lossBy(() => undefined)).toThrow(
      'test/Wrong.compute returned undefined; expected a tensor. Is `return` missing?',
    )
  })

  it('broadcasts weights with dimensions of 1, and no others', () => {
    const values = tensor([
      [1, 2],
      [3, 4],
    ])
    expect(reduceWeighted(values, 'sum', tensor([[1], [10]])).item()).toBe(73)
    expect(reduceWeighted(values, 'sum', tensor(2)).item()).toBe(20)
    expect(reduceWeighted(tensor(3), 'sum', tensor([1, 2])).item()).toBe(9)
    // Keras divides by the sum of the weights before they are broadcast
    expect(reduceWeighted(values, 'meanWithSampleWeight', tensor([[1], [3]])).item()).toBe(6)
    expect(() => reduceWeighted(values, 'sum', tensor([1, 10]))).toThrow(
      'Sample weights of shape [2] do not fit per-sample values of shape [2, 2]; give one weight per value, or dimensions of 1 such as [2, 1].',
    )
    expect(() => reduceWeighted(tensor([1, 2, 3]), 'sum', tensor([1, 2]))).toThrow(
      /shape \[2\] do not fit per-sample values of shape \[3\]/,
    )
  })

  it('is the mean over unmasked samples, and 0 if all are masked', () => {
    const values = tensor([1, 2, 3, 10])
    const mask = tensor([true, true, true, false])
    expect(reduceWeighted(values, 'sumOverBatchSize', undefined, mask).item()).toBeCloseTo(2, 6)
    expect(reduceWeighted(values, 'sum', undefined, mask).item()).toBe(6)
    expect(reduceWeighted(values, 'mean', tensor([3, 0, 0, 1]), mask).item()).toBeCloseTo(1, 6)
    expect(reduceWeighted(values, 'mean', undefined, tensor([false, false, false, false])).item()).toBe(0)
    expect(reduceWeighted(values, 'meanWithSampleWeight', tensor([0, 0, 0, 0])).item()).toBe(0)
    expect(reduceWeighted(tensor([], { shape: [0] }), 'mean').item()).toBe(0)
  })
})

it('a loss is computed in its dtype', () => {
  class Distance extends Loss {
    static readonly type = 'test/Distance'
    compute(target: Tensor, prediction: Tensor): Tensor {
      return mean(sub(prediction, target), { axis: -1 })
    }
  }
  const [target, prediction] = [tensor([[0.3]]), tensor([[1.1]])]
  const loss = (options: object) => new Distance(options).call(target, prediction)
  expect(loss({ dtype: null }).dtype).toBe('float32')
  expect([loss({ dtype: 'float16' }).dtype, loss({ dtype: 'float16' }).item()]).toEqual(['float16', 0.7998046875])
  expect([loss({ dtype: 'float64' }).dtype, loss({ dtype: 'float64' }).item()]).toEqual(['float64', 0.800000011920929])
})

it('a class that overrides call instead of compute is refused', () => {
  class Late extends Loss {
    override compute(): Tensor {
      return tensor(0)
    }
  }
  class Squares extends (Loss as unknown as new () => object) {
    call(): void {}
  }
  expect(() => new Squares()).toThrow(
    'The class Squares has a method call and no compute. Write compute(target, prediction), which returns',
  )
  expect(() => new Late()).not.toThrow()
})
