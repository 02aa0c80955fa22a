import { cpu } from '@gradus/backend-cpu'
import { initLayer, listVariables, Rng, type Scope, statelessCall } from '@gradus/core'
import {
  mul,
  randomKey,
  randomNormal,
  slice,
  type Tensor,
  type Tree,
  treeLeaves,
  useBackend,
  zeros,
} from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { L2 } from '../regularizers/l2.ts'
import { MultiHeadAttention } from './multi-head-attention.ts'

await useBackend(cpu())

testLayer(MultiHeadAttention, {
  config: { numHeads: 2, keyDim: 3 },
  inputShapes: [
    [2, 3, 4],
    [2, 5, 6],
  ],
  expectedOutputShape: [2, 3, 4],
  expectedParams: 4 * 6 + 6 + 2 * (6 * 6 + 6) + 6 * 4 + 4,
  supportsMasking: true,
  invalidInputShape: [
    [2, 3],
    [2, 5, 6],
  ],
})
testLayer(MultiHeadAttention, {
  config: { numHeads: 2, keyDim: 2, valueDim: 3, outputShape: [2, 2], useGate: true, useBias: false, dropout: 0.3 },
  inputShape: [2, 3, 4],
  mask: [
    [true, true, false],
    [true, true, true],
  ],
  expectedOutputShape: [2, 3, 2, 2],
})
testLayer(MultiHeadAttention, {
  config: { numHeads: 1, keyDim: 2, attentionAxes: 2 },
  inputShape: [2, 2, 3, 2],
  expectedOutputShape: [2, 2, 3, 2],
})

type Options = Parameters<typeof statelessCall<MultiHeadAttention>>[3]

const x = randomNormal(randomKey(1), [2, 4, 6])
const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 3 })
const variables = initLayer(layer, x.shape, new Rng(1))
const attend = (inputs: Parameters<typeof statelessCall>[2], options: Options = {}) =>
  statelessCall(layer, variables, inputs, options).outputs as Tensor
const scoresOf = (options: Options, inputs: Parameters<typeof statelessCall>[2] = x) =>
  (statelessCall(layer, variables, inputs, { ...options, returnAttentionScores: true }).outputs as Tensor[])[1]!

describe('MultiHeadAttention', () => {
  it('takes query, value and key in a list, by name, or one tensor for all', () => {
    const expected = attend([x, x, x]).array()
    const forms: Tree[] = [x, [x, x], { query: x, value: x }, { key: x, value: x, query: x }]
    for (const inputs of forms) {
      expect(attend(inputs).array()).toEqual(expected)
    }
    const [query, key] = [slice(x, [0, 0], [2, 2]), mul(x, 2)]
    expect(attend([query, x, key]).array()).toEqual(attend({ query, key, value: x }).array())
    expect(attend([query, x]).shape).toEqual([2, 2, 6])
  })

  it('returns scores that add up to 1 as a second output', () => {
    const scores = scoresOf({})
    expect(scores.shape).toEqual([2, 2, 4, 4])
    for (const row of (scores.array() as number[][][][]).flat(2)) {
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
    }
  })

  it('drops scores in training', () => {
    const drop = new MultiHeadAttention({ numHeads: 2, keyDim: 3, dropout: 0.5, seed: 3 })
    const run = (seed: number, training = true) =>
      String(statelessCall(drop, variables, x, { training, rng: new Rng(seed) }).outputs)
    expect(run(1)).toBe(run(1))
    expect(run(1)).not.toBe(run(2))
    expect(run(1, false)).toBe(String(attend(x)))
  })

  it("has the weights of its projections in Keras's order, with their penalties", () => {
    const gated = new MultiHeadAttention({ numHeads: 2, keyDim: 3, useGate: true, kernelRegularizer: 'l2' })
    gated.call(x)
    expect(listVariables(gated).map(({ path }) => path.replace(/\..*/, ''))).toEqual(
      ['queryDense', 'keyDense', 'gateDense', 'valueDense', 'outputDense'].flatMap((name) => [name, name]),
    )
    const penalties = listVariables(gated).map(({ layer: owner, key }) => owner.regularizerOf(key))
    expect(penalties.filter((penalty) => penalty instanceof L2)).toHaveLength(5)
    gated.trainable = false
    expect(listVariables(gated).some(({ trainable }) => trainable)).toBe(false)
  })

  it('passes its dtype policy to its projections', () => {
    const mixed = new MultiHeadAttention({ numHeads: 2, keyDim: 3, dtype: 'mixedFloat16' })
    const made = initLayer(mixed, x.shape, new Rng(1))
    expect(new Set(treeLeaves(made).map(({ dtype }) => dtype))).toEqual(new Set(['float32']))
    expect(mixed.queryDense.computeDType).toBe('float16')
    expect((statelessCall(mixed, made, x).outputs as Tensor).dtype).toBe('float16')
  })

  it('may be called twice by a subclass', () => {
    class Twice extends MultiHeadAttention {
      override apply(inputs: Tensor, scope: Scope<this>) {
        return super.apply(super.apply(inputs, scope) as Tensor, scope)
      }
    }
    const twice = new Twice({ numHeads: 2, keyDim: 3 })
    const { outputs } = statelessCall(twice, initLayer(twice, x.shape, new Rng(1)), x)
    expect((outputs as Tensor).shape).toEqual([2, 4, 6])
  })

  it('refuses invalid inputs and options', () => {
    const make = () => new MultiHeadAttention({ numHeads: 1, keyDim: 1, name: 'self' })
    expect(() => make().call(zeros([2, 3]))).toThrow(
      "MultiHeadAttention 'self' expects inputs of shape [batch, steps, ..., features] and got [2, 3].",
    )
    expect(() => make().call([zeros([2, 3, 4]), zeros([2, 5, 4]), zeros([2, 6, 4])])).toThrow(
      'expects a key with the steps of the value, which is [2, 5, 4], and got [2, 6, 4].',
    )
    expect(() => new MultiHeadAttention({ numHeads: 0, keyDim: 1 })).toThrow(
      "'numHeads' must be a positive whole number",
    )
    expect(() => attend(x, { causal: true } as never)).toThrow(
      "A call of MultiHeadAttention has no option 'causal'. (known: training, mask, attentionMask,",
    )
  })
})
