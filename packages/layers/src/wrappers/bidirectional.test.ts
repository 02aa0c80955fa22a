import { cpu } from '@gradus/backend-cpu'
import { initLayer, layersWithin, maskOf, Rng, statelessCall } from '@gradus/core'
import { concat, flip, randomKey, randomNormal, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Dense } from '../core/dense.ts'
import { GRU } from '../recurrent/gru.ts'
import { LSTM } from '../recurrent/lstm.ts'
import { SimpleRNN } from '../recurrent/simple-rnn.ts'
import { Bidirectional } from './bidirectional.ts'

await useBackend(cpu())

testLayer(() => new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true }) }), {
  inputShape: [2, 3, 4],
  mask: [
    [true, true, false],
    [true, true, true],
  ],
  expectedOutputShape: [2, 3, 4],
  expectedParams: 2 * (4 * 6 + 2 * 6 + 12),
  supportsMasking: true,
  invalidInputShape: [2, 3],
})
testLayer(() => new Bidirectional({ layer: new LSTM({ units: 2, returnState: true }), mergeMode: 'mul' }), {
  inputShape: [2, 3, 2],
  expectedOutputShape: [
    [2, 2],
    [2, 2],
    [2, 2],
    [2, 2],
    [2, 2],
  ],
})

const x = randomNormal(randomKey(1), [2, 4, 3])

describe('Bidirectional', () => {
  const layer = new SimpleRNN({ units: 2, returnSequences: true, biasInitializer: 'uniform' })
  const { params } = initLayer(new Bidirectional({ layer }), x.shape, new Rng(1))
  const cellOf = (name: string) => ({ params: { cell: params[`${name}.cell`]! }, state: {} })
  const ahead = statelessCall(layer, cellOf('forwardLayer'), x).outputs as Tensor
  const reversed = new SimpleRNN({ units: 2, returnSequences: true, goBackwards: true })
  const back = flip(statelessCall(reversed, cellOf('backwardLayer'), x).outputs as Tensor, 1)

  it('runs in both directions with separate weights and aligns the outputs', () => {
    const both = new Bidirectional({ layer })
    const { outputs } = statelessCall(both, { params, state: {} }, x)
    expect((outputs as Tensor).array()).toEqual(concat([ahead, back], -1).array())
  })

  it('merges the outputs in each mode', () => {
    const merged = (mergeMode: 'sum' | 'mul' | 'ave' | 'none' | null) =>
      statelessCall(new Bidirectional({ layer, mergeMode }), { params, state: {} }, x).outputs
    const numbers = (value: unknown) => [...(value as Tensor).dataSync()]
    const [a, b] = [numbers(ahead), numbers(back)]
    const near = (found: unknown, expected: number[]) =>
      numbers(found).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
    near(
      merged('sum'),
      a.map((value, i) => value + b[i]!),
    )
    near(
      merged('mul'),
      a.map((value, i) => value * b[i]!),
    )
    near(
      merged('ave'),
      a.map((value, i) => (value + b[i]!) / 2),
    )
    for (const mode of ['none', null] as const) {
      const [first, second] = merged(mode) as Tensor[]
      expect([numbers(first), numbers(second)]).toEqual([a, b])
    }
  })

  it('starts each direction from its half of the given states, and returns the last ones in that order', () => {
    const both = new Bidirectional({ layer: new LSTM({ units: 2, returnState: true }) })
    const { params: own } = initLayer(both, x.shape, new Rng(2))
    const [h, c, hBack, cBack] = [1, 2, 3, 4].map((seed) => randomNormal(randomKey(seed), [2, 2]))
    const { outputs } = statelessCall(both, { params: own, state: {} }, x, { initialState: [h!, c!, hBack!, cBack!] })
    const alone = (name: string, goBackwards: boolean, initialState: Tensor[]) => {
      const lstm = new LSTM({ units: 2, returnState: true, goBackwards })
      return statelessCall(lstm, { params: { cell: own[`${name}.cell`]! }, state: {} }, x, { initialState })
        .outputs as Tensor[]
    }
    const [forward, backward] = [alone('forwardLayer', false, [h!, c!]), alone('backwardLayer', true, [hBack!, cBack!])]
    const expected = [concat([forward[0]!, backward[0]!], -1), ...forward.slice(1), ...backward.slice(1)]
    expect((outputs as Tensor[]).map((value) => value.array())).toEqual(expected.map((value) => value.array()))
  })

  it('leaves out masked steps in both directions', () => {
    const both = new Bidirectional({ layer: new GRU({ units: 2 }) })
    const { params: own } = initLayer(both, [1, 4, 3], new Rng(2))
    const short = tensor([(x.array() as number[][][])[0]!.slice(0, 2)])
    const padded = concat([short, zeros([1, 2, 3])], 1)
    const mask = tensor([[true, true, false, false]])
    const run = (input: Tensor, options = {}) => statelessCall(both, { params: own, state: {} }, input, options).outputs
    expect((run(padded, { mask }) as Tensor).array()).toEqual((run(short) as Tensor).array())
    expect((run(padded) as Tensor).array()).not.toEqual((run(short) as Tensor).array())
  })

  it('passes the mask on if it returns sequences', () => {
    const mask = tensor([
      [true, true, false, false],
      [true, true, true, true],
    ])
    const maskAfter = (inner: GRU) =>
      maskOf(
        statelessCall(
          new Bidirectional({ layer: inner }),
          initLayer(new Bidirectional({ layer: inner }), x.shape, new Rng(1)),
          x,
          { mask },
        ).outputs as Tensor,
      )
    expect(maskAfter(new GRU({ units: 2, returnSequences: true }))).toBe(mask)
    expect(maskAfter(new GRU({ units: 2 }))).toBeUndefined()
  })

  it('has two new sublayers and not the given layer', () => {
    const given = new GRU({ units: 2, name: 'mine' })
    const both = new Bidirectional({ layer: given })
    both.call(x)
    expect(layersWithin(both).map(({ path }) => path)).toEqual([
      '',
      'forwardLayer',
      'forwardLayer.cell',
      'backwardLayer',
      'backwardLayer.cell',
    ])
    expect(layersWithin(both).map(({ layer: nested }) => nested)).not.toContain(given)
    both.trainable = false
    expect([both.forwardLayer.cell.trainable, given.trainable]).toEqual([false, true])
  })

  it('takes another layer for the backward direction, which must fit', () => {
    const forward = new GRU({ units: 2 })
    const other = new Bidirectional({ layer: forward, backwardLayer: new LSTM({ units: 3, goBackwards: true }) })
    expect(other.call(x).shape).toEqual([2, 5])
    expect(() => new Bidirectional({ layer: forward, backwardLayer: new GRU({ units: 2 }) })).toThrow(
      'Bidirectional: both layers have goBackwards false; they must run in opposite directions.',
    )
    const sequences = new GRU({ units: 2, goBackwards: true, returnSequences: true })
    expect(() => new Bidirectional({ layer: forward, backwardLayer: sequences })).toThrow(
      "Bidirectional: 'layer' has returnSequences false and 'backwardLayer' has true; they must agree.",
    )
    expect(() => new Bidirectional({ layer: new Dense({ units: 1 }) })).toThrow(
      "Bidirectional: 'layer' must be a recurrent layer and is the layer Dense. Example: new Bidirectional({ layer: new LSTM({ units: 8 }) }).",
    )
  })
})
