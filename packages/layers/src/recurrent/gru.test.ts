import { cpu } from '@gradus/backend-cpu'
import { initLayer, Rng, statelessCall } from '@gradus/core'
import { randomKey, randomNormal, slice, type Tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import type { GatedParams } from './gated-cell.ts'
import { GRU } from './gru.ts'

await useBackend(cpu())

testLayer(GRU, {
  config: { units: 3 },
  inputShape: [2, 4, 2],
  expectedOutputShape: [2, 3],
  expectedParams: 2 * 9 + 3 * 9 + 2 * 9,
  supportsMasking: true,
  invalidInputShape: [2, 4],
})
testLayer(GRU, {
  config: { units: 2, resetAfter: false, returnSequences: true, returnState: true },
  inputShape: [2, 3, 2],
  mask: [
    [true, false, true],
    [true, true, false],
  ],
  expectedOutputShape: [
    [2, 3, 2],
    [2, 2],
  ],
  expectedParams: 2 * 6 + 2 * 6 + 6,
})
testLayer(GRU, { config: { units: 2, stateful: true }, inputShape: [2, 3, 2], expectedState: 4 })

describe('GRU', () => {
  const x = randomNormal(randomKey(1), [2, 4, 3])

  it('follows the equations, with the reset gate after or before the product', () => {
    for (const resetAfter of [true, false]) {
      const layer = new GRU({ units: 2, biasInitializer: 'uniform', returnSequences: true, resetAfter })
      const { params, state } = initLayer(layer, x.shape, new Rng(5))
      const { kernel, recurrentKernel, bias } = params['cell'] as GatedParams
      const [w, u] = [kernel.array() as number[][], recurrentKernel.array() as number[][]]
      const [inputBias, stateBias] = resetAfter
        ? (bias!.array() as number[][])
        : [bias!.array() as number[], new Array<number>(6).fill(0)]
      const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
      const product = (values: number[], matrix: number[][], column: number) =>
        values.reduce((total, value, row) => total + value * matrix[row]![column]!, 0)
      const expected = (x.array() as number[][][]).map((steps) => {
        let h = [0, 0]
        return steps.map((step) => {
          const input = (column: number) => product(step, w, column) + inputBias![column]!
          const inner = (column: number) => product(h, u, column) + stateBias![column]!
          const [z, r] = [0, 2].map((gate) => [0, 1].map((i) => sigmoid(input(gate + i) + inner(gate + i))))
          const reset = h.map((value, i) => value * r![i]!)
          h = [0, 1].map((i) => {
            const recalled = resetAfter ? r![i]! * inner(4 + i) : product(reset, u, 4 + i)
            return z![i]! * h[i]! + (1 - z![i]!) * Math.tanh(input(4 + i) + recalled)
          })
          return h
        })
      })
      const { outputs } = statelessCall(layer, { params, state }, x)
      ;(outputs as Tensor).dataSync().forEach((value, i) => {
        expect(value).toBeCloseTo(expected.flat(2)[i]!, 5)
      })
    }
  })

  it('continues from its last states if it is stateful', () => {
    const layer = new GRU({ units: 2, stateful: true, returnSequences: true })
    const whole = new GRU({ units: 2, returnSequences: true })
    const { params } = initLayer(whole, x.shape, new Rng(5))
    let { state } = initLayer(layer, [2, 2, 3], new Rng(5))
    const outputs = [0, 2].map((from) => {
      const result = statelessCall(layer, { params, state }, slice(x, [0, from], [2, 2]))
      state = result.state
      return result.outputs as Tensor
    })
    const expected = statelessCall(whole, { params, state: {} }, x).outputs as Tensor
    expect(outputs[1]!.array()).toEqual(slice(expected, [0, 2], [2, 2]).array())
    // given states replace the kept ones
    const again = statelessCall(layer, { params, state }, slice(x, [0, 0], [2, 2]), { initialState: [zeros([2, 2])] })
    expect((again.outputs as Tensor).array()).toEqual(outputs[0]!.array())
  })
})
