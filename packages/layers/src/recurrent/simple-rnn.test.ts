import { cpu } from '@gradus/backend-cpu'
import { initLayer, Rng, statelessCall } from '@gradus/core'
import { sum, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { expect, it } from 'vitest'
import { SimpleRNN } from './simple-rnn.ts'

await useBackend(cpu())

testLayer(SimpleRNN, {
  config: { units: 3, activation: 'sigmoid' },
  inputShape: [2, 4, 2],
  expectedOutputShape: [2, 3],
  expectedParams: 2 * 3 + 3 * 3 + 3,
  supportsMasking: true,
  invalidInputShape: [2, 4],
})
testLayer(SimpleRNN, {
  config: { units: 2, unroll: true, returnSequences: true, goBackwards: true, useBias: false },
  inputShape: [2, 3, 2],
  expectedOutputShape: [2, 3, 2],
  expectedParams: 8,
})

it('adds input, previous output and bias', () => {
  const layer = new SimpleRNN({
    units: 1,
    activation: null as never,
    kernelInitializer: 'ones',
    recurrentInitializer: 'ones',
    biasInitializer: 'ones',
    returnSequences: true,
    activityRegularizer: 'l1',
  })
  const x = tensor([[[1], [2], [3]]])
  const { outputs, losses } = statelessCall(layer, initLayer(layer, x.shape, new Rng(1)), x)
  expect((outputs as Tensor).array()).toEqual([[[2], [5], [9]]])
  expect(losses.map((loss) => loss.item())).toEqual([expect.closeTo(0.16, 6)])
  expect(sum(layer.call(x)).item()).toBe(16)
})
