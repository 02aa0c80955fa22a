import { cpu } from '@gradus/backend-cpu'
import { add, cast, type DType, mul, sum, type Tensor, type Tree, tensor, treeLeaves, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Regularizer } from '../contracts/regularizer.ts'
import { ConfigError } from '../errors.ts'
import { Rng } from '../rng.ts'
import type { Scope } from './base-layer.ts'
import { Forward } from './forward.ts'
import { Layer } from './layer.ts'
import { initLayer, statelessCall } from './stateless.ts'

await useBackend(cpu())

const nothing = { params: {}, state: {} }

/** Notes what `apply` is given and returns its inputs. */
class Probe extends Layer<{ readonly seen?: (inputs: Tree, scope: Scope) => void }> {
  static override readonly callFields = { level: 'integer' } as const
  apply(inputs: Tree, scope: Scope<this>): Tree {
    this.config.seen?.(inputs, scope as Scope)
    return inputs
  }
}

class Outer extends Layer<{ readonly inner: Layer; readonly options?: object }> {
  apply(x: Tensor, scope: Scope<this>): Tree {
    return scope.callAll(this.config.inner, x, this.config.options)
  }
}

class Scale extends Layer<object, { factor: Tensor }, { count: Tensor }> {
  override init() {
    return { factor: tensor(3, { dtype: this.dtype }) }
  }
  override initState() {
    return { count: tensor(0, { dtype: this.dtype }) }
  }
  apply(x: Tensor, scope: Scope<this>): Tensor {
    scope.setState({ count: add(scope.state.count, 1) })
    return mul(x, scope.params.factor)
  }
}

describe('what goes in and out', () => {
  const x = tensor([[1, 2]])

  it('keeps its structure, whatever that is', () => {
    const probe = new Probe()
    const inputs = { a: [x, x], b: { c: x } }
    expect(statelessCall(probe, nothing, inputs).outputs).toEqual(inputs)
    // what looks like an output and a new state is two outputs
    const pair = [x, [x, x]]
    const { outputs, state } = statelessCall(probe, nothing, pair)
    expect(outputs).toEqual(pair)
    expect(treeLeaves(outputs)).toHaveLength(3)
    expect(state).toEqual({})
    const looksLikeState = [x, { count: x }]
    expect(statelessCall(probe, nothing, looksLikeState).outputs).toEqual(looksLikeState)
  })

  it('goes through layers within in the same way', () => {
    class Split extends Layer {
      apply(value: Tensor): Tree {
        return { sequence: value, states: [mul(value, 2), [mul(value, 3)]] }
      }
    }
    const { outputs } = statelessCall(new Outer({ inner: new Outer({ inner: new Split() }) }), nothing, x)
    const { sequence, states } = outputs as { sequence: Tensor; states: [Tensor, [Tensor]] }
    expect([sequence, states[0], states[1][0]].map((value) => value.array())).toEqual([[[1, 2]], [[2, 4]], [[3, 6]]])
  })

  it('is one tensor where a layer is called for one', () => {
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

  it('is told to an observer layer by layer', () => {
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

describe('dtypes', () => {
  const float = tensor([[1, 2]])
  const whole = tensor([[1, 2]], { dtype: 'int32' })
  const truth = tensor([[true, false]])

  /** The dtypes that `apply` sees and those of the outputs. */
  function dtypesOf(config: { readonly dtype?: 'float32' | 'float64' | 'mixedFloat16' }, inputs: Tree, Class = Probe) {
    let inside: DType[] = []
    const seen = (given: Tree) => {
      inside = treeLeaves(given).map(({ dtype }) => dtype)
    }
    const { outputs } = statelessCall(new Class({ ...config, seen }), nothing, inputs)
    return { inside, outputs: treeLeaves(outputs).map(({ dtype }) => dtype) }
  }

  it('of floats become that of the layer; integers and truth values stay as they are beside them', () => {
    const both = { inside: ['float64', 'int32', 'bool'], outputs: ['float64', 'int32', 'bool'] }
    expect(dtypesOf({ dtype: 'float64' }, [float, whole, truth])).toEqual(both)
    const halves = { inside: ['float16', 'int32', 'bool'], outputs: ['float16', 'int32', 'bool'] }
    expect(dtypesOf({ dtype: 'mixedFloat16' }, [float, whole, truth])).toEqual(halves)
    expect(dtypesOf({}, whole)).toEqual({ inside: ['int32'], outputs: ['int32'] })
  })

  it('may be those of the parameters inside, where a layer needs all digits', () => {
    class Precise extends Probe {
      override get fullPrecision() {
        return true
      }
    }
    expect(dtypesOf({ dtype: 'mixedFloat16' }, float, Precise)).toEqual({ inside: ['float32'], outputs: ['float16'] })
  })

  it('may be left alone', () => {
    class Raw extends Probe {
      override get autocast() {
        return false
      }
    }
    const wide = tensor([1], { dtype: 'float64' })
    expect(dtypesOf({}, wide, Raw)).toEqual({ inside: ['float64'], outputs: ['float64'] })
    expect(dtypesOf({ dtype: 'mixedFloat16' }, wide, Raw)).toEqual({ inside: ['float64'], outputs: ['float64'] })
  })

  it('of parameters and state are those of the computation inside, and as before outside', () => {
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

  it('are those of each layer by itself', () => {
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

describe('the options of a call', () => {
  const x = tensor([[1, 2]])

  /** The scope that a layer within sees, which is called with `options`. */
  function within(options: object, outer: object = {}): Scope {
    let found: Scope | undefined
    const inner = new Probe({
      seen: (_, scope) => {
        found = scope
      },
    })
    statelessCall(new Outer({ inner, options }), nothing, x, outer)
    return found!
  }

  it('say whether it is part of training, and else the call around it does', () => {
    expect(within({}).training).toBe(false)
    expect(within({}, { training: true }).training).toBe(true)
    expect(within({ training: false }, { training: true }).training).toBe(false)
    expect(within({ training: true }).training).toBe(true)
  })

  it('come to the layer without `training` and `mask`, and go no deeper', () => {
    expect(within({ level: 3, training: true }).options).toEqual({ level: 3 })
    expect(within({}).options).toEqual({})
  })

  it('are checked', () => {
    expect(() => within({ levle: 3 })).toThrow("A call of Probe has no option 'levle'. Did you mean 'level'?")
    expect(() => within({ level: 'x' })).toThrow('A call of Probe: \'level\' must be an integer and is "x".')
    expect(() => within({ levle: 3 })).toThrow(ConfigError)
  })
})

describe('a layer within', () => {
  const x = tensor([[1, 2]])

  it('must be one that the outer layer is known to have', () => {
    const secret = new Probe()
    class Hiding extends Layer {
      static readonly type = 'Hiding'
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return scope.call(secret, value)
      }
    }
    expect(() => statelessCall(new Hiding(), nothing, x)).toThrow(
      'Hiding calls a Probe that is not among its sublayers. Keep it in a property or an option of Hiding, or name it in sublayers().',
    )
    class Swapped extends Layer {
      readonly inner = new Probe()
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return scope.call(value as never, this.inner as never)
      }
    }
    expect(() => statelessCall(new Swapped(), nothing, x)).toThrow(
      'scope.call takes a layer first and then its inputs.',
    )
  })

  it('has parameters and state by the names on the way', () => {
    const layer = new Outer({ inner: new Outer({ inner: new Scale() }) })
    const variables = initLayer(layer, [1, 2], new Rng(1))
    expect(Object.keys(variables.params)).toEqual(['', 'inner', 'inner.inner'])
    const { outputs, state } = statelessCall(layer, variables, x)
    expect((outputs as Tensor).array()).toEqual([[3, 6]])
    expect((state['inner.inner'] as { count: Tensor }).count.item()).toBe(1)
  })

  it('that is called twice sees the state of its first call at the second', () => {
    class Twice extends Layer {
      readonly scale = new Scale()
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.scale, scope.call(this.scale, value))
      }
    }
    const layer = new Twice()
    const variables = initLayer(layer, [1, 2], new Rng(1))
    const { outputs, state } = statelessCall(layer, variables, x)
    expect((outputs as Tensor).array()).toEqual([[9, 18]])
    expect((state['scale'] as { count: Tensor }).count.item()).toBe(2)
    // the call is pure: what was given is as it was
    expect((variables.state['scale'] as { count: Tensor }).count.item()).toBe(0)
  })

  it('may be worked with in a scope, for other methods than apply', () => {
    class Prepared extends Scale {
      prepareSteps(value: Tensor, scope: Scope<this>): Tensor {
        return add(value, scope.params.factor)
      }
    }
    class User extends Layer {
      readonly inner = new Prepared()
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return this.inner.prepareSteps(value, scope.of(this.inner, value, { training: true }))
      }
    }
    const layer = new User()
    const variables = initLayer(layer, [1, 2], new Rng(1))
    expect((statelessCall(layer, variables, x).outputs as Tensor).array()).toEqual([[4, 5]])
  })

  it('is known to have state, its own or that of a layer within it', () => {
    const found: boolean[] = []
    class Asking extends Layer {
      readonly deep = new Outer({ inner: new Scale() })
      readonly bare = new Outer({ inner: new Probe() })
      apply(value: Tensor, scope: Scope<this>): Tensor {
        const [deep, bare] = [scope.call(this.deep, value), scope.call(this.bare, value)]
        found.push(scope.hasState(this.deep), scope.hasState(this.bare))
        return add(deep, bare)
      }
    }
    const layer = new Asking()
    const variables = initLayer(layer, [1, 2], new Rng(1))
    found.length = 0
    statelessCall(layer, variables, x)
    expect(found).toEqual([true, false])
  })

  it('must give a new state in the form of the old one', () => {
    class Wrong extends Scale {
      override apply(value: Tensor, scope: Scope<this>): Tensor {
        scope.setState({ cuont: scope.state.count } as never)
        return value
      }
    }
    expect(() => initLayer(new Wrong(), [1, 2], new Rng(1))).toThrow("The trees differ: 'count' is missing")
  })
})

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

  it('come from activity regularizers at any depth, divided by the batch size', () => {
    const activityRegularizer = new Sum()
    expect(lossesOf(new Probe({ activityRegularizer }))).toEqual([5])
    const inner = new Outer({ inner: new Probe({ activityRegularizer }), activityRegularizer })
    expect(lossesOf(new Outer({ inner }))).toEqual([5, 5])
  })

  it('of all outputs are one penalty, and of outputs that are not floats too', () => {
    class Two extends Layer {
      apply(value: Tensor): Tree {
        return { a: value, b: [cast(value, 'int32')] }
      }
    }
    expect(lossesOf(new Two({ activityRegularizer: new Sum() }))).toEqual([10])
  })

  it('come once for each call', () => {
    class Thrice extends Layer {
      readonly inner = new Adding()
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return [1, 2, 3].reduce((y) => scope.call(this.inner, y), value)
      }
    }
    expect(lossesOf(new Thrice())).toEqual([100, 100, 100])
  })

  it('are float32 where layers compute in halves', () => {
    const { losses } = statelessCall(new Probe({ activityRegularizer: new Sum(), dtype: 'mixedFloat16' }), nothing, x)
    expect([losses[0]!.dtype, losses[0]!.item()]).toEqual(['float32', 5])
  })
})
