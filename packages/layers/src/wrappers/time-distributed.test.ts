import { cpu } from '@gradus/backend-cpu'
import { initLayer, layersWithin, listVariables, maskOf, Rng, statelessCall } from '@gradus/core'
import { randomKey, randomNormal, slice, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Conv2D } from '../convolution/conv2d.ts'
import { Dense } from '../core/dense.ts'
import { BatchNormalization } from '../normalization/batch-normalization.ts'
import { LSTM } from '../recurrent/lstm.ts'
import { Dropout } from '../regularization/dropout.ts'
import { TimeDistributed } from './time-distributed.ts'

await useBackend(cpu())

testLayer(() => new TimeDistributed({ layer: new Dense({ units: 2, activation: 'tanh' }) }), {
  inputShape: [2, 3, 4],
  expectedOutputShape: [2, 3, 2],
  expectedParams: 10,
  supportsMasking: true,
  invalidInputShape: [2, 3],
})
testLayer(() => new TimeDistributed({ layer: new BatchNormalization() }), {
  inputShape: [3, 2, 4],
  expectedParams: 8,
  expectedState: 8,
})
testLayer(
  () => new TimeDistributed({ layer: new TimeDistributed({ layer: new LSTM({ units: 2, returnState: true }) }) }),
  {
    inputShape: [2, 2, 2, 3, 2],
    expectedOutputShape: [
      [2, 2, 2, 2],
      [2, 2, 2, 2],
      [2, 2, 2, 2],
    ],
  },
)

describe('TimeDistributed', () => {
  it('may be called first in training, with a layer that has state', () => {
    const wrapper = new TimeDistributed({ layer: new BatchNormalization({ momentum: 0 }) })
    wrapper.call(
      tensor([
        [[1], [2]],
        [[3], [4]],
      ]),
      { training: true },
    )
    const { movingMean } = listVariables(wrapper).reduce<Record<string, unknown>>(
      (all, { key, value }) => Object.assign(all, { [key]: value.array() }),
      {},
    )
    expect(movingMean).toEqual([3]) // of the last step
  })

  it('applies the layer to each step', () => {
    const x = randomNormal(randomKey(1), [2, 3, 5, 4, 1])
    const layer = new Conv2D({ filters: 2, kernelSize: 2 })
    const wrapper = new TimeDistributed({ layer })
    const y = wrapper.call(x)
    expect(y.shape).toEqual([2, 3, 4, 3, 2])
    const step = slice(x, [0, 1], [2, 1])
    const alone = layer.call(tensor(step.dataSync(), { shape: [2, 5, 4, 1] }))
    expect([...slice(y, [0, 1], [2, 1]).dataSync()]).toEqual([...alone.dataSync()])
    expect(listVariables(wrapper).map(({ path }) => path)).toEqual(['layer.kernel', 'layer.bias'])
    expect(layersWithin(wrapper).map(({ path }) => path)).toEqual(['', 'layer'])
  })

  it('changes the state of its layer at each step, as in Keras', () => {
    const x = tensor([
      [[1], [10]],
      [[3], [30]],
    ])
    const wrapper = new TimeDistributed({ layer: new BatchNormalization({ momentum: 0.5, epsilon: 0 }) })
    const variables = initLayer(wrapper, x.shape, new Rng(1))
    const { outputs, state } = statelessCall(wrapper, variables, x, { training: true })
    expect((outputs as Tensor).array()).toEqual([
      [[-1], [-1]],
      [[1], [1]],
    ])
    // 0 -> 1 -> 10.5, by the means 2 and 20
    expect((state['layer'] as { movingMean: Tensor }).movingMean.array()).toEqual([10.5])
    expect(statelessCall(wrapper, variables, x).state).toEqual(variables.state)
  })

  it('drops different values in each step', () => {
    const wrapper = new TimeDistributed({ layer: new Dropout({ rate: 0.5 }) })
    const ones = tensor(new Array(96).fill(1), { shape: [1, 3, 32] })
    const y = wrapper.call(ones, { training: true, rng: new Rng(1) }).array() as number[][][]
    expect(new Set(y[0]!.map(String)).size).toBe(3)
  })

  it('passes the mask on', () => {
    const x = zeros([2, 3, 4])
    const mask = tensor([
      [true, true, false],
      [true, false, false],
    ])
    const wrapper = new TimeDistributed({ layer: new Dense({ units: 2 }) })
    const { outputs } = statelessCall(wrapper, initLayer(wrapper, x.shape, new Rng(1)), x, { mask })
    expect(maskOf(outputs as Tensor)).toBe(mask)
  })

  it('has the penalties and flags of its layer', () => {
    const layer = new Dense({ units: 1, kernelInitializer: 'ones', activityRegularizer: 'l1' })
    const wrapper = new TimeDistributed({ layer })
    const x = tensor([[[1], [2]]])
    const { losses } = statelessCall(wrapper, initLayer(wrapper, x.shape, new Rng(1)), x)
    // for the layer, two steps are two samples
    expect(losses.map((loss) => loss.item())).toEqual([expect.closeTo((0.01 * 3) / 2, 7)])
    wrapper.trainable = false
    expect(layer.trainable).toBe(false)
  })

  it('refuses invalid inputs and options', () => {
    expect(() => new TimeDistributed({ layer: new Dense({ units: 1 }) }).call(zeros([2, 3]))).toThrow(
      'TimeDistributed expects a sequence of shape [batch, time, ...] and got [2, 3]. Add the missing axis with reshape.',
    )
    expect(() => new TimeDistributed({} as never)).toThrow("TimeDistributed needs the option 'layer', a layer")
  })
})
