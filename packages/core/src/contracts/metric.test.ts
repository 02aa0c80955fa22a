import { cpu } from '@gradus/backend-cpu'
import { tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { addToMean, emptyMean, meanOf } from './metric.ts'

await useBackend(cpu())

describe('the mean of samples', () => {
  const after = (...batches: Parameters<typeof tensor>[0][][]) => {
    let state = emptyMean()
    for (const [values, weight] of batches)
      state = addToMean(state, tensor(values!), weight === undefined ? undefined : tensor(weight))
    return [state.total.item(), state.count.item(), meanOf(state).item()]
  }

  it('counts samples, not values', () => {
    expect(after([[1, 2, 3]], [[6]])).toEqual([12, 4, 3])
    expect(
      after([
        [
          [1, 3],
          [5, 7],
        ],
      ]),
    ).toEqual([8, 2, 4])
    expect(after([5])).toEqual([5, 1, 5])
    expect(after()).toEqual([0, 0, 0])
  })

  it('weights samples, and time steps if the weights have that axis', () => {
    expect(
      after([
        [
          [1, 3],
          [5, 7],
        ],
        [1, 3],
      ]),
    ).toEqual([20, 4, 5])
    expect(
      after([
        [
          [1, 3],
          [5, 7],
        ],
        [
          [1, 0],
          [0, 1],
        ],
      ]),
    ).toEqual([4, 1, 4])
    expect(
      after([
        [1, 3],
        [[1], [3]],
      ]),
    ).toEqual([10, 4, 2.5])
    expect(
      after([
        [1, 3],
        [0, 0],
      ]),
    ).toEqual([0, 0, 0])
  })
})
