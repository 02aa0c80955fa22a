import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import {
  add,
  cast,
  cumsum,
  exp,
  logSumExp,
  matmul,
  mul,
  prod,
  reshape,
  sin,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  useBackend,
} from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad } from './grad.ts'
import { hessian, jacobian } from './jacobian.ts'
import { jvp } from './jvp.ts'

beforeAll(() => useBackend(cpu()))

const f64 = (values: number[] | number[][]) => tensor(values, { dtype: 'float64' })
const numbers = (x: Tensor) => [...x.dataSync()]

function expectClose(actual: Tensor, expected: readonly number[], digits = 6) {
  const values = numbers(actual)
  expect(values).toHaveLength(expected.length)
  values.forEach((value, index) => expect(value, `element ${index}`).toBeCloseTo(expected[index]!, digits))
}

const functions: Record<string, (x: Tensor) => Tensor> = {
  elementwise: (x) => mul(sin(x), exp(x)),
  'a network': (x) =>
    tanh(
      matmul(
        reshape(x, [2, 2]),
        f64([
          [0.5, -1, 2],
          [1, 0.3, -0.7],
        ]),
      ),
    ),
  softmax: (x) => softmax(reshape(x, [2, 2])),
  reductions: (x) => add(logSumExp(x), prod(x)),
  movements: (x) => cumsum(transpose(reshape(slice(x, [0], [4]), [2, 2])), { axis: 0 }),
  'a gradient': (x) => grad((y: Tensor) => sum(mul(mul(y, y), sin(y))))(x),
}
const point = [0.3, -0.8, 1.2, 0.5]
const direction = [1, -2, 0.5, 3]
const step = 1e-6

describe.each(Object.entries(functions))('%s', (_, f) => {
  const along = (h: number, by: readonly number[]) => f(f64(point.map((x, i) => x + h * by[i]!)))
  const slope = (by: readonly number[]) => numbers(mul(sub(along(step, by), along(-step, by)), 0.5 / step))
  const basis = point.map((_, i) => point.map((_, j) => (i === j ? 1 : 0)))

  it('jvp agrees with finite differences', () => {
    const { value, tangent } = jvp(f, [f64(point)], [f64(direction)])
    expect(value.array()).toEqual(f(f64(point)).array())
    expectClose(tangent, slope(direction))
    const compiled = compile((x: Tensor, dx: Tensor) => jvp(f, [x], [dx]).tangent)(f64(point), f64(direction))
    expectClose(compiled, numbers(tangent), 12)
  })

  it('jacobian agrees with finite differences', () => {
    const value = f(f64(point))
    const made = jacobian(f)(f64(point))
    expect(made.shape).toEqual([...value.shape, 4])
    const columns = basis.map(slope)
    expectClose(made, Array.from({ length: value.size }, (_, row) => columns.map((column) => column[row]!)).flat())
  })

  it('hessian agrees with finite differences of the gradient', () => {
    const total = (x: Tensor) => sum(mul(f(x), f(x)))
    const gradientAt = (h: number, by: readonly number[]) => grad(total)(f64(point.map((x, i) => x + h * by[i]!)))
    const made = hessian(total)(f64(point))
    expect(made.shape).toEqual([4, 4])
    const rows = basis.map((by) => numbers(mul(sub(gradientAt(step, by), gradientAt(-step, by)), 0.5 / step)))
    expectClose(made, rows.flat(), 4)
    expectClose(transpose(made), numbers(made), 10)
  })
})

describe('jvp', () => {
  it('takes trees, and zeros for integers', () => {
    const { tangent } = jvp(
      (p: { x: Tensor }, n: Tensor) => ({ y: mul(p.x, p.x), z: mul(p.x, cast(n, 'float32')) }),
      [{ x: tensor([1, 2]) }, tensor([3, 4], { dtype: 'int32' })],
      [{ x: tensor([1, 10]) }, tensor([0, 0], { dtype: 'int32' })],
    )
    expect(tangent.y.array()).toEqual([2, 40])
    expect(tangent.z.array()).toEqual([3, 40])
  })

  it('is zero for outputs that do not depend on the input', () => {
    expect(jvp((_: Tensor) => tensor([1, 2]), [tensor(1)], [tensor(1)]).tangent.array()).toEqual([0, 0])
  })

  it('throws for tangents that do not fit', () => {
    expect(() => jvp((x: Tensor) => x, [tensor([1, 2])], [tensor([1])])).toThrow('they must agree')
  })
})

describe('jacobian', () => {
  it('has one part per leaf of a tree', () => {
    const made = jacobian((p: { a: Tensor; b: Tensor }) => mul(p.a, p.b))({ a: tensor([1, 2]), b: tensor(3) })
    expect(made.a.array()).toEqual([
      [3, 0],
      [0, 3],
    ])
    expect(made.b.array()).toEqual([1, 2])
  })

  it('may be empty', () => {
    const made = jacobian((x: Tensor) => slice(x, [0], [0]))(tensor([1, 2, 3]))
    expect(made.shape).toEqual([0, 3])
  })

  it('of a jacobian is the third derivative', () => {
    const cube = (x: Tensor) => mul(mul(x, x), x)
    const made = jacobian(jacobian(jacobian(cube)))(tensor([1, 2]))
    expect(made.shape).toEqual([2, 2, 2, 2])
    expect(numbers(made).filter((x) => x !== 0)).toEqual([6, 6])
  })
})
