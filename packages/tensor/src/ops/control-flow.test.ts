import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { TraceError } from '../errors.ts'
import type { Tensor } from '../tensor.ts'
import { add, greater, less, mul, sub } from './arithmetic.ts'
import { associativeScan } from './associative-scan.ts'
import { cond, foriLoop, map, switchCase, whileLoop } from './control-flow.ts'
import { tensor } from './create.ts'
import { square } from './exponential.ts'

await useBackend(cpu())

const int = (value: number) => tensor(value, { dtype: 'int32' })

describe('cond', () => {
  const f = (x: Tensor) =>
    cond(
      greater(x, 0),
      () => ({ y: square(x) }),
      () => ({ y: sub(1, x) }),
    ).y

  it.each([2, -3])('of %d gives the same eagerly and compiled, with its derivative', (value) => {
    const x = tensor(value)
    expect(compile(f)(x).item()).toBe(f(x).item())
    expect(grad(f)(x).item()).toBe(value > 0 ? 2 * value : -1)
    expect(compile(grad(f))(x).item()).toBe(value > 0 ? 2 * value : -1)
  })

  it('calls one function only where the condition is known', () => {
    const never = () => expect.fail('the other branch was called')
    expect(cond(tensor(true), () => tensor(1), never).item()).toBe(1)
    expect(cond(false, never, () => tensor(2)).item()).toBe(2)
  })
})

describe('whileLoop', () => {
  const condition = ({ x }: { x: Tensor }) => less(x, 100)
  const body = ({ x, n }: { x: Tensor; n: Tensor }) => ({ x: mul(x, 3), n: add(n, 1) })
  const start = (x: Tensor) => ({ x, n: int(0) })

  it('ends when the condition fails, or after the largest number of steps', () => {
    const result = whileLoop(condition, body, start(tensor(1)))
    expect([result.x.item(), result.n.item()]).toEqual([243, 5])
    expect(whileLoop(condition, body, start(tensor(1)), { maximumIterations: 2 }).x.item()).toBe(9)
  })

  it('is compiled with a largest number of steps, with its derivative', () => {
    const f = (x: Tensor) => whileLoop(condition, body, start(x), { maximumIterations: 8 }).x
    expect(compile(f)(tensor(1)).item()).toBe(243)
    expect(grad(f)(tensor(1)).item()).toBe(243)
    expect(compile(grad(f))(tensor(1)).item()).toBe(243)
    expect(compile(f)(tensor(200)).item()).toBe(200)
  })

  it('throws where the condition cannot be read', () => {
    const f = compile((x: Tensor) =>
      whileLoop(
        (y) => less(y, 9),
        (y) => mul(y, 2),
        x,
      ),
    )
    expect(() => f(tensor(1))).toThrow(TraceError)
    expect(() => f(tensor(1))).toThrow('{ maximumIterations: 100 }')
  })
})

describe('loops', () => {
  it('foriLoop passes the numbers from lower to upper - 1', () => {
    expect(foriLoop(2, 5, (i, total) => add(total, i), int(0)).item()).toBe(9)
    expect(foriLoop(5, 2, (i, total) => add(total, i), int(7)).item()).toBe(7)
    expect(grad((x: Tensor) => foriLoop(0, 3, (_, y) => mul(y, x), x))(tensor(2)).item()).toBe(32)
  })

  it('map stacks the results for each element', () => {
    const rows = { a: tensor([1, 2]), b: tensor([[3], [4]]) }
    expect(map(({ a, b }) => mul(a, b), rows).array()).toEqual([[3], [8]])
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('associativeScan of %d elements, from either end', (n) => {
    const values = Array.from({ length: n }, (_, i) => i + 1)
    // the composition of x -> a x + b is associative, and not commutative
    const compose = (f: { a: Tensor; b: Tensor }, g: { a: Tensor; b: Tensor }) => ({
      a: mul(f.a, g.a),
      b: add(mul(f.b, g.a), g.b),
    })
    const elements = { a: tensor([values.map(() => 2)]), b: tensor([values]) }
    const { b } = associativeScan(compose, elements, { axis: 1 })
    let last = 0
    const expected = values.map((value) => (last = last * 2 + value))
    expect(b.array()).toEqual([expected])
    const back = associativeScan((x, y) => add(x, y), tensor(values), { reverse: true })
    expect(back.array()).toEqual(values.map((_, i) => values.slice(i).reduce((sum, value) => sum + value, 0)))
  })

  it('switchCase limits the number to the branches, eagerly and compiled', () => {
    const branches = [(x: Tensor) => x, (x: Tensor) => mul(x, 10), (x: Tensor) => mul(x, 100)]
    const f = compile((index: Tensor, x: Tensor) => switchCase(index, branches, x))
    for (const [index, expected] of [
      [-1, 3],
      [0, 3],
      [1, 30],
      [2, 300],
      [9, 300],
    ] as const) {
      expect(switchCase(int(index), branches, tensor(3)).item()).toBe(expected)
      expect(f(int(index), tensor(3)).item()).toBe(expected)
    }
  })
})
