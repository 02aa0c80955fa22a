import { cpu } from '@gradus/backend-cpu'
import {
  add,
  cast,
  cos,
  matmul,
  mul,
  onesLike,
  sin,
  sum,
  type Tensor,
  tensor,
  transpose,
  useBackend,
} from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { vjp } from './vjp.ts'

beforeAll(() => useBackend(cpu()))

describe('vjp', () => {
  it('pulls cotangents back to every input', () => {
    const a = tensor([
      [1, 2],
      [3, 4],
    ])
    const b = tensor([[5], [6]])
    const { value, pullback } = vjp((x: Tensor, y: Tensor) => matmul(x, y), [a, b])
    expect(value.array()).toEqual([[17], [39]])
    const ct = tensor([[1], [10]])
    const [da, db] = pullback(ct)
    expect(da.array()).toEqual(matmul(ct, transpose(b)).array())
    expect(db.array()).toEqual(matmul(transpose(a), ct).array())
  })

  it('takes and returns trees', () => {
    const { value, pullback } = vjp(
      (p: { x: Tensor }, [y]: readonly Tensor[]) => ({ product: mul(p.x, y!), list: [sin(p.x)] as const }),
      [{ x: tensor([1, 2]) }, [tensor([3, 4])]],
    )
    expect(value.product.array()).toEqual([3, 8])
    const [p, [y]] = pullback({ product: tensor([1, 1]), list: [tensor([0, 10])] })
    expect(y!.array()).toEqual([1, 2])
    expect((p.x.array() as number[])[0]).toBe(3)
    expect((p.x.array() as number[])[1]).toBeCloseTo(4 + 10 * Math.cos(2), 5)
  })

  it('can pull back repeatedly, and is linear', () => {
    const { value, pullback } = vjp((x: Tensor) => sin(x), [tensor([1, 2], { dtype: 'float64' })])
    const [once] = pullback(onesLike(value))
    const [twice] = pullback(mul(onesLike(value), 2))
    expect(twice.array()).toEqual(mul(once, 2).array())
    expect(once.array()).toEqual(cos(tensor([1, 2], { dtype: 'float64' })).array())
  })

  it('returns integer zeros for integer inputs', () => {
    const { pullback } = vjp(
      (x: Tensor, n: Tensor) => mul(x, cast(n, 'float32')),
      [tensor([1, 2]), tensor([3, 4], { dtype: 'int32' })],
    )
    const [dx, dn] = pullback(tensor([1, 1]))
    expect(dx.array()).toEqual([3, 4])
    expect([dn.dtype, dn.array()]).toEqual(['int32', [0, 0]])
  })

  it('works for a function that returns its input', () => {
    const x = tensor([1, 2])
    const { value, pullback } = vjp((y: Tensor) => [y, y] as const, [x])
    expect(value[0].array()).toEqual([1, 2])
    expect(pullback([tensor([1, 2]), tensor([10, 20])] as const)[0].array()).toEqual([11, 22])
  })

  it('throws for cotangents that do not fit', () => {
    const { pullback } = vjp((x: Tensor) => [x, sum(x)], [tensor([1, 2])])
    expect(() => pullback([tensor([1, 1])])).toThrow(
      'pullback: the function has 2 outputs and 1 cotangents were given; give one for each.',
    )
    expect(() => pullback([tensor([1, 1]), tensor([1])])).toThrow(
      'pullback: output 1 is float32[] and its cotangent float32[1]; they must agree.',
    )
    expect(() => pullback([tensor([1, 1], { dtype: 'float64' }), tensor(1)])).toThrow('output 0 is float32[2]')
  })

  it('throws for asynchronous functions', () => {
    expect(() => vjp(async (x: Tensor) => add(x, 1), [tensor(1)])).toThrow('must be synchronous')
  })
})
