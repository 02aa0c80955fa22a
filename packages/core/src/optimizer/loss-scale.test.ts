import { cpu } from '@gradus/backend-cpu'
import { sub, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { Optimizer, type OptimizerState } from './optimizer.ts'

class Descent extends Optimizer {
  static readonly type = 'test/ScaledDescent'
  override step(param: Tensor, gradient: Tensor, slots: Record<string, Tensor>) {
    return [sub(param, gradient), slots] as const
  }
}

const optimizer = new Descent({ learningRate: 1, lossScaleFactor: 'dynamic' })
const params = () => ({ w: tensor([1, 2]) })
const figures = ({ iteration, lossScale }: OptimizerState) => ({
  iteration: iteration.item(),
  factor: lossScale.factor!.item(),
  streak: lossScale.streak!.item(),
})

beforeAll(() => useBackend(cpu()))

describe('a dynamic loss scale', () => {
  it('starts at 2^15, multiplies the loss and divides the gradients', () => {
    const state = optimizer.init(params())
    expect(optimizer.scaleLoss(tensor(3), state).item()).toBe(3 * 2 ** 15)
    const [next, after] = optimizer.update({ w: tensor([2 ** 15, 2 ** 14]) }, state, params())
    expect(next.w.array()).toEqual([0, 1.5])
    expect(figures(after)).toEqual({ iteration: 1, factor: 2 ** 15, streak: 1 })
  })

  it('is halved by gradients that are not finite, without an update', () => {
    const [, state] = optimizer.update({ w: tensor([1, 1]) }, optimizer.init(params()), params())
    const [next, after] = optimizer.update({ w: tensor([Number.POSITIVE_INFINITY, 1]) }, state, params())
    expect(next.w.array()).toEqual([1, 2])
    expect(figures(after)).toEqual({ iteration: 1, factor: 2 ** 14, streak: 0 })
  })

  it('is doubled after 2000 updates', () => {
    const state = {
      ...optimizer.init(params()),
      lossScale: { factor: tensor(64), streak: tensor(1999, { dtype: 'int32' }) },
    }
    const [, after] = optimizer.update({ w: tensor([1, 1]) }, state, params())
    expect(figures(after)).toEqual({ iteration: 1, factor: 128, streak: 0 })
  })

  it('accepts gradients that are not finite while the factor is larger than 1', () => {
    const state = optimizer.init(params())
    const bad = { w: tensor([Number.NaN, 1]) }
    expect(optimizer.accepts(bad, state).item()).toBe(true)
    const least = { ...state, lossScale: { ...state.lossScale, factor: tensor(1) } as OptimizerState['lossScale'] }
    expect(optimizer.accepts(bad, least).item()).toBe(false)
    expect(optimizer.accepts(params(), least).item()).toBe(true)
    expect(new Descent().accepts(bad, new Descent().init(params())).item()).toBe(false)
  })
})
