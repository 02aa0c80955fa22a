import { cpu } from '@gradus/backend-cpu'
import {
  add,
  type Backend,
  BackendError,
  exp,
  memory,
  mul,
  onBackend,
  relu,
  sum,
  type Tensor,
  tensor,
} from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { compile } from '../compile.ts'
import { decorate } from './decorate.ts'
import { fallback } from './fallback.ts'

/** The cpu backend without some ops, and with buffers that no other backend can read. */
function without(ops: readonly string[], changes: Partial<Backend> = {}): Backend {
  const backend = cpu()
  const own = new WeakSet<object>()
  const mine = <B extends object>(buffer: B): B => {
    if (!own.has(buffer)) throw new Error('a buffer of another backend was used')
    return buffer
  }
  const keep = <B extends object>(buffer: B): B => {
    own.add(buffer)
    return buffer
  }
  return decorate(backend, {
    name: 'partial',
    allocate: (bytes) => keep(backend.allocate(bytes)),
    read: (buffer) => backend.read(mine(buffer)),
    readSync: (buffer) => backend.readSync!(mine(buffer)),
    compile(graph) {
      const missing = graph.nodes.find(({ op }) => ops.includes(op.name))
      if (missing) throw new BackendError(`partial has no kernel for '${missing.op.name}'.`)
      const executable = backend.compile(graph)
      return { run: (inputs) => executable.run(inputs.map(mine)).map(keep) }
    },
    ...changes,
  })
}

// `exp` is in the middle, so that values move to the other backend and back; `x` stays
const program = (x: Tensor, y: Tensor) => {
  const doubled = mul(x, 2)
  const grown = exp(doubled)
  return { total: sum(add(grown, y)), grown, doubled, x, again: grown }
}

function expectResults(values: Record<keyof ReturnType<typeof program>, unknown>): void {
  expect(values).toEqual({
    total: expect.closeTo(1 + Math.exp(2) + 11, 3),
    grown: [1, expect.closeTo(Math.exp(2), 4)],
    doubled: [0, 2],
    x: [0, 1],
    again: [1, expect.closeTo(Math.exp(2), 4)],
  })
}

describe('fallback', () => {
  it('runs refused ops on the other backend, and warns once per op', () => {
    const warnings: string[] = []
    const backend = fallback(without(['exp']), cpu(), { warn: (message) => warnings.push(message) })
    const f = compile(program)
    onBackend(backend, () => {
      for (let i = 0; i < 2; i++) {
        const { total, grown, doubled, x, again } = f(tensor([0, 1]), tensor([5, 6]))
        grown.dispose()
        expectResults({
          total: total.item(),
          grown: again.array(),
          doubled: doubled.array(),
          x: x.array(),
          again: again.array(),
        })
      }
      expect(exp(tensor([0])).array()).toEqual([1])
    })
    expect(warnings).toEqual([
      "The op 'exp' runs on the cpu backend instead of partial: partial has no kernel for 'exp'.",
    ])
  })

  it('runs in the background where reads are asynchronous', async () => {
    const backend = fallback(without(['exp'], { readSync: undefined }), cpu(), { warn: () => {} })
    const f = compile(program)
    const results = onBackend(backend, () => f(tensor([0, 1]), tensor([5, 6])))
    const next = onBackend(backend, () => relu(results.grown))
    results.grown.dispose()
    const values = await Promise.all(
      [results.total, next, results.doubled, results.x, results.again].map((t) => t.data()),
    )
    const [total, grown, doubled, x, again] = values.map((data) => [...data])
    expectResults({ total: total![0], grown, doubled, x, again })
  })

  it('uses only the first backend where that has all ops', () => {
    const backend = fallback(without([]), without(['mul', 'add']), { warn: (message) => expect.unreachable(message) })
    onBackend(backend, () => expect(add(mul(tensor([3]), 2), 1).array()).toEqual([7]))
  })

  it('uses constants of compiled functions', () => {
    const backend = fallback(without(['exp']), cpu(), { warn: () => {} })
    onBackend(backend, () => {
      const c = tensor([1, 2])
      const f = compile((x: Tensor) => mul(exp(x), c))
      expect(f(tensor([0, 0])).array()).toEqual([1, 2])
    })
  })

  it('keeps the number of buffers constant under donation', () => {
    onBackend(fallback(without(['exp']), cpu(), { warn: () => {} }), () => {
      const step = compile((x: Tensor) => mul(exp(x), 0.25), { donate: [0] })
      let x = step(tensor([0, 0]))
      const before = memory().buffers
      for (let i = 0; i < 20; i++) x = step(x)
      expect(memory().buffers).toBeLessThanOrEqual(before)
      expect(x.array()).toEqual([expect.closeTo(0.3574, 3), expect.closeTo(0.3574, 3)])
    })
  })

  it('runs a program on the other backend where the first refuses only all nodes together', () => {
    const small = without([])
    const warnings: string[] = []
    const limited = decorate(small, {
      compile(graph) {
        if (graph.nodes.length > 2) throw new BackendError('too many nodes')
        return small.compile(graph)
      },
    })
    const backend = fallback(limited, cpu(), { warn: (message) => warnings.push(message) })
    onBackend(backend, () => expect(compile((x: Tensor) => add(exp(mul(x, 2)), x))(tensor([0])).array()).toEqual([1]))
    expect(warnings).toEqual([
      expect.stringMatching(/^A program of \d nodes runs on the cpu backend instead of partial: too many nodes$/),
    ])
  })

  it('returns repeated outputs and inputs where nothing runs on the first backend', () => {
    const backend = fallback(without(['mul', 'sum', 'exp', 'add', 'fill', 'expand']), cpu(), { warn: () => {} })
    onBackend(backend, () => {
      const { total, grown, doubled, x, again } = compile(program)(tensor([0, 1]), tensor([5, 6]))
      grown.dispose()
      expectResults({
        total: total.item(),
        grown: again.array(),
        doubled: doubled.array(),
        x: x.array(),
        again: again.array(),
      })
    })
  })

  it('fails where both refuse', () => {
    const backend = fallback(without(['exp']), without(['exp']), { warn: () => {} })
    onBackend(backend, () => expect(() => exp(tensor([0]))).toThrow("no kernel for 'exp'"))
  })
})
