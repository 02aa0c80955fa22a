import type { Tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Layer } from './layer.ts'

class Leaf extends Layer {
  apply(x: Tensor): Tensor {
    return x
  }
}

const leaves = (count: number) => Array.from({ length: count }, () => new Leaf())

describe('sublayers', () => {
  it('are found among properties and then among options, by name', () => {
    class Holder extends Layer<{ readonly inner: Layer; readonly units?: number }> {
      static override readonly fields = { inner: 'layer', units: 'integer' }
      readonly own = new Leaf()
      readonly sizes = [1, 2]
      apply(x: Tensor): Tensor {
        return x
      }
    }
    const inner = new Leaf()
    const holder = new Holder({ inner, units: 3 })
    expect(Object.entries(holder.sublayers())).toEqual([
      ['own', holder.own],
      ['inner', inner],
    ])
  })

  it('are found in lists and plain objects at any depth', () => {
    const [a, b, c, d] = leaves(4)
    class Holder extends Layer<{ readonly towers: object }> {
      readonly experts = [a, [b]]
      apply(x: Tensor): Tensor {
        return x
      }
    }
    const holder = new Holder({ towers: { left: c, right: [{ deep: d }] } })
    expect(Object.entries(holder.sublayers())).toEqual([
      ['experts.0', a],
      ['experts.1.0', b],
      ['towers.left', c],
      ['towers.right.0.deep', d],
    ])
  })

  it('are listed once, without the layer itself', () => {
    const [leaf] = leaves(1)
    class Holder extends Layer<{ readonly inner: Layer }> {
      readonly again = this.config.inner
      readonly self = [this]
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(Object.entries(new Holder({ inner: leaf! }).sublayers())).toEqual([['again', leaf]])
  })

  it('may be made later and keep the order of the properties', () => {
    class Late extends Layer {
      late: Layer | undefined = undefined
      readonly early = new Leaf()
      apply(x: Tensor): Tensor {
        return x
      }
    }
    const layer = new Late()
    expect(Object.keys(layer.sublayers())).toEqual(['early'])
    layer.late = new Leaf()
    expect(Object.keys(layer.sublayers())).toEqual(['late', 'early'])
  })

  it('may be listed by the layer itself', () => {
    class Chosen extends Layer<{ readonly inner: Layer }> {
      readonly used = new Leaf()
      override sublayers() {
        return { used: this.used }
      }
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(Object.keys(new Chosen({ inner: new Leaf() }).sublayers())).toEqual(['used'])
  })
})
