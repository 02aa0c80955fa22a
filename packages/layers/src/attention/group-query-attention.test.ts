import { cpu } from '@gradus/backend-cpu'
import { initLayer, Rng, statelessCall } from '@gradus/core'
import { mul, randomKey, randomNormal, square, sum, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { L2 } from '../regularizers/l2.ts'
import { GroupQueryAttention } from './group-query-attention.ts'
import { MultiHeadAttention } from './multi-head-attention.ts'

await useBackend(cpu())

testLayer(GroupQueryAttention, {
  config: { headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2 },
  inputShapes: [
    [2, 3, 4],
    [2, 5, 4],
  ],
  expectedOutputShape: [2, 3, 4],
  expectedParams: 4 * 12 + 12 + 2 * (4 * 6 + 6) + 12 * 4 + 4,
  supportsMasking: true,
  invalidInputShape: [
    [2, 3, 4, 4],
    [2, 5, 4, 4],
  ],
})
testLayer(GroupQueryAttention, {
  config: { headDim: 2, numQueryHeads: 2, numKeyValueHeads: 1, useGate: true, useBias: false, dropout: 0.3 },
  inputShape: [2, 3, 4],
  mask: [
    [true, true, false],
    [true, true, true],
  ],
  expectedOutputShape: [2, 3, 4],
})

const x = randomNormal(randomKey(1), [2, 3, 4])

describe('GroupQueryAttention', () => {
  it('with a head of keys for each head of queries is multi-head attention', () => {
    const grouped = new GroupQueryAttention({ headDim: 3, numQueryHeads: 2, numKeyValueHeads: 2 })
    const variables = initLayer(grouped, x.shape, new Rng(1))
    const heads = new MultiHeadAttention({ numHeads: 2, keyDim: 3 })
    initLayer(heads, x.shape, new Rng(1))
    const results = [grouped, heads].map((layer) => (statelessCall(layer, variables, x).outputs as Tensor).array())
    expect(results[0]).toEqual(results[1])
  })

  it('adds the activity penalty on its output to those of its projections', async () => {
    const layer = new GroupQueryAttention({
      headDim: 3,
      numQueryHeads: 2,
      numKeyValueHeads: 1,
      activityRegularizer: new L2({ l2: 0.5 }),
    })
    const { outputs, losses } = statelessCall(layer, initLayer(layer, x.shape, new Rng(1)), x)
    const own = mul(0.5 / 2, sum(square(outputs as Tensor)))
    const penalties = losses.map((loss) => loss.item() as number)
    expect(penalties).toHaveLength(5)
    expect(penalties[4]).toBeCloseTo(own.item() as number)
    expect(penalties[3]).toBeCloseTo(penalties[4]!) // the output projection has the same output
  })

  it('shares keys among the heads of a group', () => {
    const layer = new GroupQueryAttention({ headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2 })
    const variables = initLayer(layer, x.shape, new Rng(1))
    const kernel = (variables.params['queryDense'] as { kernel: Tensor }).kernel
    const rows = kernel.array() as number[][][]
    const same = {
      ...(variables.params['queryDense'] as { bias: Tensor }),
      kernel: tensor(rows.map(([a, , c]) => [a!, a!, c!, c!])),
    }
    const { outputs } = statelessCall(layer, { ...variables, params: { ...variables.params, queryDense: same } }, x, {
      returnAttentionScores: true,
    })
    const [one, two, three, four] = ((outputs as Tensor[])[1]!.array() as number[][][][])[0]!
    expect(one).toEqual(two)
    expect(three).toEqual(four)
    expect(two).not.toEqual(three)
  })

  it('uses the option queryMask: such queries get the mean of all values', () => {
    const layer = new GroupQueryAttention({ headDim: 3, numQueryHeads: 2, numKeyValueHeads: 1 })
    const variables = initLayer(layer, x.shape, new Rng(1))
    const queryMask = tensor([
      [false, true, true],
      [true, true, false],
    ])
    const run = (options = {}) =>
      (statelessCall(layer, variables, x, options).outputs as Tensor).array() as number[][][]
    expect(run({ queryMask })[0]!.slice(1)).toEqual(run()[0]!.slice(1))
    expect(run({ queryMask })[0]![0]).not.toEqual(run()[0]![0])
  })

  it('refuses heads that groups do not divide, and other ranks', () => {
    expect(() => new GroupQueryAttention({ headDim: 1, numQueryHeads: 3, numKeyValueHeads: 2 })).toThrow(
      "GroupQueryAttention: 'numQueryHeads' is 3 and 'numKeyValueHeads' is 2; the second must divide the first.",
    )
    const layer = new GroupQueryAttention({ headDim: 1, numQueryHeads: 1, numKeyValueHeads: 1 })
    expect(() => layer.call(zeros([2, 3]))).toThrow('expects inputs of shape [batch, steps, features] and got [2, 3].')
  })
})

it('a masked query does not hide the keys of another sequence', () => {
  const layer = new MultiHeadAttention({ numHeads: 1, keyDim: 2 })
  const memory = randomNormal(randomKey(2), [2, 5, 4])
  const variables = initLayer(layer, [x.shape, memory.shape], new Rng(1))
  const mask = [
    tensor([
      [true, true, false],
      [true, false, false],
    ]),
    undefined,
  ]
  const run = (options = {}) => (statelessCall(layer, variables, [x, memory], options).outputs as Tensor).array()
  expect((run({ mask }) as number[][][])[0]!.slice(0, 2)).toEqual((run() as number[][][])[0]!.slice(0, 2))
})
