import { cpu } from '@gradus/backend-cpu'
import { mul, tensor, useBackend, zeros } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { alignRanks, asFloat, divideNoNan, requireSameShape, weightsLike } from './alignment.ts'

await useBackend(cpu())

describe('targets and predictions', () => {
  it('are aligned if either has a further last axis of size 1', () => {
    const shapes = (target: number[], prediction: number[]) => {
      const make = (shape: number[]) => tensor(new Array(shape.reduce((a, b) => a * b, 1)).fill(0), { shape })
      const aligned = alignRanks(make(target), make(prediction))
      return [aligned.target.shape, aligned.prediction.shape]
    }
    expect(shapes([4], [4, 1])).toEqual([
      [4, 1],
      [4, 1],
    ])
    expect(shapes([4, 1], [4])).toEqual([
      [4, 1],
      [4, 1],
    ])
    expect(shapes([2, 3], [2, 3, 1])).toEqual([
      [2, 3],
      [2, 3],
    ])
    expect(shapes([2, 3, 1], [2, 3])).toEqual([
      [2, 3],
      [2, 3],
    ])
    expect(shapes([4], [4, 3])).toEqual([[4], [4, 3]])
    expect(shapes([4, 3], [4, 3])).toEqual([
      [4, 3],
      [4, 3],
    ])
  })

  it('must have the same shape for losses that require it', () => {
    const [a, b] = [tensor([[1, 2]]), tensor([[1], [2]])]
    expect(() => requireSameShape('MeanSquaredError', a, a)).not.toThrow()
    expect(() => requireSameShape('MeanSquaredError', a, b)).toThrow(
      'MeanSquaredError: the targets have shape [1, 2] and the predictions [2, 1]; they must be equal.',
    )
  })

  it('are cast to float32 unless they are float64', () => {
    expect(asFloat(tensor([1], { dtype: 'int32' })).dtype).toBe('float32')
    expect(asFloat(tensor([1], { dtype: 'float16' })).dtype).toBe('float32')
    expect(asFloat(tensor([1], { dtype: 'float64' })).dtype).toBe('float64')
  })
})

it('divides by zero to zero', () => {
  expect(divideNoNan(tensor([1, 0, 4]), tensor([0, 0, 2])).array()).toEqual([0, 0, 2])
})

describe('sample weights', () => {
  it('get the rank of the values that they are multiplied with', () => {
    const shape = (values: number[], weight: number[]) => weightsLike(zeros(values), zeros(weight)).shape
    expect(shape([3, 1], [3])).toEqual([3, 1])
    expect(shape([3], [3, 1])).toEqual([3])
    expect(shape([3], [3])).toEqual([3])
    expect(shape([3, 4, 2], [3])).toEqual([3, 1, 1])
    expect(shape([3, 4, 2], [3, 4])).toEqual([3, 4, 1])
    expect(shape([3, 4], [3, 4])).toEqual([3, 4])
    expect(shape([3, 4], [])).toEqual([1, 1])
    const column = tensor([[1], [2]])
    expect(mul(column, weightsLike(column, tensor([3, 5]))).array()).toEqual([[3], [10]])
  })

  it('must fit the values', () => {
    expect(() => weightsLike(zeros([3, 1]), zeros([4]))).toThrow(
      'Sample weights of shape [4] do not fit values of shape [3, 1]; give one weight per sample or one per value.',
    )
    expect(() => weightsLike(zeros([3]), zeros([3, 2]))).toThrow(/shape \[3, 2\] do not fit/)
  })
})
