import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { abs, memory, sub, type Tensor, TraceError, tensor, tidy, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { addToMean, emptyMean, type MeanState, Metric, meanOf } from './metric.ts'

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

describe('a metric with a state of its own', () => {
  const metric = (): Metric<object, MeanState> =>
    new (class extends Metric<object, MeanState> {
      static readonly type = 'test/MeanError'
      init() {
        return emptyMean()
      }
      update(state: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor) {
        return addToMean(state, abs(sub(target, prediction)), weight)
      }
      result(state: MeanState) {
        return meanOf(state)
      }
    })()

  it('accumulates batches, in constant memory', () => {
    const error = metric()
    expect(error.updateState([1, 2], [1, 4]).item()).toBe(1)
    expect(tidy(() => error.updateState(tensor([1]), tensor([[5]]), { sampleWeight: [2] })).item()).toBe(2.5)
    const before = memory().buffers
    for (let i = 0; i < 100; i++) error.updateState([1, 2], [1, 4]).dispose()
    expect(memory().buffers).toBe(before)
    error.resetState()
    expect(error.updateState([1], [4]).item()).toBe(3)
  })

  it('gives the figure of its batches without a state', () => {
    const error = metric()
    expect(error.result().item()).toBe(0)
    error.updateState([1, 2], [1, 4])
    expect(error.result().item()).toBe(1)
    expect(error.result(emptyMean()).item()).toBe(0)
    error.resetState()
    expect(error.result().item()).toBe(0)
  })

  it('names the methods to write for those of Keras', () => {
    class Late extends Metric {
      init() {
        return {}
      }
      update() {
        return {}
      }
      override result() {
        return tensor(0)
      }
    }
    class Counted extends Late {
      override updateState(): never {
        throw new Error()
      }
    }
    expect(() => new Counted()).toThrow('The class Counted has a method updateState and no update. Write update(state,')
    class Added extends Late {
      readonly total = this.addVariable()
    }
    expect(() => new Added()).toThrow('calls addVariable, which Keras has. Return the initial values from init()')
  })

  it('is refused in compiled functions', () => {
    const error = metric()
    expect(() =>
      compile((x: Tensor) => {
        error.updateState(x, x)
        return x
      })(tensor([1])),
    ).toThrow(TraceError)
  })

  it('equals one without batches', () => {
    const used = metric()
    used.updateState([1], [2])
    expect(Object.keys(used)).toEqual(Object.keys(metric()))
  })
})
