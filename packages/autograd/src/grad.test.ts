import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import {
  add,
  cast,
  concat,
  cos,
  exp,
  gather,
  greater,
  log,
  matmul,
  maximum,
  mul,
  neg,
  sin,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  useBackend,
  where,
} from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, valueAndGrad } from './grad.ts'

beforeAll(() => useBackend(cpu()))

const scalar = (x: number) => tensor(x, { dtype: 'float64' })
const at = (f: (x: Tensor) => Tensor, x: number) => f(scalar(x)).item() as number

describe('grad', () => {
  it('nests to any order', () => {
    const f = (x: Tensor) => mul(sin(x), exp(x))
    // e^x sin x: each derivative adds an eighth of a turn and a factor of sqrt 2
    const derivative = (n: number, x: number) => Math.SQRT2 ** n * Math.exp(x) * Math.sin(x + (n * Math.PI) / 4)
    let g: (x: Tensor) => Tensor = f
    for (let n = 0; n <= 4; n++) {
      expect(at(g, 0.7), `order ${n}`).toBeCloseTo(derivative(n, 0.7), 10)
      g = grad(g)
    }
  })

  it('does not confuse the derivatives of nested functions', () => {
    const one = grad((x: Tensor) => mul(x, grad((y: Tensor) => add(x, y))(x)))
    expect(at(one, 5)).toBe(1) // x * d(x + y)/dy = x
    const two = grad((x: Tensor) => mul(x, grad((y: Tensor) => mul(x, y))(scalar(3))))
    expect(at(two, 5)).toBe(10) // x * d(x y)/dy = x^2
    const three = grad((x: Tensor) => grad((y: Tensor) => mul(mul(x, x), mul(y, y)))(x))
    expect(at(three, 2)).toBe(24) // d(2 x^2 y)/dx at y = x: 2 x^3, so 6 x^2
    const inner = grad((x: Tensor) => {
      const g = grad((y: Tensor) => grad((z: Tensor) => mul(mul(x, y), z))(y))
      return g(x)
    })
    expect(at(inner, 5)).toBe(1) // d(x y)/dy = x
  })

  it('follows a value through closures', () => {
    let outside: Tensor | undefined
    const g = grad((x: Tensor) => {
      outside = mul(x, 2)
      const use = () => square(outside!)
      return use()
    })
    expect(at(g, 3)).toBe(24)
    expect(outside!.item()).toBe(6) // an ordinary tensor after the gradient
  })

  it('adds the gradients of several paths', () => {
    expect(
      at(
        grad((x) => add(add(x, x), mul(x, x))),
        3,
      ),
    ).toBe(8)
    const g = grad((x: Tensor) => sum(concat([x, gather(x, tensor([0, 0], { dtype: 'int32' })), mul(x, 3)])))
    expect(g(tensor([1, 2])).array()).toEqual([6, 4])
  })

  it('takes trees and returns trees of the same form', () => {
    const loss = (p: { w: Tensor; deep: readonly [{ b: Tensor }]; label: string }, x: Tensor) =>
      sum(square(add(mul(p.w, x), p.deep[0].b)))
    const params = { w: tensor([1, 2]), deep: [{ b: tensor([3, 4]) }] as const, label: 'kept' }
    const g = grad(loss)(params, tensor([5, 6]))
    expect(g.w.array()).toEqual([2 * 8 * 5, 2 * 16 * 6])
    expect(g.deep[0].b.array()).toEqual([16, 32])
    expect(g.label).toBe('kept')
  })

  it('is zero for inputs without influence', () => {
    const g = grad((p: { used: Tensor; unused: Tensor }) => sum(p.used))({ used: tensor([1, 2]), unused: tensor([3]) })
    expect(g.unused.array()).toEqual([0])
    expect(grad((_: Tensor) => tensor(1))(tensor([1, 2])).array()).toEqual([0, 0])
    expect(grad((x: Tensor) => sum(where(greater(x, 0), 1, 0)))(tensor([1, -1])).array()).toEqual([0, 0])
  })

  it('stops at integers and booleans', () => {
    const p = { x: tensor([1.5, 2.5]), index: tensor([1, 1], { dtype: 'int32' }), mask: tensor([true, false]) }
    const g = grad(({ x, index, mask }: typeof p) => sum(where(mask, gather(x, index), x)))(p)
    expect(g.x.array()).toEqual([0, 2])
    expect([g.index.dtype, g.index.array()]).toEqual(['int32', [0, 0]])
    expect([g.mask.dtype, g.mask.array()]).toEqual(['bool', [false, false]])
    // truncation is a step function
    expect(grad((x: Tensor) => sum(cast(cast(x, 'int32'), 'float32')))(tensor([1.5, 2.5])).array()).toEqual([0, 0])
    expect(grad((x: Tensor) => sum(cast(x, 'float64')))(tensor([1.5])).array()).toEqual([1])
  })

  it('splits ties as documented', () => {
    expect(grad((x: Tensor) => sum(maximum(x, tensor([1, 1, 1]))))(tensor([0, 1, 2])).array()).toEqual([0, 0.5, 1])
  })

  it('gives the same inside compile, around compile, and between', () => {
    const f = (w: Tensor, x: Tensor) => sum(log(sum(softmax(tanh(matmul(x, w))), { axis: 0 })))
    const [w, x] = [
      tensor(
        [
          [0.1, -0.2],
          [0.3, 0.5],
        ],
        { dtype: 'float64' },
      ),
      tensor([[1, 2]], { dtype: 'float64' }),
    ]
    const expected = grad(f)(w, x).array()
    expect(compile(grad(f))(w, x).array()).toEqual(expected)
    expect(grad(compile(f))(w, x).array()).toEqual(expected)
    expect(compile(grad(compile(f)))(w, x).array()).toEqual(expected)
    const second = (v: Tensor) => sum(square(grad(f)(v, x)))
    expect(compile(grad(second))(w).array()).toEqual(grad(second)(w).array())
  })

  it('throws for results that are not floating scalars', () => {
    const g = (f: (x: Tensor) => unknown) => () => grad(f as (x: Tensor) => Tensor)(tensor([1, 2]))
    const message = 'grad needs a function that returns one floating scalar and got'
    expect(g((x) => x)).toThrow(`${message} float32[2]. Use mean or sum to reduce the loss.`)
    expect(g((x) => cast(sum(x), 'int32'))).toThrow(`${message} int32[]`)
    expect(g(() => 3)).toThrow(`${message} number`)
    expect(g(() => undefined)).toThrow(`${message} undefined`)
    expect(g((x) => [x, x])).toThrow(`${message} float32[2]`)
    expect(g(async (x) => sum(x))).toThrow('Functions given to compile, grad, vjp and scan must be synchronous')
  })

  it('leaves the interpreter as it was after an error', () => {
    expect(() =>
      grad(() => {
        throw new Error('stop')
      })(tensor(1)),
    ).toThrow('stop')
    expect(add(tensor(1), 1).item()).toBe(2)
  })
})

describe('valueAndGrad', () => {
  it('returns value and gradient', () => {
    const [value, gradient] = valueAndGrad((x: Tensor, y: Tensor) => sum(mul(x, y)))(tensor([1, 2]), tensor([3, 4]))
    expect(value.item()).toBe(11)
    expect(gradient.array()).toEqual([3, 4])
  })

  it('returns the second result of the function', () => {
    const f = (x: Tensor) => {
      const y = neg(x)
      return [sum(square(y)), { y, note: 'text' }] as const
    }
    const [[loss, aux], gradient] = valueAndGrad(f)(tensor([1, 2]))
    expect(loss.item()).toBe(5)
    expect(aux.y.array()).toEqual([-1, -2])
    expect(aux.note).toBe('text')
    expect(gradient.array()).toEqual([2, 4])
    // in a gradient of a gradient the second result has derivatives too
    const outer = grad((x: Tensor) => {
      const [[, { y }], g] = valueAndGrad(f)(x)
      return sum(mul(g, y)) // 2x * -x
    })
    expect(outer(tensor([1, 2])).array()).toEqual([-4, -8])
  })
})

describe('long chains', () => {
  it('of many ops need no deep stack', () => {
    const g = grad((x: Tensor) => {
      let y = x
      for (let i = 0; i < 20_000; i++) y = add(y, 1)
      return sub(y, cos(x))
    })
    expect(at(g, 0)).toBe(1)
  })
})
