import { cpu } from '@gradus/backend-cpu'
import { compile, planMemory, simplify, trace } from '@gradus/graph'
import {
  add,
  exp,
  matmul,
  mul,
  neg,
  round,
  sin,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  useBackend,
} from '@gradus/tensor'
import { apply, currentInterpreter, type Interpreter, type Op, withInterpreter } from '@gradus/tensor/internals'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkpoint, customGradient, stopGradient } from './custom-gradient.ts'
import { grad, valueAndGrad } from './grad.ts'
import { hessian } from './jacobian.ts'
import { jvp } from './jvp.ts'

beforeAll(() => useBackend(cpu()))

/** How often ops of each name are applied while `body` runs. */
function count(body: () => unknown): Record<string, number> {
  const counts: Record<string, number> = {}
  const below = currentInterpreter()
  const counter: Interpreter = {
    apply(op, inputs, params) {
      if (op.inline) return [withInterpreter(counter, () => op.inline!(inputs, params))]
      counts[op.name] = (counts[op.name] ?? 0) + 1
      return below.apply(op, inputs, params)
    },
  }
  withInterpreter(counter, body)
  return counts
}

describe('customGradient', () => {
  it('uses the given derivative', () => {
    const straightThrough = customGradient((x) => ({ value: round(x), gradient: (ct) => [ct] }))
    expect(straightThrough(tensor([0.2, 1.7])).array()).toEqual([0, 2])
    const f = (x: Tensor) => sum(mul(straightThrough(x), x))
    expect(grad(f)(tensor([0.2, 1.75])).array()).toEqual([0.20000000298023224, 3.75])
    expect(compile(grad(f))(tensor([0.2, 1.75])).array()).toEqual([0.20000000298023224, 3.75])
  })

  it('takes several inputs, and null for no cotangent', () => {
    const first = customGradient((a, b) => ({ value: mul(a, b), gradient: (ct) => [mul(ct, b), null] }))
    const g = grad((p: { a: Tensor; b: Tensor }) => sum(first(p.a, p.b)))({ a: tensor([2]), b: tensor([3]) })
    expect([g.a.array(), g.b.array()]).toEqual([[3], [0]])
  })

  it('can be differentiated again: the derivative is made of ordinary ops', () => {
    // log(1 + e^x), with the derivative 1 - 1 / (1 + e^x)
    const one = (x: Tensor) => add(mul(x, 0), 1)
    const smooth = customGradient((x) => {
      const e = exp(x)
      return { value: sin(x), gradient: (ct) => [mul(ct, sub(one(x), mul(e, 0.5)))] }
    })
    const x = tensor(0.4, { dtype: 'float64' })
    expect(grad(smooth)(x).item()).toBeCloseTo(1 - Math.exp(0.4) / 2, 12)
    expect(grad(grad(smooth))(x).item()).toBeCloseTo(-Math.exp(0.4) / 2, 12)
  })

  it('may return its input or another tensor', () => {
    const doubled = customGradient((x) => ({ value: x, gradient: (ct) => [mul(ct, 2)] }))
    expect(grad((x: Tensor) => sum(mul(doubled(x), x)))(tensor([3])).array()).toEqual([9])
    const c = tensor([5])
    const fixed = customGradient((_) => ({ value: c, gradient: (ct) => [ct] }))
    expect(grad((x: Tensor) => sum(mul(fixed(x), c)))(tensor([3])).array()).toEqual([5])
    // the same for ops of a backend or a library
    const through: Op<null> = {
      name: 'test/through',
      shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
      inline: ([x]) => x!,
      vjp: (ct) => [mul(ct, 2)],
    }
    const f = (x: Tensor) => sum(mul(apply(through, [x], null), x))
    expect(grad(f)(tensor([3])).array()).toEqual([9])
    expect(compile(grad(f))(tensor([3])).array()).toEqual([9])
  })

  it('is followed by jvp', () => {
    const doubled = customGradient((x) => ({ value: x, gradient: (ct) => [mul(ct, 2)] }))
    expect(jvp((x: Tensor) => mul(doubled(x), 3), [tensor([1])], [tensor([5])]).tangent.array()).toEqual([30])
  })
})

describe('checkpoint', () => {
  const block = (x: Tensor) => sin(sin(sin(x)))
  const plain = (x: Tensor) => sum(block(block(x)))
  const frugal = (x: Tensor) => sum(checkpoint(block)(checkpoint(block)(x)))
  const x = () => tensor([0.3, -0.4], { dtype: 'float64' })

  it('changes neither values nor derivatives', () => {
    expect(frugal(x()).array()).toEqual(plain(x()).array())
    expect(grad(frugal)(x()).array()).toEqual(grad(plain)(x()).array())
    expect(hessian(frugal)(x()).array()).toEqual(hessian(plain)(x()).array())
    expect(compile(grad(frugal))(x()).array()).toEqual(grad(plain)(x()).array())
  })

  it('computes values again in the backward pass', () => {
    expect(count(() => grad(plain)(x())).sin).toBe(6)
    expect(count(() => grad(frugal)(x())).sin).toBe(12)
    expect(count(() => frugal(x())).sin).toBe(6)
  })

  it('saves memory in a compiled function, in which equal computations are otherwise merged', () => {
    const w = tensor([
      [0.1, 0.2],
      [0.3, 0.4],
    ])
    const layers = (a: Tensor) => {
      let y = a
      for (let i = 0; i < 8; i++) y = sin(matmul(y, w))
      return y
    }
    const net = (part: (a: Tensor) => Tensor) => (a: Tensor) => sum(part(part(part(part(a)))))
    const graphOf = (f: (a: Tensor) => Tensor) =>
      simplify(trace((a: Tensor) => valueAndGrad(f)(a), [tensor([[1, 2]])]).graph)
    const sines = (f: (a: Tensor) => Tensor) => graphOf(f).nodes.filter((node) => node.op.name === 'sin').length
    expect(sines(net(layers))).toBe(32)
    // the last sine of each part is not needed for the derivative
    expect(sines(net(checkpoint(layers)))).toBe(32 + 4 * 7)
    const bytes = (f: (a: Tensor) => Tensor) => planMemory(graphOf(f)).arenaBytes
    expect(bytes(net(checkpoint(layers)))).toBeLessThan(0.5 * bytes(net(layers)))
  })

  it('takes several inputs and closes over constants', () => {
    const k = tensor([2, 3])
    const f = checkpoint((a: Tensor, b: Tensor) => mul(mul(a, b), k))
    const g = grad((p: readonly [Tensor, Tensor]) => sum(f(...p)))([tensor([5, 6]), tensor([7, 8])])
    expect(g.map((t) => t.array())).toEqual([
      [14, 24],
      [10, 18],
    ])
  })
})

describe('stopGradient', () => {
  it('makes a constant of its argument', () => {
    const f = (x: Tensor) => sum(mul(stopGradient(square(x)), x))
    expect(stopGradient(tensor([1, 2])).array()).toEqual([1, 2])
    expect(grad(f)(tensor([3])).array()).toEqual([9])
    expect(compile(grad(f))(tensor([3])).array()).toEqual([9])
    expect(jvp((x: Tensor) => stopGradient(x), [tensor([3])], [tensor([1])]).tangent.array()).toEqual([0])
  })

  it('stops the derivative of a derivative too', () => {
    const f = (x: Tensor) => mul(stopGradient(x), square(x))
    expect(grad(f)(tensor(3)).item()).toBe(18) // 3 * 2x
    expect(grad(grad(f))(tensor(3)).item()).toBe(6)
  })

  it('costs nothing in a compiled function', () => {
    const { nodes } = compile((x: Tensor) => neg(stopGradient(x))).graph(tensor([1]))
    expect(nodes.map((node) => node.op.name)).toEqual(['neg'])
    const [value] = valueAndGrad((x: Tensor) => sum(stopGradient(x)))(tensor([1, 2]))
    expect(value.item()).toBe(3)
  })
})
