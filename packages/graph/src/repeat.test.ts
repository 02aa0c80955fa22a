import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import {
  add,
  type Backend,
  BackendError,
  findLeaks,
  full,
  matmul,
  memory,
  mul,
  onBackend,
  reshape,
  type Tensor,
  tensor,
  useBackend,
} from '@gradus/tensor'
import type { DeviceBuffer, Executable } from '@gradus/tensor/internals'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { check } from './decorators/check.ts'
import { decorate } from './decorators/decorate.ts'
import { fallback } from './decorators/fallback.ts'
import { profile } from './decorators/profile.ts'
import { runRepeatedly } from './repeat.ts'

beforeAll(() => useBackend(cpu()))

/** The cpu backend, with a record of runs and of freed buffers. */
function watched(): { backend: Backend; counts: number[]; freed: DeviceBuffer[] } {
  const inner = cpu()
  const counts: number[] = []
  const freed: DeviceBuffer[] = []
  const backend = decorate(inner, {
    compile(graph): Executable {
      const executable = inner.compile(graph)
      return {
        run(inputs, count = 1) {
          counts.push(count)
          return executable.run(inputs, count)
        },
      }
    },
    free: (buffer) => void freed.push(buffer),
  })
  return { backend, counts, freed }
}

describe('repeat', () => {
  const step = (state: { w: Tensor; n: Tensor }, x: Tensor) => ({
    w: add(mul(state.w, 0.5), x),
    n: add(state.n, 1),
  })
  const start = () => ({ w: tensor([8, -4]), n: tensor(0, { dtype: 'int32' }) })

  it('equals calls with the result as the next first argument', () => {
    const f = compile(step, { donate: [0] })
    const x = tensor([1, 2])
    let expected = start()
    for (let i = 0; i < 7; i++) expected = f(expected, x)
    const result = f.repeat(7, start(), x)
    expect(result.w.array()).toEqual(expected.w.array())
    expect(result.n.item()).toBe(7)
    expect(f.repeat(1, start(), x).w.array()).toEqual([5, 0])
    expect(f.traces).toBe(1)
    expect(x.array()).toEqual([1, 2])
  })

  it('is one run of the program, in the donated buffers', () => {
    const { backend, counts } = watched()
    onBackend(backend, () => {
      const f = compile(step, { donate: [0] })
      const [state, x] = [start(), tensor([1, 2])]
      const buffers = [state.w.storage.buffer, state.n.storage.buffer]
      counts.length = 0
      const result = f.repeat(1000, state, x)
      expect(counts).toEqual([1000])
      expect(result.w.storage.buffer).toBe(buffers[0])
      expect(result.n.storage.buffer).toBe(buffers[1])
      expect(result.n.item()).toBe(1000)
      expect(() => state.w.dataSync()).toThrow('was disposed or donated')
    })
  })

  it('holds a constant number of buffers', () => {
    const f = compile(step, { donate: [0] })
    const x = tensor([1, 2])
    let state = f(start(), x)
    const before = memory()
    for (let i = 0; i < 50; i++) state = f.repeat(40, state, x)
    expect(memory()).toEqual(before)
    expect(state.n.item()).toBe(2001)
    expect(findLeaks(() => (state = f.repeat(3, state, x))).map(({ count }) => count)).toEqual([2])
  })

  it('returns inputs and constants as outputs', () => {
    const w = tensor([7, 7])
    const shift = compile(
      (s: { a: Tensor; b: Tensor; c: Tensor; twin: Tensor; kept: Tensor; fixed: Tensor }) => {
        const sum = add(s.a, s.b)
        return { a: s.b, b: s.c, c: sum, twin: sum, kept: s.kept, fixed: w }
      },
      { donate: [0] },
    )
    const fill = (value: number) => tensor([value, -value])
    const first = () => ({ a: fill(1), b: fill(1), c: fill(2), twin: fill(0), kept: fill(9), fixed: fill(0) })
    const result = shift.repeat(6, first())
    const values = (state: Record<string, Tensor>) => Object.values(state).map((x) => x.dataSync()[0])
    // Padovan: 1 1 2 2 3 4 5 7 9
    expect(values(result)).toEqual([5, 7, 9, 9, 9, 7])
    let expected = first()
    for (let i = 0; i < 6; i++) expected = shift(expected)
    expect(values(result)).toEqual(values(expected))
    expect(w.array()).toEqual([7, 7])
    expect(new Set(Object.values(result).map((x) => x.storage.buffer)).size).toBe(6)
  })

  it('copies what it cannot write in place', () => {
    const f = compile((x: Tensor) => matmul(x, x), { donate: [0] })
    const shear = tensor(Float32Array.of(1, 1, 0, 1), { shape: [2, 2] })
    expect([...f.repeat(3, shear).dataSync()]).toEqual([1, 8, 0, 1])
    const x = tensor([1, 2])
    const view = reshape(x, [2, 1])
    expect(
      compile((a: Tensor) => add(a, a), { donate: [0] })
        .repeat(3, x)
        .array(),
    ).toEqual([8, 16])
    expect(view.array()).toEqual([[1], [2]])
  })

  it('takes one tensor for two arguments', () => {
    const f = compile((a: Tensor, b: Tensor) => add(a, b), { donate: [0] })
    const x = tensor([1, 2])
    expect(f.repeat(3, x, x).array()).toEqual([4, 8])
    expect(x.array()).toEqual([1, 2])
  })

  it('loops under another interpreter', () => {
    const double = compile((x: Tensor, by: Tensor) => mul(x, by), { donate: [0] })
    const by = tensor(2)
    expect(compile((x: Tensor) => double.repeat(3, x, by))(tensor([1, 2])).array()).toEqual([8, 16])
    expect(grad((x: Tensor) => double.repeat(3, x, by))(tensor(5)).item()).toBe(8)
    expect(double.traces).toBe(0)
  })

  it('says why a function cannot be repeated', () => {
    const plain = compile((x: Tensor) => add(x, 1))
    expect(() => plain.repeat(2, tensor(1))).toThrow('the first argument is not donated; compile with { donate: [0] }')
    const grows = compile((s: { rows: Tensor; n: Tensor }) => ({ rows: full([3], 0), n: s.n }), { donate: [0] })
    expect(() => grows.repeat(2, { rows: tensor([1, 2]), n: tensor(1) })).toThrow(
      'repeat: the result cannot take the place of the first argument: the first argument (rows): float32[2] became float32[3].',
    )
    const fine = compile((x: Tensor) => add(x, 1), { donate: [0] })
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(() => fine.repeat(count, tensor(1))).toThrow(`the count is ${count}; it must be a whole number from 1`)
    }
  })

  it.each([
    ['check', (inner: Backend) => check(inner, cpu())],
    ['profile', (inner: Backend) => profile(inner)],
    ['fallback', (inner: Backend) => fallback(inner, cpu())],
    ['fallback node by node', (inner: Backend) => fallback(withoutPrograms(inner), inner, { warn() {} })],
  ])('works and leaves nothing behind with %s', (_, decorated) => {
    const { backend: inner } = watched()
    let live = 0
    const counted = decorate(inner, {
      allocate(bytes) {
        live++
        return inner.allocate(bytes)
      },
      free: () => void live--,
      compile(graph) {
        const executable = inner.compile(graph)
        return {
          run(inputs) {
            const outputs = executable.run(inputs)
            live += outputs.filter((output) => !inputs.includes(output)).length
            return outputs
          },
        }
      },
    })
    const backend = decorated(counted)
    onBackend(backend, () => {
      const f = compile(step, { donate: [0] })
      const x = tensor([1, 2])
      let state = f.repeat(2, start(), x)
      const [before, liveBefore] = [memory(), live]
      for (let i = 0; i < 5; i++) state = f.repeat(2, state, x)
      expect(memory()).toEqual(before)
      expect(live).toBe(liveBefore)
      expect(state.n.item()).toBe(12)
    })
  })
})

/** Takes only single nodes, and no product. */
function withoutPrograms(inner: Backend): Backend {
  return decorate(inner, {
    compile(graph) {
      if (graph.nodes.some(({ op }) => op.name === 'mul')) throw new BackendError('no products here')
      return inner.compile(graph)
    },
  })
}

describe('runRepeatedly', () => {
  it('frees intermediate buffers, and no input', () => {
    const buffers = Array.from({ length: 8 }, (_, byteLength) => ({ byteLength }))
    const [a, b, fixed] = buffers as [DeviceBuffer, DeviceBuffer, DeviceBuffer]
    const freed: DeviceBuffer[] = []
    const seen: (readonly DeviceBuffer[])[] = []
    let next = 3
    const run = (inputs: readonly DeviceBuffer[]) => {
      seen.push(inputs)
      return [buffers[next++]!, inputs[1]!] // one is new in each run, one is an input
    }
    const outputs = runRepeatedly(run, [a, b, fixed], 4, (buffer) => freed.push(buffer))
    expect(outputs).toEqual([buffers[6], b])
    expect(freed).toEqual([buffers[3], buffers[4], buffers[5]])
    expect(seen.map(([first]) => first)).toEqual([a, buffers[3], buffers[4], buffers[5]])
    expect(seen.every(([, second, third]) => second === b && third === fixed)).toBe(true)
  })
})
