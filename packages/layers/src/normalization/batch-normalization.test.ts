import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { initLayer, Rng, statelessCall } from '@gradus/core'
import { mul, randomKey, randomNormal, sum, type Tensor, tensor, transpose, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { BatchNormalization, type BatchNormalizationState } from './batch-normalization.ts'

await useBackend(cpu())

testLayer(BatchNormalization, {
  inputShape: [4, 3],
  expectedOutputShape: [4, 3],
  expectedParams: 6,
  expectedState: 6,
  supportsMasking: true,
})
testLayer(BatchNormalization, {
  config: { axis: 1, center: false },
  inputShape: [3, 2, 4],
  expectedParams: 2,
  expectedState: 4,
})
testLayer(BatchNormalization, {
  config: { renorm: true, scale: false },
  inputShape: [4, 2],
  expectedParams: 2,
  expectedState: 10,
  skip: { 'gradients agree with finite differences': 'the corrections are constants in the derivative' },
})

function run(layer: BatchNormalization, x: Tensor, training: boolean, given?: BatchNormalizationState, mask?: Tensor) {
  const { params, state } = initLayer(layer, x.shape, new Rng(1))
  const variables = { params, state: given ? { '': given } : state }
  const result = statelessCall(layer, variables, x, { training, ...(mask && { mask }) })
  return { y: result.outputs as Tensor, state: result.state[''] as BatchNormalizationState }
}

const numbers = (x: Tensor) => [...x.dataSync()]

describe('BatchNormalization', () => {
  it('uses the moving statistics and does not change them if it is not trainable', () => {
    const layer = new BatchNormalization({ trainable: false, epsilon: 0 })
    const state = { movingMean: tensor([1]), movingVariance: tensor([4]) }
    const result = run(layer, tensor([[5], [9]]), true, state)
    expect(result.y.array()).toEqual([[2], [4]])
    expect(result.state).toBe(state)
  })

  it('normalizes any axis', () => {
    const x = randomNormal(randomKey(1), [4, 3, 2])
    const first = run(new BatchNormalization({ axis: 1 }), x, true)
    const last = run(new BatchNormalization(), transpose(x, [0, 2, 1]), true)
    numbers(transpose(first.y, [0, 2, 1])).forEach((value, i) => expect(value).toBeCloseTo(numbers(last.y)[i]!, 5))
    expect(numbers(first.state.movingMean)).toEqual(numbers(last.state.movingMean))
  })

  it('corrects towards the moving statistics with renorm', () => {
    const options = {
      renorm: true,
      renormClipping: { rmax: 1.5, rmin: 0.5, dmax: 0.75 },
      momentum: 0.9,
      renormMomentum: 0.8,
      epsilon: 0.01,
    }
    const layer = new BatchNormalization(options)
    const state: BatchNormalizationState = {
      movingMean: tensor([0.5]),
      movingVariance: tensor([2]),
      movingStddev: tensor([1.4]),
      renormMean: tensor([1]),
      renormStddev: tensor([2]),
    }
    const x = [1, 2, 6, 7]
    const { y, state: next } = run(layer, tensor(x.map((value) => [value])), true, state)
    // Ioffe (2017), algorithm 1, by hand
    const mean = 4
    const stddev = Math.sqrt(x.reduce((total, value) => total + (value - mean) ** 2, 0) / 4 + 0.01)
    const r = Math.min(1.5, Math.max(0.5, stddev / 2))
    const d = Math.min(0.75, Math.max(-0.75, (mean - 1) / 2))
    numbers(y).forEach((value, i) => expect(value).toBeCloseTo(((x[i]! - mean) / stddev) * r + d, 5))
    const movingStddev = 1.4 * 0.9 + stddev * 0.1
    expect(numbers(next.movingMean)[0]).toBeCloseTo(0.5 * 0.9 + 4 * 0.1, 5)
    expect(numbers(next.movingVariance)[0]).toBeCloseTo(movingStddev ** 2 - 0.01, 5)
    expect(numbers(next.renormMean!)[0]).toBeCloseTo(1 * 0.8 + 4 * 0.2, 5)
    expect(numbers(next.renormStddev!)[0]).toBeCloseTo(2 * 0.8 + stddev * 0.2, 5)
  })

  it('has no gradient through the corrections of renorm', () => {
    const x = tensor([[1], [2], [6], [7]])
    const weight = tensor([[1], [-2], [0.5], [3]])
    const gradientOf = (layer: BatchNormalization, factor: number) =>
      numbers(grad((value: Tensor) => sum(mul(mul(run(layer, value, true).y, weight), factor)))(x))
    const plain = gradientOf(new BatchNormalization(), Math.sqrt(6.501)) // r = stddev / 1, held constant
    const renormed = gradientOf(new BatchNormalization({ renorm: true }), 1)
    renormed.forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 4))
  })

  it('leaves masked steps out of the statistics', () => {
    const layer = new BatchNormalization({ momentum: 0 })
    const x = tensor([
      [[1], [100]],
      [[3], [5]],
    ])
    const mask = tensor([
      [true, false],
      [true, true],
    ])
    const { state } = run(layer, x, true, undefined, mask)
    expect(numbers(state.movingMean)[0]).toBeCloseTo(3, 5)
    expect(numbers(state.movingVariance)[0]).toBeCloseTo(8 / 3, 5)
    expect(() => run(layer, x, true, undefined, tensor([true, false]))).toThrow(
      'BatchNormalization expects a mask with one axis less than its input [2, 2, 1] and got [2].',
    )
  })

  it('refuses invalid options', () => {
    expect(() => new BatchNormalization({ momentum: 2 })).toThrow(
      "BatchNormalization: 'momentum' must be a number from 0 to 1 and is 2.",
    )
    expect(() => new BatchNormalization({ synchronized: true as false })).toThrow("'synchronized' must be one of false")
    expect(() => new BatchNormalization({ renormClipping: { rmax: 1, rmin: 2 } })).toThrow('with rmax not below rmin')
    expect(() => new BatchNormalization({ axis: 3 }).init(new Rng(1), [2, 3])).toThrow('axis 3 does not exist')
  })
})
