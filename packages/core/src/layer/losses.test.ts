import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { cast, memory, mul, sum, type Tensor, type Tree, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Regularizer } from '../contracts/regularizer.ts'
import { Outer, Probe } from '../testing/layers.ts'
import type { Scope } from './base-layer.ts'
import { Layer } from './layer.ts'
import { statelessCall } from './stateless.ts'

await useBackend(cpu())

const nothing = { params: {}, state: {} }

describe('losses', () => {
  class Sum extends Regularizer {
    static readonly type = 'Sum'
    loss(x: Tensor): Tensor {
      return sum(x)
    }
  }
  class Adding extends Layer {
    apply(x: Tensor, scope: Scope<this>): Tensor {
      scope.addLoss(mul(sum(x), 10))
      return x
    }
  }
  const x = tensor([
    [1, 2],
    [3, 4],
  ])
  const lossesOf = (layer: Layer) => statelessCall(layer, nothing, x).losses.map((loss) => loss.item())

  it('may be added at any depth', () => {
    expect(lossesOf(new Adding())).toEqual([100])
    expect(lossesOf(new Outer({ inner: new Outer({ inner: new Adding() }) }))).toEqual([100])
  })

  it('of the last call on values are kept by the layer', () => {
    const layer = new Adding()
    expect(layer.losses).toEqual([])
    layer.call(x)
    expect(layer.losses.map((loss) => loss.item())).toEqual([100])
    const before = memory().buffers
    layer.call(x)
    expect(memory().buffers).toBe(before)
    const withGradient = grad((value: Tensor) => {
      layer.call(value)
      return layer.losses[0]!
    })
    expect(withGradient(x).array()).toEqual([
      [10, 10],
      [10, 10],
    ])
    expect(layer.losses).toEqual([])
  })

  it('come from activity regularizers at any depth, divided by the batch size', () => {
    const activityRegularizer = new Sum()
    expect(lossesOf(new Probe({ activityRegularizer }))).toEqual([5])
    const inner = new Outer({ inner: new Probe({ activityRegularizer }), activityRegularizer })
    expect(lossesOf(new Outer({ inner }))).toEqual([5, 5])
  })

  it('of a regularizer are summed over all outputs, including integers', () => {
    class Two extends Layer {
      apply(value: Tensor): Tree {
        return { a: value, b: [cast(value, 'int32')] }
      }
    }
    expect(lossesOf(new Two({ activityRegularizer: new Sum() }))).toEqual([10])
  })

  it('are added once per call', () => {
    class Thrice extends Layer {
      readonly inner = new Adding()
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return [1, 2, 3].reduce((y) => scope.call(this.inner, y), value)
      }
    }
    expect(lossesOf(new Thrice())).toEqual([100, 100, 100])
  })

  it('are float32 if the layer computes in float16', () => {
    const { losses } = statelessCall(new Probe({ activityRegularizer: new Sum(), dtype: 'mixedFloat16' }), nothing, x)
    expect([losses[0]!.dtype, losses[0]!.item()]).toEqual(['float32', 5])
  })
})
