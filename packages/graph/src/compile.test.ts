import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import {
  add,
  type Backend,
  findLeaks,
  full,
  memory,
  mul,
  onBackend,
  reshape,
  sin,
  sub,
  sum,
  Tensor,
  tensor,
  tidy,
  treeLeaves,
  useBackend,
} from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { check } from './decorators/check.ts'
import { formOf, hasFormOf } from './form.ts'

beforeAll(() => useBackend(cpu()))

describe('compile', () => {
  it('returns the results of the function in its tree', () => {
    const f = compile((p: { w: Tensor; b: readonly Tensor[] }, x: Tensor) => ({
      y: add(mul(p.w, x), p.b[0]!),
      list: [x, p.w] as const,
      text: 'kept',
    }))
    const result = f({ w: tensor([1, 2]), b: [tensor([10, 20])] }, tensor([3, 4]))
    expect(result.y.array()).toEqual([13, 28])
    expect(result.list.map((x) => x.array())).toEqual([
      [3, 4],
      [1, 2],
    ])
    expect(result.text).toBe('kept')
  })

  it('traces once per form of the arguments', () => {
    let runs = 0
    const f = compile((x: Tensor, options: { scale: number; flag?: boolean }) => {
      runs++
      return mul(x, options.flag ? -options.scale : options.scale)
    })
    expect(f(tensor([1, 2]), { scale: 2 }).array()).toEqual([2, 4])
    expect(f(tensor([3, 4]), { scale: 2 }).array()).toEqual([6, 8])
    expect([f.traces, runs]).toEqual([1, 1])
    expect(f(tensor([[1], [2]]), { scale: 2 }).array()).toEqual([[2], [4]])
    expect(f(tensor([1, 2], { dtype: 'int32' }), { scale: 2 }).array()).toEqual([2, 4])
    expect(f(tensor([1, 2]), { scale: 3 }).array()).toEqual([3, 6])
    expect(f(tensor([1, 2]), { scale: 3, flag: true }).array()).toEqual([-3, -6])
    expect([f.traces, runs]).toEqual([5, 5])
    f(tensor([5, 6]), { scale: 3, flag: true })
    expect(f.traces).toBe(5)
  })

  it('finds the programs of earlier forms and backends', () => {
    const f = compile((x: Tensor) => add(x, 1))
    const inputs = [tensor([1]), tensor([1, 2]), onBackend(cpu(), () => tensor([5]))]
    for (let round = 0; round < 3; round++) {
      expect(inputs.map((x) => f(x).array())).toEqual([[2], [2, 3], [6]])
      for (const x of inputs) expect(f(x).storage.memory).toBe(x.storage.memory)
    }
    expect(f.traces).toBe(3)
    const none = compile(() => full([], 1))
    const other = cpu()
    expect(onBackend(other, () => none()).storage.memory).toBe(other)
    expect(none().storage.memory).not.toBe(other)
  })

  it('shows the simplified graph', () => {
    const f = compile((x: Tensor) => add(mul(x, x), mul(x, x)))
    expect(f.graph(tensor([1, 2])).nodes.map((node) => node.op.name)).toEqual(['mul', 'add'])
    f(tensor([1, 2]))
    expect(f.traces).toBe(1)
  })

  it('composes with itself and with grad', () => {
    const square = compile((x: Tensor) => mul(x, x))
    const outer = compile((x: Tensor) => add(square(x), square(add(x, 1))))
    expect(outer(tensor([1, 2])).array()).toEqual([5, 13])
    expect(square.traces).toBe(0)
    expect(grad((x: Tensor) => sum(outer(x)))(tensor([1, 2])).array()).toEqual([6, 10])
    expect(compile(grad((x: Tensor) => sum(square(x))))(tensor([1, 2])).array()).toEqual([2, 4])
  })

  it('takes no arguments and empty trees, and may return nothing', () => {
    expect(compile(() => full([2], 3))().array()).toEqual([3, 3])
    expect(compile((_: object) => ({}))({})).toEqual({})
    expect(compile((_: Tensor) => undefined)(tensor(1))).toBeUndefined()
    expect(compile((x: Tensor, rest: readonly Tensor[]) => [x, ...rest])(tensor(1), []).map((x) => x.item())).toEqual([
      1,
    ])
  })

  it('returns inputs and constants as separate tensors', () => {
    const w = tensor([1, 2])
    const f = compile((x: Tensor) => [x, w, reshape(x, [2, 1]), x])
    const x = tensor([3, 4])
    const outputs = f(x)
    expect(outputs.map((y) => y.array())).toEqual([
      [3, 4],
      [1, 2],
      [[3], [4]],
      [3, 4],
    ])
    x.dispose()
    outputs[0]!.dispose()
    expect(outputs.slice(1).map((y) => y.array())).toEqual([
      [1, 2],
      [[3], [4]],
      [3, 4],
    ])
    expect(w.array()).toEqual([1, 2])
  })

  it('keeps constants alive when the originals are disposed', () => {
    for (const backend of [cpu(), check(cpu(), cpu())]) {
      onBackend(backend, () => {
        const w = tensor([1, 2])
        const f = compile((x: Tensor) => mul(add(x, w), tensor([10, 10])))
        expect(tidy(() => f(tensor([1, 1]))).array()).toEqual([20, 30])
        w.dispose()
        expect(f(tensor([2, 2])).array()).toEqual([30, 40])
      })
    }
  })

  it('leaks nothing', () => {
    const step = compile(
      (state: { w: Tensor; m: Tensor }, x: Tensor) => {
        const g = grad((w: Tensor) => sum(mul(sub(w, x), sub(w, x))))(state.w)
        const m = add(mul(state.m, 0.9), g)
        return { state: { w: sub(state.w, mul(m, 0.01)), m }, norm: sum(mul(g, g)) }
      },
      { donate: [0] },
    )
    const x = tensor([1, 2, 3])
    let state = step({ w: tensor([0, 0, 0]), m: tensor([0, 0, 0]) }, x).state
    const before = memory()
    for (let i = 0; i < 1000; i++) {
      const next = step(state, x)
      state = next.state
      next.norm.dispose()
    }
    expect(memory()).toEqual(before)
    expect(step.traces).toBe(1)
    expect(state.w.dataSync()[2]).toBeCloseTo(3, 3)
    expect(findLeaks(() => step(state, x).norm.dispose()).map(({ count }) => count)).toEqual([2])
  })

  it('rejects unsupported arguments', () => {
    const f = compile((...args: unknown[]) => args.length)
    expect(() => f(() => 1)).toThrow('takes tensors, plain values and trees of them, and was given a function')
    expect(() => f(new Map())).toThrow('was given a Map. Let the function close over it instead.')
    expect(() => f([{ deep: Symbol('s') }])).toThrow('was given a symbol')
    const other = onBackend({ ...cpu(), name: 'other' } as Backend, () => tensor([1]))
    expect(() => f(tensor([1]), other)).toThrow('was given tensors of the cpu and the other backends')
    expect(() => compile((x: Tensor) => add(x, other))(tensor([1]))).toThrow(
      'runs on the cpu backend and uses a tensor of the other backend. Move it',
    )
    expect(() => compile(async (x: Tensor) => x)(tensor(1))).toThrow('must be synchronous')
    expect(() => compile((x: Tensor) => x.item())(tensor(1))).toThrow('asked for while a function is traced')
    const x = tensor(1)
    x.dispose()
    expect(() => compile((y: Tensor) => y)(x)).toThrow('was disposed or donated')
  })

  it('tries again after an error', () => {
    let fail = true
    const f = compile((x: Tensor) => {
      if (fail) throw new Error('not yet')
      return add(x, 1)
    })
    expect(() => f(tensor(1))).toThrow('not yet')
    fail = false
    expect(f(tensor(1)).item()).toBe(2)
  })
})

describe('donation', () => {
  const plus = compile((x: Tensor, y: Tensor) => add(x, y), { donate: [0] })

  it('overwrites the buffer, and the tensor can no longer be read', () => {
    const [x, y] = [tensor([1, 2]), tensor([10, 20])]
    const { buffer } = x.storage
    const before = memory().buffers
    const z = plus(x, y)
    expect(z.array()).toEqual([11, 22])
    expect(z.storage.buffer).toBe(buffer)
    expect(memory().buffers).toBe(before)
    expect(() => x.dataSync()).toThrow('was disposed or donated to a compiled function')
    expect(y.array()).toEqual([10, 20])
  })

  it('frees donated buffers that the program does not use', () => {
    const total = compile((x: Tensor) => sum(x), { donate: [0] })
    const x = tensor([1, 2, 3])
    const before = memory().buffers
    expect(total(x).item()).toBe(6)
    expect(memory().buffers).toBe(before) // the sum was allocated and x freed
    expect(() => x.dataSync()).toThrow('was disposed')
  })

  it('does not overwrite a buffer that a view shares', () => {
    const x = tensor([1, 2])
    const view = reshape(x, [2, 1])
    expect(plus(x, tensor([10, 20])).array()).toEqual([11, 22])
    expect(view.array()).toEqual([[1], [2]])
  })

  it('does not overwrite a constant of a program', () => {
    const w = tensor([1, 2])
    const f = compile((x: Tensor) => mul(x, w))
    expect(f(tensor([3, 3])).array()).toEqual([3, 6])
    plus(w, tensor([10, 20]))
    expect(f(tensor([3, 3])).array()).toEqual([3, 6])
  })

  it('takes one tensor for two arguments', () => {
    // the sum must not overwrite x before the sine reads it
    const f = compile((x: Tensor, y: Tensor) => [add(x, 1), mul(sin(y), y)], { donate: [0] })
    const x = tensor([1, 2])
    const expected = [1, 2].map((v) => Math.fround(Math.fround(Math.sin(v)) * v))
    const [a, b] = f(x, x)
    expect(a!.array()).toEqual([2, 3])
    expect([...b!.dataSync()]).toEqual(expected)
    expect(x.array()).toEqual([1, 2]) // the second argument was not donated

    const both = compile((p: Tensor, q: Tensor) => [add(p, 1), sub(q, 1)], { donate: [0, 1] })
    const y = tensor([1, 2])
    const before = memory().buffers
    expect(both(y, y).map((z) => z.array())).toEqual([
      [2, 3],
      [0, 1],
    ])
    expect(memory().buffers).toBe(before + 1) // two were allocated and y freed
    expect(() => y.dataSync()).toThrow('was disposed')
  })

  it('returns donated inputs unchanged', () => {
    const swap = compile((a: Tensor, b: Tensor) => [b, a], { donate: [0, 1] })
    const [a, b] = [tensor([1]), tensor([2])]
    const buffers = [b.storage.buffer, a.storage.buffer]
    const swapped = swap(a, b)
    expect(swapped.map((x) => x.item())).toEqual([2, 1])
    expect(swapped.map((x) => x.storage.buffer)).toEqual(buffers)
  })

  it('applies to all tensors of an argument, and to none inside another trace', () => {
    const step = compile((s: { a: Tensor; list: readonly Tensor[] }, x: Tensor) => ({ a: add(s.a, x), list: s.list }), {
      donate: [0],
    })
    const s = { a: tensor([1]), list: [tensor([2])] }
    step(s, tensor([1]))
    expect(() => s.a.dataSync()).toThrow('was disposed')
    expect(() => s.list[0]!.dataSync()).toThrow('was disposed')
    const t = { a: tensor([1]), list: [] }
    compile((x: Tensor) => step(t, x))(tensor([1]))
    expect(t.a.array()).toEqual([1])
  })

  it('frees the copies that it makes', () => {
    const freed: unknown[] = []
    const inner = cpu()
    const backend: Backend = { ...inner, free: (buffer) => freed.push(buffer) }
    onBackend(backend, () => {
      const f = compile((x: Tensor) => sum(x), { donate: [0] })
      const x = tensor([1, 2])
      const view = reshape(x, [2, 1])
      f(x)
      expect(freed).toHaveLength(1)
      expect(freed[0]).not.toBe(view.storage.buffer)
    })
  })
})

describe('formOf', () => {
  it('is equal only for equal forms', () => {
    const t = (...shape: number[]) => new Tensor({ shape, dtype: 'float32' })
    const forms: unknown[] = [
      t(),
      t(1),
      t(1, 2),
      t(12),
      new Tensor({ shape: [1], dtype: 'int32' }),
      [t(1)],
      [[t(1)]],
      [t(1), t(1)],
      [[t(1)], t(1)],
      { a: t(1) },
      { b: t(1) },
      { a: t(1), b: t(1) },
      { a: { b: t(1) } },
      { 'a:float32,1;b': t(1) },
      1,
      '1',
      true,
      null,
      undefined,
      'null',
      0,
      -0,
      Number.NaN,
      [],
      {},
      '[]',
    ]
    expect(new Set(forms.map(formOf)).size).toBe(forms.length)
    // the fast comparison agrees on every pair
    for (const [i, a] of forms.entries()) {
      for (const [j, b] of forms.entries()) {
        const leaves: Tensor[] = []
        expect(hasFormOf(a, b, leaves), `${formOf(a)} and ${formOf(b)}`).toBe(i === j)
        if (i === j) expect(leaves).toEqual(treeLeaves(b))
      }
    }
    expect(hasFormOf({ a: 1 }, Object.assign(Object.create(null), { a: 1 }), [])).toBe(true)
    expect(hasFormOf({}, new Map(), [])).toBe(false)
    expect(formOf({ a: t(1), n: [1, 'x'] })).toBe(formOf({ a: t(1), n: [1, 'x'] }))
  })
})
