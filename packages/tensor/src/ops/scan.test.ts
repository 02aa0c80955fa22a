import { customGradient, grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { compile, kernelBackend } from '@gradus/graph'
import { describe, expect, it } from 'vitest'
import { type Backend, onBackend, useBackend } from '../backend.ts'
import { TraceError } from '../errors.ts'
import type { Graph } from '../graph.ts'
import { apply, applyAll, inferShapes } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { memory } from '../storage.ts'
import type { Tensor } from '../tensor.ts'
import { tidy } from '../tidy.ts'
import { add, cast, greater, mul, neg, sub, where } from './arithmetic.ts'
import { full, sum } from './broadcast.ts'
import { tensor, zeros } from './create.ts'
import { scan } from './scan.ts'
import { type ScanParams, scanOp } from './scan-op.ts'
import { softmax } from './softmax.ts'

await useBackend(cpu())

const int = (values: number | number[]) => tensor(values, { dtype: 'int32' })

const halving = (total: Tensor, x: Tensor) => {
  const next = add(mul(total, 0.5), x)
  return [next, next] as const
}

/** A backend that records the graphs that it compiles. */
function counting(): { backend: Backend; compiled: Graph[] } {
  const compiled: Graph[] = []
  const inner = cpu()
  const compileCounting = (graph: Graph) => {
    compiled.push(graph)
    return inner.compile(graph)
  }
  return { backend: { ...inner, compile: compileCounting }, compiled }
}

describe('scan', () => {
  it('passes a carry from step to step and stacks the results', () => {
    const [last, all] = scan(halving, tensor(4), tensor([1, 2, 3]))
    expect(all.array()).toEqual([3, 3.5, 4.75])
    expect(last.item()).toBe(4.75)
  })

  it('goes from the last element to the first, and leaves the results where the elements stood', () => {
    const [last, all] = scan(halving, tensor(4), tensor([1, 2, 3]), { reverse: true })
    expect(all.array()).toEqual([3.25, 4.5, 5])
    expect(last.item()).toBe(3.25)
  })

  it('does any number of steps', () => {
    for (const length of [0, 1, 2, 3, 4, 7]) {
      let total = 4
      const expected = Array.from({ length }, (_, i) => (total = total / 2 + i))
      const x = tensor([...expected.keys()], { shape: [length] })
      const [last, all] = scan(halving, tensor(4), x)
      expect([last.item(), all.shape, all.array()], `length ${length}`).toEqual([total, [length], expected])
    }
  })

  it('takes and gives trees', () => {
    const xs = {
      value: tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      keep: tensor([true, false, true]),
    }
    const init = { sum: zeros([2]), seen: [int(0)] as const }
    const [last, [kept, extra]] = scan(
      // the keys may come in another order
      ({ sum: total, seen: [n] }, { value, keep }) => {
        const now = add(n, 1)
        return [{ seen: [now] as const, sum: where(keep, add(total, value), total) }, [now, { value, total }] as const]
      },
      init,
      xs,
    )
    expect(last.sum.array()).toEqual([6, 8])
    expect([last.seen[0].dtype, last.seen[0].item()]).toEqual(['int32', 3])
    expect(kept.array()).toEqual([1, 2, 3])
    expect(extra.value.array()).toEqual(xs.value.array())
    expect(extra.total.array()).toEqual([
      [0, 0],
      [1, 2],
      [1, 2],
    ])
  })

  it('needs no sequences if it is told the length, no results and no carry', () => {
    const [power, nothing] = scan((x: Tensor) => [mul(x, 3), null] as const, tensor(1), null, { length: 4 })
    expect([power.item(), nothing]).toEqual([81, null])
    const [none, doubled] = scan((_: [], x: Tensor) => [[] as [], mul(x, 2)] as const, [], tensor([1, 2]))
    expect([none, doubled.array()]).toEqual([[], [2, 4]])
    const [, ones] = scan((_: null) => [null, full([2], 1)] as const, null, null, { length: 2 })
    expect(ones.array()).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect(scan(() => [null, 'text'] as const, null, tensor([1]))).toEqual([null, 'text'])
  })

  it('exchanges carries, keeps them, and returns inputs', () => {
    const [[a, b, c], [x, y, fixed]] = scan(
      ([p, q, r], element: Tensor) =>
        [
          [q, p, r],
          [element, p, tensor(7)],
        ] as const,
      [tensor(1), tensor(2), tensor(3)] as const,
      tensor([4, 5, 6]),
    )
    expect([a.item(), b.item(), c.item()]).toEqual([2, 1, 3])
    expect([x.array(), y.array(), fixed.array()]).toEqual([
      [4, 5, 6],
      [1, 2, 1],
      [7, 7, 7],
    ])
  })

  it('runs inside a scan', () => {
    const rate = tensor(2)
    const [total, rows] = scan(
      (before: Tensor, row: Tensor) => {
        const [after, parts] = scan(
          (t: Tensor, x: Tensor) => [add(t, mul(x, rate)), add(t, before)] as const,
          before,
          row,
        )
        return [after, parts] as const
      },
      tensor(1),
      tensor([
        [1, 2],
        [3, 4],
      ]),
    )
    expect(total.item()).toBe(21)
    expect(rows.array()).toEqual([
      [2, 4],
      [14, 20],
    ])
  })

  it('computes softmax and other composites whole or in parts', () => {
    const step = (h: Tensor, x: Tensor) => [softmax(add(h, x)), null] as const
    const xs = tensor([
      [1, 2],
      [0.5, -1],
    ])
    const expected = softmax(add(softmax(tensor([1, 2])), tensor([0.5, -1])))
    expect(scan(step, zeros([2]), xs)[0].array()).toEqual(expected.array())
    // a backend that claims it gets it whole, inside loops inside loops too
    const { backend, compiled } = counting()
    const claiming = { ...backend, has: (op: Op) => op.name === 'softmax' }
    const nested = (h: Tensor, rows: Tensor) => [scan(step, h, rows)[0], null] as const
    expect(() => onBackend(claiming, () => scan(nested, zeros([2]), tensor([[[1, 2]]])))).toThrow("'softmax'")
    const body = (graph: Graph) => (graph.nodes[0]!.params as ScanParams).body
    expect(body(body(compiled.at(-1)!)).nodes.map(({ op }) => op.name)).toEqual(['add', 'softmax'])
    onBackend(backend, () => scan(nested, zeros([2]), tensor([[[1, 2]]])))
    expect(body(body(compiled.at(-1)!)).nodes.map(({ op }) => op.name)).not.toContain('softmax')
  })

  it('works out shapes alone', () => {
    const [h, y] = inferShapes(() => scan((c: Tensor, x: Tensor) => [c, mul(x, 2)] as const, zeros([3]), zeros([5, 2])))
    expect([h.shape, y.shape, y.concrete]).toEqual([[3], [5, 2], false])
  })
})

describe('tensors that the step closes over', () => {
  const rate = tensor(0.5)
  const xs = tensor([1, 2, 3])
  const run = (by: Tensor) => scan((t: Tensor, x: Tensor) => [add(mul(t, by), x), null] as const, tensor(4), xs)[0]

  it('is the same in every step, once for each tensor', () => {
    expect(run(rate).item()).toBe(4.75)
    const { backend, compiled } = counting()
    onBackend({ ...backend }, () => {
      const [p, q] = [tensor(2), tensor([1, 1, 1])]
      scan((t: Tensor, x: Tensor) => [add(mul(mul(t, p), p), x), null] as const, tensor(1), q)
    })
    expect(compiled.at(-1)!.inputs).toHaveLength(3)
  })

  it('may belong to another traced function', () => {
    expect(compile(run)(rate).item()).toBe(4.75)
    expect(compile((by: Tensor) => run(mul(by, 2)))(rate).item()).toBe(10)
    // the graph has it as an input of the loop
    const graph = compile(run).graph(rate)
    expect(graph.nodes.at(-1)!.inputs).toContain(0)
  })

  it('gets gradients, through any number of functions', () => {
    // 4 r^3 + r^2 + 2 r + 3
    const at = (r: number) => 12 * r ** 2 + 2 * r + 2
    expect(grad(run)(rate).item()).toBe(at(0.5))
    expect(compile(grad(run))(rate).item()).toBe(at(0.5))
    expect(grad((by: Tensor) => run(mul(by, 3)))(rate).item()).toBe(3 * at(1.5))
    expect(grad(grad(run))(rate).item()).toBe(24 * 0.5 + 2)
    expect(grad(compile(run))(rate).item()).toBe(at(0.5))
    const outer = grad((by: Tensor) => grad((other: Tensor) => mul(run(by), other))(tensor(2)))
    expect(outer(rate).item()).toBe(at(0.5))
    // a gradient inside the step
    const inside = (by: Tensor) =>
      scan(
        (t: Tensor, x: Tensor) => [add(t, grad((y: Tensor) => mul(mul(y, y), by))(x)), null] as const,
        tensor(0),
        xs,
      )[0]
    expect(inside(rate).item()).toBe(6)
    expect(grad(inside)(rate).item()).toBe(12)
  })

  it('may be brought along by an op, when it is taken apart or differentiated', () => {
    const scale = tensor([3])
    const scaled: Op<null> = {
      name: 'test/scaled',
      shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
      inline: ([x]) => mul(x!, scale),
      vjp: (ct) => [mul(ct, scale)],
    }
    const plain: Op<null> = { name: scaled.name, shape: scaled.shape, inline: scaled.inline! }
    const pretended = customGradient((x) => ({ value: mul(x, scale), gradient: (ct) => [mul(ct, tensor([5]))] }))
    for (const [f, slope] of [
      [(x: Tensor) => apply(scaled, [x], null), 3],
      [(x: Tensor) => apply(plain, [x], null), 3],
      [(x: Tensor) => pretended(x), 5],
    ] as const) {
      const total = (init: Tensor) => sum(scan((t: Tensor) => [f(t), null] as const, init, null, { length: 2 })[0])
      expect(total(tensor([1])).item()).toBe(9)
      expect(compile(total)(tensor([1])).item()).toBe(9)
      expect(grad(total)(tensor([1])).array()).toEqual([slope ** 2])
      expect(compile(grad(total))(tensor([1])).array()).toEqual([slope ** 2])
    }
  })

  it('must not be read', () => {
    expect(() => scan((t: Tensor) => [t.item() === 0 ? t : t, null] as const, rate, xs)).toThrow(TraceError)
    expect(() => scan((async (t: Tensor) => [t, null]) as never, rate, xs)).toThrow('must be synchronous')
    let leaked: Tensor | undefined
    scan((t: Tensor) => [(leaked = neg(t)), null] as const, rate, xs)
    expect(() => leaked!.item()).toThrow(TraceError)
    expect(() => add(leaked!, 1)).toThrow(TraceError)
    expect(() => compile((x: Tensor) => add(x, leaked!))(rate)).toThrow('from another traced function')
  })
})

describe('a program with a loop', () => {
  it('is as large for many steps as for few', () => {
    const f = (x: Tensor) => sum(scan(halving, tensor(0), x)[1])
    const nodes = (length: number) => compile(grad(f)).graph(zeros([length])).nodes.length
    expect(nodes(1000)).toBe(nodes(10))
  })

  it('is compiled once for equal steps, also where they are other functions', () => {
    const { backend, compiled } = counting()
    onBackend(backend, () => {
      const xs = tensor([1, 2, 3])
      const loops = () => compiled.splice(0).filter(({ nodes }) => nodes[0]!.op === scanOp).length
      const run = (by: Tensor) => scan((t: Tensor, x: Tensor) => [add(mul(t, by), x), x] as const, tensor(0), xs)
      run(tensor(1))
      run(tensor(2))
      expect(loops()).toBe(1)
      const slope = grad((by: Tensor) => run(by)[0])
      slope(tensor(1))
      slope(tensor(2))
      expect(loops()).toBe(2) // there and back
      scan((t: Tensor, x: Tensor) => [add(mul(t, t), x), x] as const, tensor(0), xs)
      expect(loops()).toBe(1)
    })
  })

  it('overwrites donated inputs only', () => {
    const step = compile((state: Tensor, x: Tensor) => scan(halving, mul(state, 1), x), { donate: [0] })
    const [state, x] = [tensor(4), tensor([1, 2, 3])]
    const before = state.storage.buffer
    const [last, all] = step(state, x)
    expect(last.storage.buffer).toBe(before)
    expect([last.item(), x.array(), all.array()]).toEqual([4.75, [1, 2, 3], [3, 3.5, 4.75]])
  })

  it('leaves nothing behind', () => {
    const f = (by: Tensor) => sum(scan((t: Tensor, x: Tensor) => [mul(add(t, x), by), t] as const, tensor(0), xs)[1])
    const xs = tensor([1, 2, 3, 4])
    const by = tensor(0.5)
    const compiled = compile(grad(f))
    for (const run of [() => compiled(by), () => tidy(() => grad(f)(by)), () => tidy(() => f(by))]) {
      run().dispose()
      const before = memory().buffers
      for (let i = 0; i < 20; i++) run().dispose()
      expect(memory().buffers).toBe(before)
    }
  })

  it('may run on constants alone', () => {
    const f = compile((x: Tensor) => add(x, scan(halving, tensor(4), tensor([1, 2, 3]))[1]))
    expect(f(tensor([1, 1, 1])).array()).toEqual([4, 4.5, 5.75])
    expect(f(tensor([0, 0, 0])).array()).toEqual([3, 3.5, 4.75])
  })
})

describe('errors of scan', () => {
  const x = tensor([1, 2, 3])
  const step = (t: Tensor) => [t, null] as const

  it('name the carry that changes, and how', () => {
    const wrong = (after: (before: { h: Tensor; n: Tensor }) => unknown) => () =>
      scan((c: { h: Tensor; n: Tensor }) => [after(c), null] as never, { h: zeros([2]), n: int(0) }, x)
    expect(wrong(({ h, n }) => ({ h: add(h, zeros([3, 2])), n }))).toThrow(
      "scan: the carry 'h' is float32[2] before a step and float32[3, 2] after it; shape and dtype must stay the same.",
    )
    expect(wrong(({ h, n }) => ({ h, n: cast(n, 'float32') }))).toThrow(
      "the carry 'n' is int32[] before a step and float32[] after it",
    )
    expect(wrong(({ h }) => ({ h }))).toThrow("scan: the carry 'n' is missing after a step.")
    expect(wrong(({ h }) => ({ h, n: 0 }))).toThrow(TypeError)
    expect(wrong(({ h, n }) => ({ h, n, more: h }))).toThrow("a tensor 'more' after a step that it had not before")
    expect(() => scan((t: Tensor) => [cast(t, 'bool'), null] as const, tensor(1), x)).toThrow(
      'scan: the carry is float32[] before a step and bool[] after it',
    )
  })

  it('name the results that a step must return', () => {
    expect(() => scan((t: Tensor) => t as never, tensor(1), x)).toThrow('the step must return two things')
    expect(() => scan(((t: Tensor) => [t]) as never, tensor(1), x)).toThrow('the step must return two things')
  })

  it('name the sequences that do not fit', () => {
    expect(() => scan(step, tensor(1), { a: x, b: [tensor([1, 2])] })).toThrow(
      "scan: the sequence 'b.0' of shape [2] has 2 elements along its leading axis and the sequence 'a' 3; they must agree.",
    )
    expect(() => scan(step, tensor(1), x, { length: 4 })).toThrow('and the option length 4; they must agree')
    expect(() => scan(step, tensor(1), tensor(1))).toThrow('scan: the sequence is a scalar; it needs a leading axis')
    expect(() => scan(step, tensor(1), null)).toThrow('Give it, as in { length: 10 }.')
    expect(() => scan(step, tensor(1), null, { length: -1 })).toThrow('the length is -1; it must be a whole number')
    expect(() => scan(step, tensor(1), null, { length: 1.5 })).toThrow('the length is 1.5')
  })

  it('come from the op as well', () => {
    const { body } = compile((t: Tensor) => scan(halving, t, x)).graph(tensor(1)).nodes[0]!.params as ScanParams
    const params = { body, carries: 1, sequences: 1, length: 3, reverse: false }
    const on =
      (inputs: Tensor[], changes: Partial<ScanParams> = {}) =>
      () =>
        applyAll(scanOp, inputs, { ...params, ...changes })
    expect(on([tensor(1), x])).not.toThrow()
    expect(on([tensor(1)])).toThrow('scan: the step has 2 inputs and the loop 1.')
    expect(on([tensor(1), x], { length: 4 })).toThrow('scan: input 1 is float32[3] and must be float32[4].')
    expect(on([x, x])).toThrow('scan: input 0 is float32[3] and must be float32[].')
    const flag = compile((t: Tensor) => [greater(t, 0)]).graph(tensor(1))
    const changing = { ...flag, outputs: [flag.nodes.length] }
    expect(() => applyAll(scanOp, [tensor(1)], { ...params, body: changing, sequences: 0 })).toThrow(
      'scan: carry 0 after a step is bool[] and must be float32[].',
    )
  })

  it('name the op in the step that a backend has not', () => {
    const adding = kernelBackend({ name: 'adding', kernels: { add: () => {} } })
    const [t, y] = onBackend(adding, () => [tensor(1), tensor([1, 2])])
    onBackend(adding, () => {
      expect(() => scan((c: Tensor, e: Tensor) => [add(c, e), null] as const, t!, y!)).not.toThrow()
      expect(() => scan((c: Tensor, e: Tensor) => [mul(c, e), null] as const, t!, y!)).toThrow(
        "The adding backend has no kernel for the op 'mul'.",
      )
    })
  })

  it('tell of tensors on two backends', () => {
    const other = onBackend({ ...cpu(), name: 'other' }, () => tensor(1))
    expect(() => scan((t: Tensor, y: Tensor) => [sub(mul(t, other), y), null] as const, tensor(1), x)).toThrow(
      'scan: one input lives on the cpu backend and another on other.',
    )
  })
})
