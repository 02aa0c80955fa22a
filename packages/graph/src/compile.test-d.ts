import { add, mul, type Tensor } from '@gradus/tensor'
import { describe, expectTypeOf, it } from 'vitest'
import { compile } from './index.ts'

declare const x: Tensor

describe('compiled functions', () => {
  it('have the types of the function', () => {
    const f = compile((w: { a: Tensor }, scale: number) => ({ b: mul(w.a, scale) }))
    expectTypeOf(f({ a: x }, 2)).toEqualTypeOf<{ b: Tensor }>()
    // @ts-expect-error a missing argument
    f({ a: x })
  })

  it('take tensors where the function gives no types', () => {
    expectTypeOf(compile((a, b) => add(a, b))(x, x)).toEqualTypeOf<Tensor>()
    expectTypeOf(compile((a) => [a, mul(a, a)])(x)).toEqualTypeOf<Tensor[]>()
  })
})
