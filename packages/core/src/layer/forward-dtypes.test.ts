import { cpu } from '@gradus/backend-cpu'
import { type DType, type Tensor, type Tree, tensor, treeLeaves, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Rng } from '../rng.ts'
import { Outer, Scale } from '../testing/layers.ts'
import type { Scope } from './base-layer.ts'
import { Layer } from './layer.ts'
import { initLayer, statelessCall } from './stateless.ts'

await useBackend(cpu())

const nothing = { params: {}, state: {} }

/** Reports the inputs of `apply` and returns them. */
class Probe extends Layer<{ readonly seen?: (inputs: Tree) => void }> {
  apply(inputs: Tree): Tree {
    this.config.seen?.(inputs)
    return inputs
  }
}

describe('dtypes', () => {
  const float = tensor([[1, 2]])
  const whole = tensor([[1, 2]], { dtype: 'int32' })
  const truth = tensor([[true, false]])

  /** The dtypes of the inputs of `apply` and those of the outputs. */
  function dtypesOf(config: { readonly dtype?: 'float32' | 'float64' | 'mixedFloat16' }, inputs: Tree, Class = Probe) {
    let inside: DType[] = []
    const seen = (given: Tree) => {
      inside = treeLeaves(given).map(({ dtype }) => dtype)
    }
    const { outputs } = statelessCall(new Class({ ...config, seen }), nothing, inputs)
    return { inside, outputs: treeLeaves(outputs).map(({ dtype }) => dtype) }
  }

  it('of floats become that of the layer, while integers and bools keep theirs', () => {
    const both = { inside: ['float64', 'int32', 'bool'], outputs: ['float64', 'int32', 'bool'] }
    expect(dtypesOf({ dtype: 'float64' }, [float, whole, truth])).toEqual(both)
    const halves = { inside: ['float16', 'int32', 'bool'], outputs: ['float16', 'int32', 'bool'] }
    expect(dtypesOf({ dtype: 'mixedFloat16' }, [float, whole, truth])).toEqual(halves)
    expect(dtypesOf({}, whole)).toEqual({ inside: ['int32'], outputs: ['int32'] })
  })

  it('are those of the parameters inside layers with full precision', () => {
    class Precise extends Probe {
      override get fullPrecision() {
        return true
      }
    }
    expect(dtypesOf({ dtype: 'mixedFloat16' }, float, Precise)).toEqual({ inside: ['float32'], outputs: ['float16'] })
  })

  it('are kept without autocast', () => {
    class Raw extends Probe {
      override get autocast() {
        return false
      }
    }
    const wide = tensor([1], { dtype: 'float64' })
    expect(dtypesOf({}, wide, Raw)).toEqual({ inside: ['float64'], outputs: ['float64'] })
    expect(dtypesOf({ dtype: 'mixedFloat16' }, wide, Raw)).toEqual({ inside: ['float64'], outputs: ['float64'] })
  })

  it('of parameters and state are those of the computations inside `apply` and unchanged outside', () => {
    let inside: DType[] = []
    class Watched extends Scale {
      override apply(x: Tensor, scope: Scope<this>): Tensor {
        inside = [scope.params.factor.dtype, scope.state.count.dtype]
        return super.apply(x, scope)
      }
    }
    const layer = new Watched({ dtype: 'mixedFloat16' })
    const variables = initLayer(layer, [1, 2], new Rng(1))
    const { outputs, state } = statelessCall(layer, variables, float)
    expect(inside).toEqual(['float16', 'float16'])
    expect((outputs as Tensor).dtype).toBe('float16')
    const { count } = state[''] as { count: Tensor }
    expect([count.dtype, count.item()]).toEqual(['float32', 1])
  })

  it('depend on the policy of each nested layer', () => {
    let inside: DType[] = []
    const inner = new Probe({
      dtype: 'mixedFloat16',
      seen: (given) => {
        inside = treeLeaves(given).map(({ dtype }) => dtype)
      },
    })
    const { outputs } = statelessCall(new Outer({ inner }), nothing, float)
    expect(inside).toEqual(['float16'])
    expect((outputs as Tensor).dtype).toBe('float16')
    const outer = new Outer({ inner: new Probe({ dtype: 'float64' }), dtype: 'mixedFloat16' })
    expect((statelessCall(outer, nothing, float).outputs as Tensor).dtype).toBe('float16')
  })
})
