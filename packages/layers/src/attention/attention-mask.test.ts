import { cpu } from '@gradus/backend-cpu'
import { initLayer, type LayerTrees, maskOf, Rng, setMask, statelessCall } from '@gradus/core'
import { mul, randomKey, randomNormal, slice, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { MultiHeadAttention } from './multi-head-attention.ts'

await useBackend(cpu())

type Options = Parameters<typeof statelessCall<MultiHeadAttention>>[3]

const x = randomNormal(randomKey(1), [2, 4, 6])
const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 3 })
const variables = initLayer(layer, x.shape, new Rng(1))
const attend = (inputs: Parameters<typeof statelessCall>[2], options: Options = {}) =>
  statelessCall(layer, variables, inputs, options).outputs as Tensor
const scoresOf = (options: Options, inputs: Parameters<typeof statelessCall>[2] = x) =>
  (statelessCall(layer, variables, inputs, { ...options, returnAttentionScores: true }).outputs as Tensor[])[1]!

describe('masks of attention', () => {
  it('limit a query to keys up to its position, if causal', () => {
    for (const [q, row] of (scoresOf({ useCausalMask: true }).array() as number[][][][])[1]![0]!.entries()) {
      expect(row.map((score) => score > 0)).toEqual([0, 1, 2, 3].map((k) => k <= q))
    }
    // later steps do not change earlier outputs
    const [whole, part] = [
      attend(x, { useCausalMask: true }),
      attend(slice(x, [0, 0], [2, 3]), { useCausalMask: true }),
    ]
    expect(slice(whole, [0, 0], [2, 3]).array()).toEqual(part.array())
  })

  it('limit a query to near keys, with a sliding window', () => {
    const near = new MultiHeadAttention({ numHeads: 1, keyDim: 2, slidingWindow: 2 })
    const { outputs } = statelessCall(near, initLayer(near, x.shape, new Rng(1)), x, { returnAttentionScores: true })
    const rows = ((outputs as Tensor[])[1]!.array() as number[][][][])[0]![0]!
    expect(rows.map((row) => row.map((score) => Number(score > 0)))).toEqual([
      [1, 1, 0, 0],
      [1, 1, 1, 0],
      [0, 1, 1, 1],
      [0, 0, 1, 1],
    ])
  })

  it('combine given masks with those of the inputs', () => {
    const valueMask = tensor([
      [true, true, false, false],
      [true, true, true, true],
    ])
    const attentionMask = tensor([[[true, false, true, true]]])
    const seen = (options: Options, inputs?: Tensor) =>
      (scoresOf(options, inputs).array() as number[][][][]).map((heads) =>
        heads[0]![0]!.map((score) => Number(score > 0)),
      )
    expect(seen({ valueMask })).toEqual([
      [1, 1, 0, 0],
      [1, 1, 1, 1],
    ])
    expect(seen({ attentionMask })).toEqual([
      [1, 0, 1, 1],
      [1, 0, 1, 1],
    ])
    expect(seen({ attentionMask, valueMask })).toEqual([
      [1, 0, 0, 0],
      [1, 0, 1, 1],
    ])
    const masked = mul(x, 1)
    setMask(masked, valueMask)
    expect(seen({ attentionMask }, masked)).toEqual([
      [1, 0, 0, 0],
      [1, 0, 1, 1],
    ])
    // numbers are converted to bool
    const numbers = tensor([
      [1, 1, 0, 0],
      [1, 1, 1, 1],
    ])
    expect(seen({ valueMask: numbers })).toEqual(seen({ valueMask }))
  })

  it('of the query are those of the output', () => {
    const mask = tensor([
      [true, false, true, true],
      [true, true, true, true],
    ])
    const query = mul(x, 1)
    setMask(query, mask)
    expect(maskOf(attend([query, x]))).toBe(mask)
    expect(maskOf(attend([x, query]))).toBeUndefined()
    const [output, scores] = statelessCall(layer, variables, [query, x], { returnAttentionScores: true })
      .outputs as Tensor[]
    expect([maskOf(output!), maskOf(scores!)]).toEqual([mask, undefined])
  })

  it('without any key give the mean of all values, or zeros if scores are returned, as in Keras', () => {
    const attentionMask = tensor([[[false, false, false, false]]])
    const blind = attend(x, { attentionMask })
    const uniform = new MultiHeadAttention({ numHeads: 2, keyDim: 3, kernelInitializer: 'zeros' })
    const ofZeros = statelessCall(uniform, withoutQuery(variables.params), x).outputs as Tensor
    blind.dataSync().forEach((value, i) => expect(value).toBeCloseTo(ofZeros.dataSync()[i]!, 5))
    expect(Math.max(...scoresOf({ attentionMask }).dataSync())).toBe(0)
  })
})

/** The variables with a query projection of zeros, so that all keys have the same weight. */
function withoutQuery(params: LayerTrees) {
  const { kernel, bias } = params['queryDense'] as { kernel: Tensor; bias: Tensor }
  return { params: { ...params, queryDense: { kernel: mul(kernel, 0), bias: mul(bias, 0) } }, state: {} }
}
