import { cpu } from '@gradus/backend-cpu'
import { initLayer, input, maskOf, Rng, statelessCall } from '@gradus/core'
import { mul, randomKey, randomNormal, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { AdditiveAttention } from './additive-attention.ts'
import { Attention } from './attention.ts'

await useBackend(cpu())

const inputShapes = [
  [2, 3, 4],
  [2, 5, 4],
]
const common = { inputShapes, expectedOutputShape: [2, 3, 4], supportsMasking: true, invalidInputShape: [2, 3, 4] }

testLayer(Attention, { ...common, config: {}, expectedParams: 0 })
testLayer(Attention, { ...common, config: { useScale: true, scoreMode: 'concat', dropout: 0.3 }, expectedParams: 2 })
testLayer(AdditiveAttention, { ...common, config: {}, expectedParams: 4 })
testLayer(AdditiveAttention, { ...common, config: { useScale: false, dropout: 0.2, seed: 3 }, expectedParams: 0 })

const [x, memory] = [randomNormal(randomKey(1), [2, 3, 4]), randomNormal(randomKey(2), [2, 5, 4])]
const values = (outputs: unknown) => (outputs as Tensor[]).map((output) => output.array())

describe.each([Attention, AdditiveAttention])('%o', (Class) => {
  const layer = new Class({ useScale: true })
  const variables = initLayer(layer, [x.shape, memory.shape, memory.shape], new Rng(1))

  it('takes inputs in a list or by name, and the key defaults to the value', () => {
    const run = (inputs: Parameters<typeof statelessCall>[2]) => statelessCall(layer, variables, inputs).outputs
    const key = mul(memory, 2)
    expect(values([run({ query: x, value: memory, key })])).toEqual(values([run([x, memory, key])]))
    expect(values([run({ query: x, value: memory })])).toEqual(values([run([x, memory, memory])]))
  })

  it('gives masked keys no weight and masked queries zeros', () => {
    const mask = [
      tensor([
        [true, false, true],
        [true, true, true],
      ]),
      tensor([
        [true, false, true, true, true],
        [false, false, false, false, true],
      ]),
    ]
    const [output, scores] = statelessCall(layer, variables, [x, memory], { mask, returnAttentionScores: true })
      .outputs as [Tensor, Tensor]
    const rows = scores.array() as number[][][]
    expect(rows[0]!.map((row) => row[1])).toEqual([0, 0, 0])
    expect(rows[1]).toEqual(new Array(3).fill([0, 0, 0, 0, 1]))
    expect((output.array() as number[][][])[0]![1]).toEqual([0, 0, 0, 0])
    expect(maskOf(output)?.array()).toEqual(mask[0]!.array())
    // the mask of the value alone is not that of the output
    const other = statelessCall(layer, variables, [x, memory], { mask: [undefined, mask[1]] }).outputs as Tensor
    expect(maskOf(other)).toBeUndefined()
  })

  it('looks back only with a causal mask', () => {
    const options = { useCausalMask: true, returnAttentionScores: true }
    const [, scores] = statelessCall(layer, variables, [x, memory], options).outputs as [Tensor, Tensor]
    const [first, second] = (scores.array() as number[][][])[0]!
    expect(first).toEqual([1, 0, 0, 0, 0])
    expect(second!.slice(2)).toEqual([0, 0, 0])
  })

  it('drops scores in training, and returns those that are left', () => {
    const drop = new Class({ dropout: 0.5 })
    const options = { training: true, rng: new Rng(3), returnAttentionScores: true }
    const [, scores] = statelessCall(drop, variables, [x, memory], options).outputs as [Tensor, Tensor]
    expect((scores.array() as number[][][]).flat(2).filter((score) => score === 0).length).toBeGreaterThan(3)
  })

  it('is part of a functional model', () => {
    const [a, b] = [input({ shape: [3, 4] }), input({ shape: [null, 4] })]
    const [output, scores] = new Class().callAll([a, b], { returnAttentionScores: true })
    expect([output!.shape, scores!.shape]).toEqual([
      [null, 3, 4],
      [null, 3, null],
    ])
  })

  it('refuses inputs that do not fit', () => {
    const call = (...inputs: Tensor[]) => new Class({ name: 'look' }).call(inputs)
    const title = `${Class.type} 'look'`
    expect(() => new Class({ name: 'look' }).call(x)).toThrow(
      `${title} takes a list [query, value] or [query, value, key] and was given one input. For attention of a sequence to itself, give [x, x].`,
    )
    expect(() => call(x, x, x, x)).toThrow('was given 4 inputs')
    expect(() => call(zeros([2, 4]), memory)).toThrow(
      `${title} expects inputs of shape [batch, steps, features] and got [2, 4].`,
    )
    expect(() => call(x, zeros([2, 5, 3]))).toThrow(
      'expects a key with the features of the query, which is [2, 3, 4], and got [2, 5, 3].',
    )
    expect(() => call(x, memory, zeros([2, 6, 4]))).toThrow(
      'expects a key with the steps of the value, which is [2, 5, 4], and got [2, 6, 4].',
    )
  })
})
