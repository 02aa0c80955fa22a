import { cpu } from '@gradus/backend-cpu'
import { add, mul, type Tensor, type Tree, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { Rng } from '../rng.ts'
import { Outer, Scale } from '../testing/layers.ts'
import type { Scope } from './base-layer.ts'
import { Layer } from './layer.ts'
import { initLayer, statelessCall } from './stateless.ts'

await useBackend(cpu())

const nothing = { params: {}, state: {} }

/** Reports the arguments of `apply` and returns its inputs. */
class Probe extends Layer<{ readonly seen?: (inputs: Tree, scope: Scope) => void }> {
  static override readonly callFields = { level: 'integer' } as const
  apply(inputs: Tree, scope: Scope<this>): Tree {
    this.config.seen?.(inputs, scope as Scope)
    return inputs
  }
}

describe('the options of a call', () => {
  const x = tensor([[1, 2]])

  /** The scope of a sublayer that is called with `options`. */
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

  it('set `training`, which otherwise comes from the enclosing call', () => {
    expect(within({}).training).toBe(false)
    expect(within({}, { training: true }).training).toBe(true)
    expect(within({ training: false }, { training: true }).training).toBe(false)
    expect(within({ training: true }).training).toBe(true)
  })

  it('are in the scope without `training` and `mask`', () => {
    expect(within({ level: 3, training: true }).options).toEqual({ level: 3 })
    expect(within({}).options).toEqual({})
  })

  it('are checked', () => {
    expect(() => within({ levle: 3 })).toThrow("A call of Probe has no option 'levle'. Did you mean 'level'?")
    expect(() => within({ level: 'x' })).toThrow('A call of Probe: \'level\' must be an integer and is "x".')
    expect(() => within({ levle: 3 })).toThrow(ConfigError)
  })
})

describe('a sublayer', () => {
  const x = tensor([[1, 2]])

  it('must be among the sublayers of the outer layer', () => {
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

  it('has its parameters and state under its path', () => {
    const layer = new Outer({ inner: new Outer({ inner: new Scale() }) })
    const variables = initLayer(layer, [1, 2], new Rng(1))
    expect(Object.keys(variables.params)).toEqual(['', 'inner', 'inner.inner'])
    const { outputs, state } = statelessCall(layer, variables, x)
    expect((outputs as Tensor).array()).toEqual([[3, 6]])
    expect((state['inner.inner'] as { count: Tensor }).count.item()).toBe(1)
  })

  it('that is called twice has the state of the first call in the second', () => {
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
    // the call is pure: the given variables are unchanged
    expect((variables.state['scale'] as { count: Tensor }).count.item()).toBe(0)
  })

  it('may be called with other parameters', () => {
    class Halved extends Layer {
      readonly scale = new Scale()
      apply(value: Tensor, scope: Scope<this>): Tree {
        const { factor } = scope.of(this.scale, value).params
        return scope.callWith({ factor: mul(factor, 0.5) }, this.scale, value)
      }
    }
    const layer = new Halved()
    const variables = initLayer(layer, [1, 2], new Rng(1))
    const { outputs, state } = statelessCall(layer, variables, x)
    expect((outputs as Tensor).array()).toEqual([[1.5, 3]])
    // everything else is as in a call with its own parameters
    expect((state['scale'] as { count: Tensor }).count.item()).toBe(1)
  })

  it('has a scope for methods other than `apply`', () => {
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

  it('has state if it or a nested layer has state', () => {
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
    expect(() => initLayer(new Wrong(), [1, 2], new Rng(1))).toThrow(
      'calls setState with cuont, and initState returned count. Both must have the same form.',
    )
  })
})
