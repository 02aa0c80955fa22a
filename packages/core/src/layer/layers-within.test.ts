import type { Tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Layer } from './layer.ts'
import { layersWithin } from './layers-within.ts'

class Leaf extends Layer {
  apply(x: Tensor): Tensor {
    return x
  }
}

class Block extends Layer<{ readonly parts: Readonly<Record<string, Layer>> }> {
  override sublayers() {
    return this.config.parts
  }
  apply(x: Tensor): Tensor {
    return x
  }
}

const block = (parts: Readonly<Record<string, Layer>>, config = {}) => new Block({ parts, ...config })

describe('layersWithin', () => {
  it('gives each layer before its sublayers, with its path, at any depth', () => {
    const [dense, norm, head] = [new Leaf(), new Leaf(), new Leaf()]
    const inner = block({ dense, norm })
    const tower = block({ inner })
    const root = block({ tower, head })
    expect(layersWithin(root).map(({ layer, path }) => [path, layer])).toEqual([
      ['', root],
      ['tower', tower],
      ['tower.inner', inner],
      ['tower.inner.dense', dense],
      ['tower.inner.norm', norm],
      ['head', head],
    ])
  })

  it('lists a shared layer once, with its first path', () => {
    const shared = new Leaf()
    const root = block({ left: block({ dense: shared }), right: block({ dense: shared }), dense: shared })
    expect(layersWithin(root).map(({ path }) => path)).toEqual(['', 'left', 'left.dense', 'right'])
  })

  it('counts a layer as trained if it and all layers on some path to it are trainable', () => {
    const trained = (root: Layer) =>
      Object.fromEntries(layersWithin(root).map(({ path, trained }) => [path, trained] as const))
    const frozen = { trainable: false }
    expect(trained(block({ a: block({ b: new Leaf() }, frozen), c: new Leaf(frozen), d: new Leaf() }))).toEqual({
      '': true,
      a: false,
      'a.b': false,
      c: false,
      d: true,
    })
    const shared = new Leaf()
    const root = block({ cold: block({ dense: shared }, frozen), warm: block({ dense: shared }) })
    expect(trained(root)).toEqual({ '': true, cold: false, 'cold.dense': true, warm: true })
    expect(trained(block({ a: new Leaf() }, frozen))).toEqual({ '': false, a: false })
  })
})
