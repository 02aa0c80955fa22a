import { checkpoint, customGradient, grad, hessian, jacobian, jvp, valueAndGrad, vjp } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { compile, simplify } from '@gradus/graph'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { avalsOf, numberingOf } from '../graph.ts'
import { Tensor } from '../tensor.ts'
import { trace } from '../trace.ts'
import { treeMap } from '../tree.ts'
import { add, cast, greater, mul, neg, sub, where } from './arithmetic.ts'
import { full, reshape, sum } from './broadcast.ts'
import { tensor } from './create.ts'
import { square } from './exponential.ts'
import { matmul } from './matmul.ts'
import { flip, sliceAxis } from './movement.ts'
import { randomNormal } from './random.ts'
import { randomKey, splitKey } from './random-key.ts'
import { stack } from './rearrange.ts'
import { scan } from './scan.ts'
import { type ScanParams, scanOp } from './scan-op.ts'
import { sigmoid } from './sigmoid.ts'
import { softmax } from './softmax.ts'
import { sin, tanh } from './trigonometric.ts'

await useBackend(cpu())

type Scan = typeof scan

/** The same as `scan`, step after step. */
const unrolled: Scan = (step, init, xs, { reverse = false, length } = {}) => {
  const steps = length ?? (firstOf(xs) as Tensor).shape[0]!
  const results: unknown[] = new Array(steps)
  let carry = init
  for (let done = 0; done < steps; done++) {
    const time = reverse ? steps - 1 - done : done
    const x = treeMap((leaf) => reshape(sliceAxis(leaf, 0, time, 1), leaf.shape.slice(1)), xs)
    const [next, y] = step(carry, x)
    carry = next
    results[time] = y
  }
  return [carry, treeMap((...leaves) => stack(leaves), results[0], ...results.slice(1)) as never]
}

function firstOf(tree: unknown): unknown {
  return tree instanceof Tensor ? tree : firstOf(Object.values(tree as object)[0])
}

type Inputs = Readonly<Record<string, Tensor>>
const keys = splitKey(randomKey(5), 20)
const random = (index: number, ...shape: number[]) => randomNormal(keys[index]!, shape, { dtype: 'float64' })

/** Scalar functions of some tensors, written with whichever loop. */
const functions: Record<string, [inputs: Inputs, f: (loop: Scan, inputs: Inputs) => Tensor]> = {
  'a recurrent network': [
    { h: random(0, 2, 3), x: random(1, 4, 2, 3), kernel: random(2, 3, 3), bias: random(3, 3) },
    (loop, { h, x, kernel, bias }) => {
      const [last, all] = loop(
        (before, now) => {
          const next = tanh(add(add(matmul(before, kernel!), now), bias!))
          return [next, mul(next, 2)] as const
        },
        h!,
        x!,
      )
      return add(sum(square(last)), sum(sin(all)))
    },
  ],
  'one with gates, from the end': [
    { h: random(4, 2, 2), c: random(5, 2, 2), x: random(6, 3, 2, 4), kernel: random(7, 2, 4) },
    (loop, { h, c, x, kernel }) => {
      const [state, all] = loop(
        (before, now) => {
          const z = add(matmul(before.h, kernel!), now)
          const gate = sigmoid(sliceAxis(z, 1, 0, 2))
          const carry = add(mul(gate, before.c), mul(sub(1, gate), tanh(sliceAxis(z, 1, 2, 2))))
          return [{ h: tanh(carry), c: carry }, carry] as const
        },
        { h: h!, c: c! },
        x!,
        { reverse: true },
      )
      return add(sum(mul(state.h, state.c)), sum(mul(all, all)))
    },
  ],
  'results alone': [
    { x: random(8, 4, 2), rate: random(9, 2) },
    (loop, { x, rate }) =>
      sum(sin(loop((t, now) => [add(mul(t, rate!), now), mul(t, now)] as const, full([2], 1, 'float64'), x!)[1])),
  ],
  'the last carry alone': [
    { h: random(10, 2), rate: random(11, 2) },
    (loop, { h, rate }) => sum(loop((t) => [sin(mul(t, rate!)), neg(t)] as const, h!, null, { length: 5 })[0]),
  ],
  'a composite with a derivative, and a mask without': [
    { h: random(12, 3), x: random(13, 4, 3) },
    (loop, { h, x }) => {
      const step = (before: readonly [Tensor, Tensor], now: Tensor) => {
        const [t, count] = before
        const next = where(greater(now, 0), softmax(add(t, now)), t)
        const after = add(count, 1)
        return [[next, after] as const, mul(next, cast(after, 'float64'))] as const
      }
      const [[last, count], all] = loop(step, [h!, tensor(0, { dtype: 'int32' })] as const, x!)
      return add(sum(square(last)), mul(sum(mul(all, all)), cast(count, 'float64')))
    },
  ],
  'carries that are exchanged, and one that depends on nothing at first': [
    { a: random(14, 2), b: random(15, 2), x: random(16, 3, 2) },
    (loop, { a, b, x }) => {
      const zero = full([2], 0, 'float64')
      const step = ([p, q, r]: readonly [Tensor, Tensor, Tensor], now: Tensor) =>
        [[q, mul(p, now), add(mul(r, r), q)] as const, [now, p, p]] as const
      const [[p, q, r], [same, first, again]] = loop(step, [a!, b!, zero] as const, x!)
      return sum(add(add(mul(p, q), sin(r)), add(sum(same!), sum(mul(first!, again!)))))
    },
  ],
  'a loop in a loop': [
    { h: random(17, 2), x: random(18, 2, 3, 2), rate: random(19, 2) },
    (loop, { h, x, rate }) => {
      const [last, all] = loop(
        (before, row) => {
          const inner = (t: Tensor, now: Tensor) => [sin(add(mul(t, rate!), mul(now, before))), mul(t, now)] as const
          return loop(inner, before, row, { reverse: true })
        },
        h!,
        x!,
      )
      return add(sum(square(last)), sum(all))
    },
  ],
  'a step that computes again on the way back': [
    { h: random(0, 2), x: random(1, 3, 2) },
    (loop, { h, x }) => {
      const part = checkpoint((t: Tensor, now: Tensor) => sin(mul(sin(t), add(now, 1))))
      return sum(square(loop((t, now) => [part(t, now), t] as const, h!, x!)[0]))
    },
  ],
}

const numbers = (tree: unknown): number[] =>
  tree instanceof Tensor ? [...tree.dataSync()] : Object.values(tree as object).flatMap(numbers)

function expectClose(actual: unknown, expected: unknown, digits = 10) {
  const [a, b] = [numbers(actual), numbers(expected)]
  expect(a).toHaveLength(b.length)
  b.forEach((value, index) => expect(a[index], `element ${index}`).toBeCloseTo(value, digits))
  expect(b.some((value) => Math.abs(value) > 1e-3)).toBe(true)
}

describe.each(Object.entries(functions))('the derivative of %s', (_, [inputs, f]) => {
  const loop = (given: Inputs) => f(scan, given)
  const steps = (given: Inputs) => f(unrolled, given)

  it('is that of the steps one after the other', () => {
    const [value, gradient] = valueAndGrad(loop)(inputs)
    const [expected, slopes] = valueAndGrad(steps)(inputs)
    expectClose(value, expected)
    expectClose(gradient, slopes)
    expectClose(compile(grad(loop))(inputs), slopes)
  })

  it('agrees with finite differences', () => {
    const gradient = grad(loop)(inputs)
    const h = 1e-5
    for (const [name, input] of Object.entries(inputs)) {
      const values = numbers(input)
      values.forEach((_, index) => {
        const at = (by: number) => {
          const moved = values.map((x, i) => (i === index ? x + by : x))
          const replaced = tensor(Float64Array.from(moved), { shape: input.shape })
          return loop({ ...inputs, [name]: replaced }).item() as number
        }
        expect(numbers(gradient[name])[index], `${name} ${index}`).toBeCloseTo((at(h) - at(-h)) / (2 * h), 6)
      })
    }
  })

  it('has a derivative itself', () => {
    const second = (g: (given: Inputs) => Tensor) =>
      grad((given: Inputs) =>
        sum(
          Object.values(grad(g)(given)).reduce((t: Tensor, x) => add(t, sum(sin(x))), tensor(0, { dtype: 'float64' })),
        ),
      )
    expectClose(second(loop)(inputs), second(steps)(inputs), 8)
    expectClose(compile(second(loop))(inputs), second(steps)(inputs), 8)
  })

  it('is followed forward', () => {
    const directions = treeMap((leaf) => sin(leaf), inputs)
    const tangent = (g: (given: Inputs) => Tensor) => jvp(g, [inputs], [directions]).tangent
    expectClose(tangent(loop), tangent(steps))
  })
})

describe('the derivative of a loop', () => {
  const rnn = (kernel: Tensor, x: Tensor) =>
    scan(
      (h: Tensor, now: Tensor) => {
        const next = tanh(add(matmul(h, kernel), now))
        return [next, next] as const
      },
      full([1, 2], 0, 'float64'),
      x,
    )
  const kernel = random(0, 2, 2)
  const x = random(1, 5, 1, 2)

  /** The loops of a gradient, simplified: the names of their ops, and how many outputs they have. */
  function loopsOf(f: (...inputs: Tensor[]) => unknown, ...inputs: Tensor[]) {
    const graph = simplify(trace(f, inputs).graph)
    return graph.nodes
      .filter(({ op }) => op === scanOp)
      .map((node) => {
        const { body, carries, sequences } = node.params as ScanParams
        const names = body.nodes.map(({ op }) => op.name)
        return { names, carries, sequences, inputs: node.inputs.length, outputs: avalsOf(node).length }
      })
  }

  it('computes nothing twice', () => {
    const [there, back, ...more] = loopsOf(valueAndGrad((k: Tensor) => sum(rnn(k, x)[1])) as never, kernel)
    expect(more).toEqual([])
    expect(there!.names).toEqual(['matmul', 'add', 'tanh'])
    // the carry before each step is kept; the result of a step is there anyway
    expect(there!.outputs).toBe(3)
    expect(back!.names.filter((name) => name === 'tanh')).toEqual([])
    expect(back!.names.filter((name) => name === 'matmul')).toHaveLength(2)
  })

  it('makes only the cotangents that are wanted', () => {
    const by = (f: (k: Tensor, y: Tensor) => Tensor, ...inputs: Tensor[]) => loopsOf(f as never, ...inputs)[1]!
    const both = (k: Tensor, y: Tensor) => sum(rnn(k, y)[1])
    const ofBoth = by((k, y) => grad(([p, q]: readonly Tensor[]) => both(p!, q!))([k, y]) as never, kernel, x)
    const ofKernel = by((k, y) => grad((p: Tensor) => both(p, y))(k), kernel, x)
    const ofX = by((k, y) => grad((q: Tensor) => both(k, q))(y), kernel, x)
    // the carry; the sum for the kernel; the cotangents of the elements
    expect([ofBoth.carries, ofBoth.outputs]).toEqual([2, 3])
    expect([ofKernel.carries, ofKernel.outputs]).toEqual([2, 2])
    expect([ofX.carries, ofX.outputs]).toEqual([1, 2])
    expect(ofX.names.filter((name) => name === 'matmul')).toHaveLength(1)
  })

  it('asks for no cotangents of results that are not used', () => {
    const f = (k: Tensor) => sum(rnn(k, x)[0])
    const [, back] = loopsOf(grad(f) as never, kernel)
    // kept values of each step: the carry before it, and after it
    expect([back!.sequences, back!.inputs]).toEqual([2, 2 + 2 + 1])
    const [, fromAll] = loopsOf(grad((k: Tensor) => sum(rnn(k, x)[1])) as never, kernel)
    expect(fromAll!.sequences).toBe(3)
  })

  it('keeps no values of parts that are computed again', () => {
    const part = (t: Tensor) => sin(sin(sin(t)))
    const f = (wrap: (g: typeof part) => typeof part) => (h: Tensor) =>
      sum(scan((t: Tensor) => [wrap(part)(t), null] as const, h, null, { length: 3 })[0])
    const h = random(2, 2)
    const [kept] = loopsOf(grad(f((g) => g)) as never, h)
    const [frugal, back] = loopsOf(grad(f(checkpoint)) as never, h)
    expect([kept!.outputs, frugal!.outputs]).toEqual([4, 2])
    expect(back!.names.filter((name) => name === 'sin')).toHaveLength(2)
  })

  it('keeps neither views nor elements nor values that are the same in every step', () => {
    const f = ([t, y, rate]: readonly Tensor[]) => {
      const step = (c: Tensor, now: Tensor) =>
        [sin(mul(reshape(mul(reshape(c, [2, 1]), sin(rate!)), [2]), mul(c, now))), null] as const
      return sum(scan(step, t!, y!)[0])
    }
    const [there] = loopsOf(
      ((...inputs: Tensor[]) => grad(f)(inputs)) as never,
      random(3, 2),
      random(4, 3, 2),
      random(5, 2, 1),
    )
    // after the last carry: each carry, the two inner products and the outer one
    expect(there!.outputs).toBe(1 + 4)
  })

  it('finds the kept values also if fewer ops capture tensors', () => {
    const doubled = customGradient((t) => ({
      value: mul(t, t),
      gradient: (ct) => [mul(ct, mul(t, tensor(2, { dtype: 'float64' })))],
    }))
    const h = random(5, 2)
    const pull = (which: 'squared' | 'sine') => grad((t: Tensor) => sum(step(t)[which]))(h)
    const step = (t: Tensor) =>
      scan((c: Tensor) => [sin(c), { squared: doubled(c), sine: sin(mul(c, c)) }] as const, t, null, { length: 3 })[1]
    const parts = (t: Tensor) => [t, sin(t), sin(sin(t))]
    expectClose(pull('sine'), grad((t: Tensor) => sum(stack(parts(t).map((c) => sin(mul(c, c))))))(h))
    expectClose(pull('squared'), grad((t: Tensor) => sum(stack(parts(t).map((c) => mul(c, c)))))(h))
  })

  it('is zero where nothing flows, and stops at integers', () => {
    const f = ({ used, unused, n }: Inputs) =>
      sum(
        scan((t: Tensor, [a, i]: readonly [Tensor, Tensor]) => [mul(t, a), add(i, 1)] as const, used!, [
          unused!,
          n!,
        ])[1] as never,
      )
    const inputs = { used: random(3, 2), unused: random(4, 3, 2), n: tensor([1, 2, 3], { dtype: 'int32' }) }
    const total = (given: Inputs) => cast(f(given), 'float64')
    const gradient = grad(total)(inputs)
    expect(numbers(gradient)).toEqual(new Array(11).fill(0))
    expect(gradient['n']!.dtype).toBe('int32')
    const ignoring = (t: Tensor) => sum(scan((_: Tensor, y: Tensor) => [y, y] as const, t, x)[1])
    expect(numbers(grad(ignoring)(random(5, 1, 2)))).toEqual([0, 0])
  })

  it('of no steps is that of doing nothing', () => {
    const empty = tensor(new Float64Array(0), { shape: [0, 1, 2] })
    const h = random(6, 1, 2)
    const f = ([h0, k, y]: readonly Tensor[]) => {
      const [last, all] = scan((t: Tensor, now: Tensor) => [tanh(add(matmul(t, k!), now)), t] as const, h0!, y!)
      return add(sum(mul(last, 3)), sum(all))
    }
    const gradients = grad(f)([h, kernel, empty])
    expect(gradients.map((g) => g.array())).toEqual([
      [[3, 3]],
      [
        [0, 0],
        [0, 0],
      ],
      [],
    ])
    expect(gradients[2]!.shape).toEqual([0, 1, 2])
  })

  it('pulls back repeatedly, and any part of the cotangents', () => {
    const { value, pullback } = vjp((k: Tensor) => rnn(k, x), [kernel])
    const [last, all] = value
    const zero = (t: Tensor) => mul(t, 0)
    const [fromLast] = pullback([last, zero(all)])
    const [fromAll] = pullback([zero(last), all])
    expectClose(pullback([last, all])[0], add(fromLast, fromAll))
    const h = hessian((k: Tensor) => sum(rnn(k, x)[1]))(kernel)
    expectClose(reshape(h, [16]), jacobian(grad((k: Tensor) => sum(unrolledRnn(k))))(kernel))
  })

  const unrolledRnn = (k: Tensor) => {
    const step = (h: Tensor, now: Tensor) => {
      const next = tanh(add(matmul(h, k), now))
      return [next, next] as const
    }
    return unrolled(step, full([1, 2], 0, 'float64'), x)[1]
  }

  it('of a loop the other way round is that of flipped sequences', () => {
    const there = grad((y: Tensor) => sum(sin(flip(rnn(kernel, flip(y, 0))[1], 0))))(x)
    const step = (h: Tensor, now: Tensor) => {
      const next = tanh(add(matmul(h, kernel), now))
      return [next, next] as const
    }
    const back = grad((y: Tensor) => sum(sin(scan(step, full([1, 2], 0, 'float64'), y, { reverse: true })[1])))(x)
    expectClose(back, there)
  })

  it('is a graph of one size for any length', () => {
    const graph = (length: number) =>
      compile(grad((k: Tensor) => sum(rnn(k, full([length, 1, 2], 1, 'float64'))[1]))).graph(kernel)
    expect(numberingOf(graph(1000)).avals).toHaveLength(numberingOf(graph(10)).avals.length)
  })
})
