import { cpu } from '@gradus/backend-cpu'
import { randomUniform, type Tensor, type Tree, useBackend, zeros } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Rng } from '../rng.ts'
import type { Scope } from './base-layer.ts'
import { Layer } from './layer.ts'
import { initLayer, statelessCall } from './stateless.ts'

await useBackend(cpu())

const draw = (rng: Rng) => randomUniform(rng.next(), [4])

class Noise extends Layer<object, { weight: Tensor }, { seed: Tensor }> {
  override init(rng: Rng) {
    return { weight: draw(rng) }
  }
  override initState(rng: Rng) {
    return { seed: draw(rng) }
  }
  apply(_: Tensor, { rng }: Scope<this>): Tensor {
    return draw(rng)
  }
}

/** Calls its sublayers in the given order. */
class Calls extends Layer<{ readonly parts: Readonly<Record<string, Layer>>; readonly order: readonly string[] }> {
  apply(x: Tensor, scope: Scope<this>): Tree {
    return this.config.order.map((name) => scope.callAll(this.config.parts[name]!, x))
  }
}

const x = zeros([1, 2])

function noises(layer: Layer, seed = 1): string[] {
  const variables = initLayer(layer, [1, 2], new Rng(1))
  const { outputs } = statelessCall(layer, variables, x, { rng: new Rng(seed) })
  return (outputs as Tensor[]).flat(9).map(String)
}

const calls = (order: string, ...names: string[]) =>
  new Calls({ parts: Object.fromEntries(names.map((name) => [name, new Noise()])), order: order.split(' ') })

describe('random numbers of calls', () => {
  it('depend on the seed and differ between layers and calls', () => {
    const found = noises(calls('a b a a', 'a', 'b'))
    expect(new Set(found).size).toBe(4)
    expect(noises(calls('a b a a', 'a', 'b'))).toEqual(found)
    expect(noises(calls('a b a a', 'a', 'b'), 2)).not.toEqual(found)
  })

  it('do not change if a layer is added or the order changes', () => {
    const [a, b] = noises(calls('a b', 'a', 'b'))
    expect(noises(calls('c a b', 'c', 'a', 'b')).slice(1)).toEqual([a, b])
    expect(noises(calls('b a', 'a', 'b'))).toEqual([b, a])
  })

  it('differ between layers with the same name at different depths', () => {
    const inner = calls('a', 'a')
    const layer = new Calls({ parts: { a: new Noise(), block: inner }, order: ['a', 'block'] })
    expect(new Set(noises(layer)).size).toBe(2)
  })
})

describe('random numbers of initial variables', () => {
  const values = (tree: Tree) => Object.values(tree as Record<string, Tensor>).map(String)

  it('depend on the seed and differ between layers, and between parameters and state', () => {
    const layer = calls('a b', 'a', 'b')
    const { params, state } = initLayer(layer, [1, 2], new Rng(1))
    const all = ['parts.a', 'parts.b'].flatMap((path) => [...values(params[path]!), ...values(state[path]!)])
    expect(new Set(all).size).toBe(4)
    const again = initLayer(calls('b a', 'b', 'a'), [1, 2], new Rng(1))
    expect(values(again.params['parts.a']!)).toEqual(values(params['parts.a']!))
    expect(values(again.state['parts.a']!)).toEqual(values(state['parts.a']!))
    const other = initLayer(layer, [1, 2], new Rng(2))
    expect(values(other.state['parts.a']!)).not.toEqual(values(state['parts.a']!))
  })

  it('of the state do not depend on those that the parameters draw', () => {
    class Greedy extends Noise {
      override init(rng: Rng) {
        rng.next()
        return super.init(rng)
      }
    }
    const [plain, greedy] = [new Noise(), new Greedy()].map((layer) => initLayer(layer, [1, 2], new Rng(1)))
    expect(values(greedy!.state['']!)).toEqual(values(plain!.state['']!))
    expect(values(greedy!.params['']!)).not.toEqual(values(plain!.params['']!))
  })
})
