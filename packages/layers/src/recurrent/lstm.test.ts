import { cpu } from '@gradus/backend-cpu'
import { initLayer, Rng, statelessCall } from '@gradus/core'
import { mul, randomKey, randomNormal, reshape, slice, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { dropoutMasks } from './dropout-masks.ts'
import type { GatedParams } from './gated-cell.ts'
import { LSTM, type LSTMConfig } from './lstm.ts'
import type { CellStates } from './run-steps.ts'

await useBackend(cpu())

testLayer(LSTM, {
  config: { units: 3 },
  inputShape: [2, 4, 2],
  expectedOutputShape: [2, 3],
  expectedParams: 2 * 12 + 3 * 12 + 12,
  supportsMasking: true,
  invalidInputShape: [2, 4],
})
testLayer(LSTM, {
  config: { units: 2, returnSequences: true, returnState: true, goBackwards: true, useBias: false },
  inputShape: [2, 3, 2],
  mask: [
    [true, true, false],
    [false, true, true],
  ],
  expectedOutputShape: [
    [2, 3, 2],
    [2, 2],
    [2, 2],
  ],
  expectedParams: 32,
})

const x = randomNormal(randomKey(1), [2, 4, 3])
const base = { units: 2, biasInitializer: 'uniform', returnSequences: true } as const
const { params } = initLayer(new LSTM(base), x.shape, new Rng(9))
const weights = params['cell'] as GatedParams

interface RunOptions {
  readonly mask?: Tensor
  readonly training?: boolean
  readonly initialState?: CellStates
}

function run(config: Partial<LSTMConfig>, input: Tensor = x, options: RunOptions = {}) {
  const layer = new LSTM({ ...base, ...config })
  return statelessCall(layer, { params, state: {} }, input, { rng: new Rng(3), ...options }).outputs
}

const numbers = (value: unknown) => [...(value as Tensor).dataSync()]

/** The equations of the layer with plain numbers. */
function byHand(inputs: number[][], config: { h?: number[]; c?: number[] } = {}): number[][] {
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
  const [kernel, recurrent, bias] = [weights.kernel, weights.recurrentKernel]
    .map((p) => p.array() as number[][])
    .concat([[numbers(weights.bias)]] as never) as [number[][], number[][], number[][]]
  let h = config.h ?? [0, 0]
  let c = config.c ?? [0, 0]
  return inputs.map((step) => {
    const z = bias[0]!.map(
      (b, j) =>
        b + step.reduce((t, v, i) => t + v * kernel[i]![j]!, 0) + h.reduce((t, v, i) => t + v * recurrent[i]![j]!, 0),
    )
    c = c.map((old, u) => sigmoid(z[2 + u]!) * old + sigmoid(z[u]!) * Math.tanh(z[4 + u]!))
    h = c.map((carry, u) => sigmoid(z[6 + u]!) * Math.tanh(carry))
    return h
  })
}

describe('LSTM', () => {
  it('follows the equations', () => {
    const expected = (x.array() as number[][][]).map((sample) => byHand(sample)).flat(2)
    numbers(run({})).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
  })

  it('starts only the bias of the forget gate at 1', () => {
    const bias = (config: Partial<LSTMConfig>) =>
      numbers((initLayer(new LSTM({ units: 2, ...config }), [1, 2, 3], new Rng(1)).params['cell'] as GatedParams).bias)
    expect(bias({})).toEqual([0, 0, 1, 1, 0, 0, 0, 0])
    expect(bias({ unitForgetBias: false })).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  })

  it('goes backwards', () => {
    const reversed = tensor((x.array() as number[][][]).map((sample) => [...sample].reverse()))
    expect(numbers(run({ goBackwards: true }))).toEqual(numbers(run({}, reversed)))
  })

  it('starts from given states and returns the last ones', () => {
    const [early, h, c] = run({ returnState: true }, slice(x, [0, 0], [2, 2])) as Tensor[]
    const late = run({}, slice(x, [0, 2], [2, 2]), { initialState: [h!, c!] }) as Tensor
    const whole = run({}) as Tensor
    expect(numbers(early)).toEqual(numbers(slice(whole, [0, 0], [2, 2])))
    expect(numbers(late)).toEqual(numbers(slice(whole, [0, 2], [2, 2])))
    expect(() => run({}, x, { initialState: [h!] })).toThrow(
      'LSTM expects 2 initial states and got 1. Give a list with one tensor for each, as in call(x, { initialState: [...] }).',
    )
  })

  it('gives the same for two halves of a sequence as for the whole, if it is stateful', () => {
    const layer = new LSTM({ ...base, stateful: true })
    // without a known batch size, a model makes states for one sample
    for (const batch of [2, 1]) {
      let { state } = initLayer(layer, [batch, 2, 3], new Rng(1))
      const outputs = [0, 2].map((from) => {
        const result = statelessCall(layer, { params, state }, slice(x, [0, from], [2, 2]))
        state = result.state
        return result.outputs
      })
      const whole = run({}) as Tensor
      expect(numbers(outputs[1])).toEqual(numbers(slice(whole, [0, 2], [2, 2])))
      expect(() => statelessCall(layer, { params, state }, randomNormal(randomKey(1), [3, 2, 3]))).toThrow(
        'LSTM expects batches of 2 samples, because it is stateful and got [3, 2, 3].',
      )
    }
  })

  it('repeats or zeroes the output of masked steps', () => {
    const mask = tensor([
      [false, true, false, true],
      [true, true, true, false],
    ])
    const rows = (config: Partial<LSTMConfig>) => run(config, x, { mask }) as Tensor
    const output = rows({}).array() as number[][][]
    const kept = (x.array() as number[][][]).map((sample, i) =>
      byHand(sample.filter((_, t) => (mask.array() as boolean[][])[i]![t])),
    )
    expect(output[0]![0]).toEqual([0, 0])
    expect(output[0]![2]).toEqual(output[0]![1])
    expect(output[1]![3]).toEqual(output[1]![2])
    kept[0]!.flat().forEach((value, i) => expect([...output[0]![1]!, ...output[0]![3]!][i]).toBeCloseTo(value, 5))
    const zeroed = rows({ zeroOutputForMask: true }).array() as number[][][]
    expect([zeroed[0]![0], zeroed[0]![2], zeroed[1]![3]]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ])
    expect(zeroed[0]![3]).toEqual(output[0]![3])
    expect(numbers(rows({ returnSequences: false }))).toEqual([...output[0]![3]!, ...output[1]![3]!])
  })

  it('gives the initial state for masked steps at the start, and zeros if unrolled', () => {
    const mask = tensor([
      [false, true, true, true],
      [true, true, true, true],
    ])
    const h = tensor([
      [0.5, -0.5],
      [0.5, -0.5],
    ])
    const first = (config: Partial<LSTMConfig>) =>
      ((run(config, x, { mask, initialState: [h, h] }) as Tensor).array() as number[][][])[0]![0]
    expect(first({})).toEqual([0.5, -0.5])
    expect(first({ unroll: true })).toEqual([0, 0])
  })

  it('drops the same inputs at every step', () => {
    const dropped = run({ dropout: 0.5 }, x, { training: true })
    const [mask] = dropoutMasks(new Rng(3).fork('cell').fork(0), 0.5, { shape: [2, 3], dtype: 'float32' }, 1)!
    expect(numbers(dropped)).toEqual(numbers(run({}, mul(x, reshape(mask!, [2, 1, 3])))))
    expect(numbers(dropped)).not.toEqual(numbers(run({})))
    expect(numbers(run({ dropout: 0.5 }))).toEqual(numbers(run({})))
  })

  it('drops previous outputs with a separate mask for each gate', () => {
    const steps = run({ recurrentDropout: 0.5 }, x, { training: true }) as Tensor
    // at the first step the previous output is 0, so dropout has no effect
    expect(numbers(slice(steps, [0, 0], [2, 1]))).toEqual(numbers(slice(run({}) as Tensor, [0, 0], [2, 1])))
    expect(numbers(steps)).not.toEqual(numbers(run({})))
    expect(numbers(run({ recurrentDropout: 0.5 }))).toEqual(numbers(run({})))
    // with both kinds of dropout there are four masks for the inputs
    expect((run({ dropout: 0.5, recurrentDropout: 0.5 }, x, { training: true }) as Tensor).shape).toEqual([2, 4, 2])
  })

  it('does not pass its mask on, as in Keras 3.16, unless it is told to', () => {
    const [inputs, mask] = [zeros([1, 2, 1]), tensor([[true, false]])]
    expect(new LSTM({ units: 1, returnSequences: true }).computeMask(inputs, mask)).toBeUndefined()
    expect(new LSTM({ units: 1, passMask: true }).computeMask(inputs, mask)).toBeUndefined()
    expect(new LSTM({ units: 1, passMask: true, returnSequences: true }).computeMask(inputs, mask)).toBe(mask)
  })

  it('refuses invalid options and inputs', () => {
    expect(() => new LSTM({ units: -1 })).toThrow("LSTM: 'units' must be a positive whole number and is -1.")
    expect(() => new LSTM({ units: 1, dropout: 2 })).toThrow("LSTM: 'dropout' must be a number from 0 to 1 and is 2.")
    expect(() => new LSTM({ units: 1, recurrentActivation: 'sigmod' as never })).toThrow(
      "LSTM: recurrentActivation: there is no activation called 'sigmod'. Did you mean 'sigmoid'?",
    )
    for (const shape of [
      [2, 3],
      [2, 0, 3],
    ]) {
      expect(() => new LSTM({ units: 1 }).call(zeros(shape))).toThrow(
        `LSTM expects a sequence of shape [batch, time, inputs] with at least one step and got [${shape.join(', ')}].`,
      )
    }
  })
})
