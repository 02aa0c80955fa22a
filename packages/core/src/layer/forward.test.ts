import { cpu } from '@gradus/backend-cpu'
import { mul, type Tensor, type Tree, tensor, treeLeaves, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Rng } from '../rng.ts'
import { Outer, Probe } from '../testing/layers.ts'
import type { Scope } from './base-layer.ts'
import { Forward } from './forward.ts'
import { input } from './input.ts'
import { Layer } from './layer.ts'
import { statelessCall } from './stateless.ts'

await useBackend(cpu())

const nothing = { params: {}, state: {} }

describe('inputs and outputs', () => {
  const x = tensor([[1, 2]])

  it('keep their structure', () => {
    const probe = new Probe()
    const inputs = { a: [x, x], b: { c: x } }
    expect(statelessCall(probe, nothing, inputs).outputs).toEqual(inputs)
    // a pair that looks like an output and a new state is two outputs
    const pair = [x, [x, x]]
    const { outputs, state } = statelessCall(probe, nothing, pair)
    expect(outputs).toEqual(pair)
    expect(treeLeaves(outputs)).toHaveLength(3)
    expect(state).toEqual({})
    const looksLikeState = [x, { count: x }]
    expect(statelessCall(probe, nothing, looksLikeState).outputs).toEqual(looksLikeState)
  })

  it('keep their structure through nested layers', () => {
    class Split extends Layer {
      apply(value: Tensor): Tree {
        return { sequence: value, states: [mul(value, 2), [mul(value, 3)]] }
      }
    }
    const { outputs } = statelessCall(new Outer({ inner: new Outer({ inner: new Split() }) }), nothing, x)
    const { sequence, states } = outputs as { sequence: Tensor; states: [Tensor, [Tensor]] }
    expect([sequence, states[0], states[1][0]].map((value) => value.array())).toEqual([[[1, 2]], [[2, 4]], [[3, 6]]])
  })

  it('must be tensors', async () => {
    const outputsOf = (apply: unknown) => () => {
      class Wrong extends Layer {
        static readonly type = 'acme/Wrong'
        declare apply: Layer['apply']
      }
      const layer = new Wrong()
      if (apply) layer.apply = apply as Layer['apply']
      return statelessCall(layer, nothing, x)
    }
    expect(outputsOf(undefined)).toThrow(
      'acme/Wrong has no method apply(x, scope), which every layer defines (in Keras it is call).',
    )
    expect(outputsOf(() => undefined)).toThrow(
      'acme/Wrong.apply returned undefined; expected a tensor, or tensors in lists and plain objects. Is `return` missing?',
    )
    expect(outputsOf(() => 3)).toThrow('acme/Wrong.apply returned 3; expected a tensor')
    expect(outputsOf(() => Promise.resolve(x))).toThrow(
      'acme/Wrong.apply returned a promise; expected a tensor, or tensors in lists and plain objects. It cannot be async.',
    )
  })

  it('are one argument', () => {
    const probe = new Probe()
    const message = 'A call of Probe takes its inputs in one argument, as in call([a, b], { training: true }), and got'
    expect(() => probe.call(x, x as never)).toThrow(message)
    class Twice extends Layer {
      readonly inner = probe
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.inner, value, value as never)
      }
    }
    expect(() => new Twice().call(x)).toThrow(message)
    const symbolic = input({ shape: [2] })
    expect(() => probe.call(symbolic, symbolic as never)).toThrow(message)
  })

  it('must be one tensor with `call`', () => {
    class Two extends Layer {
      apply(value: Tensor): Tree {
        return [value, value]
      }
    }
    class Caller extends Layer {
      readonly two = new Two()
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.two, value)
      }
    }
    expect(() => statelessCall(new Caller(), nothing, x)).toThrow(
      'Two has 2 outputs; use callAll(...), which returns all of them.',
    )
  })

  it('are passed to an observer layer by layer', () => {
    const seen: [string, number][] = []
    const forward = new Forward({ of: () => nothing }, (layer, outputs) => seen.push([layer.type, outputs.length]))
    const layer = new Outer({ inner: new Probe() })
    forward.call(layer, x, { rng: new Rng(1), training: false })
    expect(seen).toEqual([
      ['Probe', 1],
      ['Outer', 1],
    ])
  })
})
