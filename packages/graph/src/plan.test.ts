import { cpu } from '@gradus/backend-cpu'
import {
  add,
  cast,
  full,
  type Graph,
  greater,
  matmul,
  mul,
  reshape,
  sin,
  sum,
  type Tensor,
  tensor,
  useBackend,
} from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { planMemory } from './plan.ts'
import { trace } from './trace.ts'

beforeAll(() => useBackend(cpu()))

const big = (...shape: number[]) => full(shape.length ? shape : [1024], 1)

function graphOf(fn: (...inputs: Tensor[]) => Tensor | Tensor[], inputs: Tensor[], donated: number[] = []): Graph {
  return trace(fn, inputs, { donated }).graph
}

function plan(fn: (...inputs: Tensor[]) => Tensor | Tensor[], inputs: Tensor[], donated: number[] = []) {
  return planMemory(graphOf(fn, inputs, donated))
}

describe('the arena', () => {
  it('holds a chain of elementwise ops in one place', () => {
    const { arenaBytes, places } = plan((x) => sum(sin(sin(sin(sin(x))))), [big()])
    expect(arenaBytes).toBe(4096)
    expect(places.slice(1, 5)).toEqual(Array(4).fill({ at: 'arena', offset: 0 }))
    expect(places[5]).toEqual({ at: 'output', index: 0 })
  })

  it('alternates between two places where ops cannot work in place', () => {
    const { arenaBytes } = plan((x) => sum(matmul(matmul(matmul(matmul(x, x), x), x), x)), [big(32, 32)])
    expect(arenaBytes).toBe(2 * 4096)
  })

  it('is as large as what is needed at once, no larger', () => {
    // three values wait until the end
    const wait = (x: Tensor) => {
      const [a, b, c] = [sin(x), sin(sin(x)), sin(sin(sin(x)))]
      return sum(add(add(matmul(a, b), c), a))
    }
    expect(plan(wait, [big(32, 32)]).arenaBytes).toBe(4 * 4096)
    expect(plan((x) => x, [big()]).arenaBytes).toBe(0)
    expect(plan((x) => sin(x), [big()]).arenaBytes).toBe(0)
  })

  it('aligns small values', () => {
    const { places } = plan((x) => sum(matmul(matmul(x, x), matmul(x, x))), [big(1, 1)])
    const offsets = places.flatMap((place) => (place.at === 'arena' ? [place.offset] : []))
    expect(offsets).toEqual([0, 16, 32])
  })

  it('gives views the place of what they view, for as long as they are needed', () => {
    const { places } = plan(
      (x) => {
        const y = matmul(x, x)
        const view = reshape(y, [1024])
        const z = matmul(x, x) // must not take the place of y
        return add(reshape(z, [1024]), view)
      },
      [big(32, 32)],
    )
    expect(places[2]).toEqual(places[1])
    expect(places[3]).toEqual({ at: 'arena', offset: 4096 })
  })

  it('does not write values of another size over one another', () => {
    const { places } = plan((x) => sum(cast(greater(sin(x), sin(sin(x))), 'float32')), [big()])
    const greaterPlace = places[4]!
    expect(greaterPlace).toEqual({ at: 'arena', offset: 8192 })
  })
})

describe('what depends on nothing that changes', () => {
  it('is computed once', () => {
    const w = tensor([1, 2])
    const fn = (x: Tensor) => add(x, sin(mul(w, 2)))
    const graph = graphOf(fn, [tensor([1, 1])])
    expect(planMemory(graph).places.map(({ at }) => at)).toEqual([
      'input',
      'constant',
      'static',
      'static',
      'static',
      'output',
    ])
    expect(planMemory(graph, { hoist: false }).places.map(({ at }) => at)).toEqual([
      'input',
      'constant',
      'arena',
      'arena',
      'arena',
      'output',
    ])
  })

  it('is computed each time where it is an output, since that is given away', () => {
    expect(plan(() => full([2], 1), []).places).toEqual([{ at: 'output', index: 0 }])
  })
})

describe('outputs', () => {
  it('are new buffers, copies of inputs and constants, and never one another', () => {
    const w = tensor([1, 2])
    expect(plan((x) => [sin(x), x, w, reshape(x, [2, 1])], [big(2)]).outputs).toEqual([
      { from: 'new' },
      { from: 'copy' },
      { from: 'copy' },
      { from: 'copy' },
    ])
    const both = plan(
      (x) => {
        const y = sin(x)
        return [y, y, reshape(y, [2, 1])]
      },
      [big(2)],
    )
    expect(both.outputs).toEqual([{ from: 'new' }, { from: 'copy' }, { from: 'copy' }])
  })

  it('take the buffers of donated inputs of their size', () => {
    expect(plan((x) => sin(x), [big(4)], [0]).outputs).toEqual([{ from: 'donated', input: 0 }])
    expect(plan((x) => sum(x), [big(4)], [0]).outputs).toEqual([{ from: 'new' }])
    expect(plan((x, y) => [sin(x), sin(y)], [big(4), big(4)], [0, 1]).outputs).toEqual([
      { from: 'donated', input: 0 },
      { from: 'donated', input: 1 },
    ])
    // each once
    expect(
      plan((x) => [sin(x), sin(sin(x))], [big(4)], [0])
        .outputs.map(({ from }) => from)
        .sort(),
    ).toEqual(['donated', 'new'])
  })

  it('do not take a buffer that is still read', () => {
    expect(plan((x) => [matmul(x, x)], [big(2, 2)], [0]).outputs).toEqual([{ from: 'new' }])
    expect(
      plan(
        (x) => {
          const y = sin(x)
          return [y, matmul(x, x)]
        },
        [big(2, 2)],
        [0],
      ).outputs[0],
    ).toEqual({ from: 'new' })
  })

  it('prefer the buffer that they update', () => {
    // p - 0.1 g: p is updated in place, although g is donated and large enough too
    const { outputs } = plan((g, p) => add(p, mul(g, -0.1)), [big(4), big(4)], [0, 1])
    expect(outputs).toEqual([{ from: 'donated', input: 1 }])
  })

  it('hand donated inputs through, to one output', () => {
    expect(plan((x) => [x, x], [big(4)], [0]).outputs).toEqual([{ from: 'donated', input: 0 }, { from: 'copy' }])
    expect(plan((x) => [reshape(x, [2, 2]), sin(x)], [big(4)], [0]).outputs).toEqual([
      { from: 'donated', input: 0 },
      { from: 'new' },
    ])
  })
})
