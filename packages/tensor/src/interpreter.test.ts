import { cpu } from '@gradus/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Backend, onBackend, useBackend } from './backend.ts'
import type { Graph } from './graph.ts'
import { apply, currentInterpreter, eager, inferShapes, withInterpreter } from './interpreter.ts'
import type { Op } from './op.ts'
import { add, mul } from './ops/arithmetic.ts'
import { full, reshape, sum } from './ops/broadcast.ts'
import { tensor } from './ops/create.ts'
import { memory } from './storage.ts'
import { Tensor } from './tensor.ts'

beforeAll(() => useBackend(cpu()))

/** A backend that records the graphs that it compiles. */
function counting(): { backend: Backend; compiled: Graph[] } {
  const compiled: Graph[] = []
  const inner = cpu()
  const compile = (graph: Graph) => {
    compiled.push(graph)
    return inner.compile(graph)
  }
  return { backend: { ...inner, compile }, compiled }
}

describe('eager', () => {
  it('compiles an op once per form and params', () => {
    const { backend, compiled } = counting()
    onBackend(backend, () => {
      const [x, y] = [tensor([1, 2, 3]), tensor([[1], [2], [3]])]
      const names = () => compiled.splice(0).map(({ nodes }) => nodes[0]!.op.name)
      add(x, x)
      add(add(x, x), x)
      expect(names()).toEqual(['add'])
      add(y, y)
      expect(names()).toEqual(['add'])
      sum(y, { axis: 0 })
      sum(y, { axis: 1 })
      sum(y, { axis: 0 })
      sum(y, { axis: 0, keepDims: true })
      expect(names()).toEqual(['sum', 'sum', 'sum'])
      // the same number of dimensions in all, differently placed
      full([1, 23], 0)
      full([12, 3], 0)
      expect(names()).toEqual(['fill', 'fill'])
      full([], Number.NaN)
      full([], 0)
      full([], -0)
      expect(names()).toEqual(['fill', 'fill', 'fill'])
    })
  })

  it('keeps -0, NaN and infinities apart', () => {
    const values = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    expect(values.map((value) => full([], value).item())).toEqual(values)
  })

  it('moves no data for a view and shares the buffer', () => {
    const x = tensor([1, 2, 3, 4])
    const before = memory()
    const y = reshape(x, [2, 2])
    expect(memory()).toEqual(before)
    x.dispose()
    expect(y.array()).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('frees the tensors that the body of a composite makes', () => {
    const composite: Op<null> = {
      name: 'test/composite',
      shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
      inline: ([x]) => mul(add(x!, x!), add(x!, 1)),
    }
    const x = tensor([1, 2])
    const before = memory().buffers
    const y = apply(composite, [x], null)
    expect(y.array()).toEqual([4, 12])
    expect(memory().buffers).toBe(before + 1)
  })

  it('names both backends where inputs live on two', () => {
    const other = onBackend({ ...cpu(), name: 'other' }, () => tensor([1]))
    expect(() => add(tensor([1]), other)).toThrow(
      'add: one input lives on the cpu backend and another on other. Move one of them',
    )
    const second = onBackend(cpu(), () => tensor([1]))
    expect(() => add(tensor([1]), second)).toThrow(
      'add: one input lives on the cpu backend and another on another cpu backend, because useBackend was called in between.',
    )
  })
})

describe('withInterpreter', () => {
  it('puts the former one back, also after an error', () => {
    const silent = { apply: () => [new Tensor({ shape: [], dtype: 'float32' })] }
    expect(withInterpreter(silent, currentInterpreter)).toBe(silent)
    expect(() =>
      withInterpreter(silent, () => {
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(currentInterpreter()).toBe(eager)
  })

  it('refuses promises', () => {
    expect(() => inferShapes(async () => 1)).toThrow('must be synchronous: await before or after')
  })
})
