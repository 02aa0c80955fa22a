import { cpu } from '@gradus/backend-cpu'
import {
  add,
  cast,
  full,
  greater,
  matmul,
  mul,
  reshape,
  scan,
  sin,
  sum,
  type Tensor,
  tensor,
  useBackend,
} from '@gradus/tensor'
import type { Graph } from '@gradus/tensor/internals'
import { beforeAll, describe, expect, it } from 'vitest'
import { planMemory } from './plan.ts'
import { makeRepeatable } from './repeatable.ts'
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
  it('holds a chain of elementwise ops in one slot', () => {
    const { arenaBytes, places } = plan((x) => sum(sin(sin(sin(sin(x))))), [big()])
    expect(arenaBytes).toBe(4096)
    expect(places.slice(1, 5)).toEqual(Array(4).fill({ at: 'arena', offset: 0 }))
    expect(places[5]).toEqual({ at: 'output', index: 0 })
  })

  it('alternates between two slots where ops cannot work in place', () => {
    const { arenaBytes } = plan((x) => sum(matmul(matmul(matmul(matmul(x, x), x), x), x)), [big(32, 32)])
    expect(arenaBytes).toBe(2 * 4096)
  })

  it('is as large as the values that are live at once', () => {
    // three values are live until the end
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

  it('gives views the places of their roots, while the views are live', () => {
    const { places } = plan(
      (x) => {
        const y = matmul(x, x)
        const view = reshape(y, [1024])
        const z = matmul(x, x) // must not overwrite y
        return add(reshape(z, [1024]), view)
      },
      [big(32, 32)],
    )
    expect(places[2]).toEqual(places[1])
    expect(places[3]).toEqual({ at: 'arena', offset: 4096 })
  })

  it('does not overwrite a value with one of another size', () => {
    const { places } = plan((x) => sum(cast(greater(sin(x), sin(sin(x))), 'float32')), [big()])
    const greaterPlace = places[4]!
    expect(greaterPlace).toEqual({ at: 'arena', offset: 8192 })
  })
})

describe('a value that depends on constants only', () => {
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

  it('is computed in each run where it is an output, which the caller owns', () => {
    expect(plan(() => full([2], 1), []).places).toEqual([{ at: 'output', index: 0 }])
  })
})

describe('outputs', () => {
  it('are new buffers or copies of inputs and constants, and share no buffer', () => {
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
    // each donated buffer once
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

  it('prefer the buffers that they update', () => {
    // p - 0.1 g: p is updated in place, although g is donated and large enough
    const { outputs } = plan((g, p) => add(p, mul(g, -0.1)), [big(4), big(4)], [0, 1])
    expect(outputs).toEqual([{ from: 'donated', input: 1 }])
  })

  it('return a donated input unchanged, as one output', () => {
    expect(plan((x) => [x, x], [big(4)], [0]).outputs).toEqual([{ from: 'donated', input: 0 }, { from: 'copy' }])
    expect(plan((x) => [reshape(x, [2, 2]), sin(x)], [big(4)], [0]).outputs).toEqual([
      { from: 'donated', input: 0 },
      { from: 'new' },
    ])
  })
})

describe('the values of a loop', () => {
  const running = (total: Tensor, x: Tensor) =>
    scan((t: Tensor, y: Tensor) => [add(t, y), mul(t, y)] as const, total, x)

  it('have separate places, even unused ones', () => {
    const { places, arenaBytes } = plan((t, x) => sin(running(t, x)[1]), [big(64), big(4, 64)])
    expect(places.slice(2)).toEqual([
      { at: 'arena', offset: 0 },
      { at: 'arena', offset: 256 },
      { at: 'output', index: 0 },
    ])
    expect(arenaBytes).toBe(5 * 256)
    // the slot of the last carry is available after the loop
    const { places: after } = plan((t, x) => sum(matmul(running(t, x)[1], full([64, 1], 1))), [big(64), big(4, 64)])
    expect(after.slice(2).map((place) => place.at === 'arena' && place.offset)).toEqual([0, 256, false, 0, false])
  })

  it('are outputs in separate buffers, and overwrite values that are no longer read', () => {
    const step = (t: Tensor, x: Tensor) => [...running(mul(t, 2), x)]
    expect(plan(step, [big(64), big(4, 64)]).outputs).toEqual([{ from: 'new' }, { from: 'new' }])
    expect(plan(step, [big(64), big(4, 64)], [0, 1]).outputs).toEqual([{ from: 'donated', input: 0 }, { from: 'new' }])
    const twice = (t: Tensor, x: Tensor) => [running(t, x)[1], running(t, x)[1]]
    expect(plan(twice, [big(64), big(4, 64)]).outputs).toEqual([{ from: 'new' }, { from: 'new' }])
  })

  it('are computed once only together', () => {
    const xs = big(4, 64)
    const { places } = plan(
      (x) => {
        const [last, all] = running(full([64], 1), xs)
        return [add(x, last), sin(all)]
      },
      [big(64)],
    )
    expect(places.slice(3, 5)).toEqual([{ at: 'static' }, { at: 'static' }])
    const { places: one } = plan(
      (x) => {
        const [last, all] = running(full([64], 1), xs)
        return [add(x, last), all]
      },
      [big(64)],
    )
    expect(one.slice(3, 5)).toEqual([
      { at: 'arena', offset: 0 },
      { at: 'output', index: 1 },
    ])
  })
})

describe('a repeatable graph', () => {
  function repeated(fn: (...inputs: Tensor[]) => Tensor | Tensor[], inputs: Tensor[]) {
    const donated = inputs.map((_, index) => index)
    const graph = makeRepeatable(graphOf(fn, inputs, donated))
    return { graph, ...planMemory(graph) }
  }
  const own = (input: number) => ({ from: 'donated', input })
  const copied = (into: number) => ({ from: 'copy', into })

  it('keeps each output in the buffer of the input of the same number', () => {
    // without `repeatable`, the first output would take the buffer that it updates
    const crossed = (x: Tensor, y: Tensor) => [sin(y), sin(x)]
    expect(repeated(crossed, [big(4), big(4)]).outputs).toEqual([copied(0), own(1)])
    expect(plan(crossed, [big(4), big(4)], [0, 1]).outputs).toEqual([own(1), own(0)])
    const momentum = (w: Tensor, m: Tensor) => {
      const next = add(mul(m, 0.9), 1)
      return [add(w, next), next]
    }
    expect(repeated(momentum, [big(4), big(4)]).outputs).toEqual([own(0), own(1)])
  })

  it('copies at the end where the old value is read until then', () => {
    const { outputs, places } = repeated((x) => [matmul(x, x)], [big(2, 2)])
    expect(outputs).toEqual([copied(0)])
    expect(places.at(-1)).toEqual({ at: 'arena', offset: 0 })
    const w = tensor([1, 2, 3, 4])
    const twice = (x: Tensor, y: Tensor, _: Tensor) => {
      const sum = add(x, y)
      return [sum, sum, w]
    }
    expect(repeated(twice, [big(4), big(4), big(4)]).outputs).toEqual([own(0), copied(1), copied(2)])
  })

  it('returns an input in place, or as a copy to another output', () => {
    const { outputs, graph } = repeated((x, y, z) => [y, x, reshape(reshape(z, [2, 2]), [4])], [big(4), big(4), big(4)])
    expect(outputs).toEqual([copied(0), own(1), own(2)])
    expect(graph.nodes.map(({ op }) => op.name).filter((name) => name !== 'reshape')).toEqual(['slice', 'slice'])
    // a graph that `makeRepeatable` did not prepare is planned safely, too
    const swapped = { ...graphOf((x, y) => [y, x], [big(4), big(4)], [0, 1]), repeatable: true }
    expect(planMemory(swapped).outputs).toEqual([{ from: 'copy' }, { from: 'copy' }])
  })

  it('pairs only donated inputs', () => {
    const graph = { ...graphOf((x) => [sin(x)], [big(4)]), repeatable: true }
    expect(planMemory(graph).outputs).toEqual([{ from: 'new' }])
  })
})
