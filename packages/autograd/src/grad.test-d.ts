import { mul, type Tensor } from '@gradus/tensor'
import { describe, expectTypeOf, it } from 'vitest'
import { grad, hessian, jacobian, jvp, valueAndGrad, vjp } from './index.ts'

interface Params {
  readonly w: Tensor
  readonly layers: readonly { readonly b: Tensor }[]
}

declare const params: Params
declare const x: Tensor
declare const loss: (p: Params, x: Tensor, flag?: boolean) => Tensor
declare const lossAndMore: (p: Params) => readonly [Tensor, { readonly logits: Tensor; readonly note: string }]

describe('gradients', () => {
  it('have the type of the first argument', () => {
    expectTypeOf(grad(loss)(params, x)).toEqualTypeOf<Params>()
    expectTypeOf(grad(loss)(params, x, true)).toEqualTypeOf<Params>()
    expectTypeOf(grad(lossAndMore)(params)).toEqualTypeOf<Params>()
    expectTypeOf(grad(grad((y: Tensor) => y))(x)).toEqualTypeOf<Tensor>()
    expectTypeOf(jacobian((p: Params) => p.w)(params)).toEqualTypeOf<Params>()
    expectTypeOf(hessian((y: Tensor) => y)(x)).toEqualTypeOf<Tensor>()
    expectTypeOf(grad((y) => mul(y, y))(x)).toEqualTypeOf<Tensor>()
    expectTypeOf(grad((y, z) => mul(y, z))(x, x)).toEqualTypeOf<Tensor>()
    expectTypeOf(valueAndGrad((y, z) => mul(y, z))(x, x)).toEqualTypeOf<[Tensor, Tensor]>()
    expectTypeOf(valueAndGrad((y) => [mul(y, y), 'note'])(x)).toEqualTypeOf<[readonly [Tensor, string], Tensor]>()
    expectTypeOf(jacobian((y) => mul(y, y))(x)).toEqualTypeOf<Tensor>()
    expectTypeOf(hessian((y, z) => mul(y, z))(x, x)).toEqualTypeOf<Tensor>()
    // @ts-expect-error the second argument is missing
    grad(loss)(params)
    // @ts-expect-error not a tensor
    grad(() => 3)
  })

  it('come with the value and the second result of the function', () => {
    expectTypeOf(valueAndGrad(loss)(params, x)).toEqualTypeOf<[Tensor, Params]>()
    const [[value, aux], gradient] = valueAndGrad(lossAndMore)(params)
    expectTypeOf(value).toEqualTypeOf<Tensor>()
    expectTypeOf(aux.note).toEqualTypeOf<string>()
    expectTypeOf(gradient).toEqualTypeOf<Params>()
  })

  it('in both modes are trees like inputs and outputs', () => {
    const { value, pullback } = vjp((p: Params, y: Tensor) => ({ y, w: p.w }), [params, x])
    expectTypeOf(value).toEqualTypeOf<{ y: Tensor; w: Tensor }>()
    expectTypeOf(pullback(value)).toEqualTypeOf<[Params, Tensor]>()
    expectTypeOf(jvp((p: Params) => p.w, [params], [params]).tangent).toEqualTypeOf<Tensor>()
  })
})
