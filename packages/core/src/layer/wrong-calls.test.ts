import { cpu } from '@gradus/backend-cpu'
import { Dense, ELU, Identity } from '@gradus/layers'
import { ShapeError, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { expect, it } from 'vitest'
import type { Scope } from './base-layer.ts'
import { input } from './input.ts'
import { Layer } from './layer.ts'

await useBackend(cpu())

const x = zeros([2, 3])

it('apply says that a layer is called with call', () => {
  const dense = new Dense({ units: 2 })
  const apply = (layer: Layer, value: unknown) => (layer.apply as (x: unknown) => unknown)(value)
  expect(() => apply(dense, x)).toThrow('Dense.apply was called without a scope. A program calls a layer with call')
  expect(() => apply(dense, input({ shape: [3] }))).toThrow('as in layer.call(x)')
  expect((apply(new ELU(), tensor([1])) as Tensor).array()).toEqual([1])
  expect(Object.hasOwn(dense, 'apply')).toBe(false)
})

it('a class with call instead of apply is told what the methods are', () => {
  class Scaled extends (Layer as unknown as new () => object) {
    call(): void {}
  }
  expect(() => new Scaled()).toThrow(
    "The class Scaled has a method call and no apply. Write apply(x, scope) for Keras's call, and for its build init(",
  )
})

it('a class that overrides call or build of a layer with apply is refused', () => {
  class Doubled extends Dense {
    override call(): never {
      throw new Error()
    }
  }
  class Built extends Dense {
    override build(): this {
      return this
    }
  }
  expect(() => new Doubled({ units: 1 })).toThrow(
    'The class Doubled has a method call and no apply. Write apply(x, scope)',
  )
  expect(() => new Built({ units: 1 })).toThrow('The class Built has a method build and no init. Write')
  class Both extends Doubled {
    override apply(x: Tensor): Tensor {
      return x
    }
  }
  expect(() => new Both({ units: 1 })).not.toThrow()
})

it('a layer for one tensor says so if it is given several', () => {
  const dense = new Dense({ units: 2 })
  const message = 'Dense was called with a list of 2 tensors, and its apply cannot take that'
  expect(() => dense.call([x, x])).toThrow(message)
  expect(() => dense.call([input({ shape: [3] }), input({ shape: [3] })])).toThrow(message)
  expect(() => new ELU().call({ a: x })).toThrow(ShapeError)
  expect(() => new ELU().call({ a: x })).toThrow('ELU was called with an object of 1 tensors')
})

it('an error of a sublayer is not attributed to the inputs of the outer layer', () => {
  class Faulty extends Layer {
    static readonly type = 'acme/Faulty'
    apply(): Tensor {
      return (undefined as unknown as { missing: () => Tensor }).missing()
    }
  }
  class Outer extends Layer {
    static readonly type = 'acme/Outer'
    readonly inner = new Faulty()
    apply([a]: readonly Tensor[], scope: Scope<this>): Tensor {
      return scope.call(this.inner, a!)
    }
  }
  expect(() => new Outer().call([x, x])).toThrow(TypeError)
  expect(new Identity().callAll<Tensor[]>([x, x]).length).toBe(2)
})
