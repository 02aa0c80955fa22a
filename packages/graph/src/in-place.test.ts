import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import {
  add,
  type Backend,
  full,
  memory,
  mul,
  onBackend,
  reshape,
  type Tensor,
  tensor,
  useBackend,
} from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { check } from './decorators/check.ts'
import { decorate } from './decorators/decorate.ts'
import { fallback } from './decorators/fallback.ts'
import { profile } from './decorators/profile.ts'

beforeAll(() => useBackend(cpu()))

const step = (state: { w: Tensor; n: Tensor }, x: Tensor) => ({ w: add(mul(state.w, 0.5), x), n: add(state.n, 1) })
const start = () => ({ w: tensor([8, -4]), n: tensor(0, { dtype: 'int32' }) })

describe('loop', () => {
  it('equals calls, and writes the results into the same tensors and buffers', () => {
    const f = compile(step, { donate: [0] })
    const x = tensor([1, 2])
    let expected = start()
    for (let i = 0; i < 7; i++) expected = f(expected, x)
    const state = start()
    const buffers = [state.w.storage.buffer, state.n.storage.buffer]
    const loop = f.loop(state)
    const before = memory()
    loop.run(1, x)
    loop.run(6, x)
    expect(loop.state).toBe(state)
    expect(state.w.array()).toEqual(expected.w.array())
    expect(state.n.item()).toBe(7)
    expect([state.w.storage.buffer, state.n.storage.buffer]).toEqual(buffers)
    expect(memory()).toEqual(before)
    expect([x.array(), f.traces]).toEqual([[1, 2], 1])
  })

  it('takes other arguments of other forms', () => {
    const f = compile((total: Tensor, x: Tensor, sign: number) => add(total, mul(x, sign)), { donate: [0] })
    const loop = f.loop(tensor([0, 0]))
    for (const [x, sign] of [
      [tensor([1, 2]), 1],
      [tensor(3), 1],
      [tensor([1, 2]), -1],
      [tensor([5, 5]), 1],
    ] as const)
      loop.run(2, x, sign)
    expect((loop.state as Tensor).array()).toEqual([16, 16])
    expect(f.traces).toBe(3)
    expect(() => loop.run(1, undefined as never, 1)).toThrow()
  })

  it('leaves views of its tensors as they are', () => {
    const state = start()
    const view = reshape(state.w, [2, 1])
    const before = memory()
    const loop = compile(step, { donate: [0] }).loop(state)
    loop.run(2, tensor([1, 2]))
    expect(view.array()).toEqual([[8], [-4]])
    expect(state.w.array()).toEqual([3.5, 2])
    view.dispose()
    loop.run(1, tensor([1, 2]))
    expect(state.w.array()).toEqual([2.75, 3])
    expect(memory().buffers - before.buffers).toBe(2)
  })

  it('takes new tensors where the results do not fit into the old ones', () => {
    const grows = compile((rows: Tensor) => full([rows.shape[0]! + 1], 1), { donate: [0] }).loop(tensor([0]))
    grows.run(3)
    expect((grows.state as Tensor).array()).toEqual([1, 1, 1, 1])
    const shared = tensor([1, 2])
    const sum = compile((a: Tensor, b: Tensor) => add(a, b), { donate: [0] }).loop(shared)
    sum.run(2, shared)
    expect([(sum.state as Tensor).array(), shared.array()]).toEqual([
      [3, 6],
      [1, 2],
    ])
  })

  it('can be traced and differentiated', () => {
    const double = compile((x: Tensor, by: Tensor) => mul(x, by), { donate: [0] })
    const thrice = (x: Tensor) => {
      const loop = double.loop(x)
      loop.run(3, tensor(2))
      return loop.state as Tensor
    }
    expect(grad(thrice)(tensor(5)).item()).toBe(8)
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses to run %s times', (count) => {
    const state = start()
    const loop = compile(step, { donate: [0] }).loop(state)
    expect(() => loop.run(count, tensor([1, 2]))).toThrow(
      `run: the count is ${count}; it must be a whole number from 1.`,
    )
    expect(state.w.array()).toEqual([8, -4])
  })

  it('frees its copies where a run fails', () => {
    let fails = false
    let live = 0
    const backend = decorate(cpu(), {
      free: () => void live--,
      compile(graph) {
        const executable = cpu().compile(graph)
        return {
          run(inputs, count) {
            if (fails && count !== undefined) throw new Error('out of memory')
            const outputs = executable.run(inputs, count)
            live += outputs.filter((output) => !inputs.includes(output)).length
            return outputs
          },
        }
      },
    })
    onBackend(backend, () => {
      const [state, x] = [start(), tensor([1, 2])]
      const view = reshape(state.w, [2, 1])
      const f = compile(step, { donate: [0] })
      const loop = f.loop(state)
      fails = true
      const before = live
      expect(() => loop.run(3, x)).toThrow('out of memory')
      expect(() => f.repeat(3, state, x)).toThrow('out of memory')
      expect([live, view.array()]).toEqual([before, [[8], [-4]]])
    })
  })

  it('needs a donated first argument', () => {
    expect(() => compile((x: Tensor) => add(x, 1)).loop(tensor(1))).toThrow('compile with { donate: [0] }')
  })

  it.each([
    ['check', (inner: Backend) => check(inner, cpu())],
    ['profile', (inner: Backend) => profile(inner)],
    ['fallback', (inner: Backend) => fallback(inner, cpu())],
    ['a backend that makes new buffers', copying],
  ])('works and leaves nothing behind with %s', (_, decorated) => {
    onBackend(decorated(cpu()), () => {
      const [state, x] = [start(), tensor([1, 2])]
      const loop = compile(step, { donate: [0] }).loop(state)
      loop.run(2, x)
      const before = memory()
      for (let i = 0; i < 5; i++) loop.run(2, x)
      expect(memory()).toEqual(before)
      expect([state.n.item(), loop.state === state]).toEqual([12, true])
    })
  })
})

/** Gives its results in new buffers. */
function copying(inner: Backend): Backend {
  return decorate(inner, {
    compile(graph) {
      const executable = inner.compile(graph)
      return {
        run(inputs, count) {
          const copies = inputs.map((buffer) => {
            const copy = inner.allocate(buffer.byteLength)
            inner.write(copy, inner.readSync!(buffer))
            return copy
          })
          return executable.run(copies, count)
        },
      }
    },
  })
}
