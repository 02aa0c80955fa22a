import { cpu } from '@gradus/backend-cpu'
import {
  add,
  cast,
  flip,
  foldIn,
  full,
  mul,
  neg,
  randomBits,
  reshape,
  type Shape,
  scan,
  sin,
  slice,
  sum,
  type Tensor,
  tensor,
  transpose,
  useBackend,
} from '@gradus/tensor'
import { apply, bodyOf, expandOp, identityOp, type Op, padOp, permuteOp, scanOp } from '@gradus/tensor/internals'
import { beforeAll, describe, expect, it } from 'vitest'
import { simplify } from './simplify.ts'
import { replay, trace } from './trace.ts'

beforeAll(() => useBackend(cpu()))

function simplified(fn: (...inputs: Tensor[]) => Tensor | Tensor[], ...inputs: Tensor[]) {
  const graph = simplify(trace(fn, inputs).graph)
  const before = [fn(...inputs)].flat().map((y) => y.array())
  expect(replay(graph, inputs).map((y) => y.array())).toEqual(before)
  return graph
}

const names = (fn: (...inputs: Tensor[]) => Tensor | Tensor[], ...inputs: Tensor[]) =>
  simplified(fn, ...inputs).nodes.map((node) => node.op.name)

const x = () => tensor([1, 2, 3, 4, 5, 6])
const table = () => reshape(x(), [2, 3])
const cube = () => reshape(tensor(Array.from({ length: 24 }, (_, i) => i)), [2, 3, 4])

describe('simplify', () => {
  it('merges equal nodes', () => {
    expect(names((a) => add(sin(mul(a, a)), sin(mul(a, a))), x())).toEqual(['mul', 'sin', 'add'])
    expect(names((a) => add(mul(a, 2), mul(a, 2)), x())).toEqual(['fill', 'mul', 'add'])
    // operands are not reordered: rounding and NaN payloads depend on the order
    expect(names((a, b) => [add(a, b), add(b, a)], x(), x())).toEqual(['add', 'add'])
    expect(names((a) => [sum(a, { axis: 0 }), sum(a, { axis: 1 }), sum(a, { axis: 0 })], table())).toEqual([
      'sum',
      'sum',
    ])
    // equal params that JSON would not keep apart
    expect(names((a) => [add(a, 0), add(a, -0), add(a, Number.NaN)], x())).toHaveLength(6)
  })

  it('keeps draws with different keys apart, and merges those with equal keys', () => {
    const key = tensor([0, 7], { dtype: 'uint32' })
    expect(names((k) => [randomBits(k, [2]), randomBits(k, [2])], key)).toEqual(['randomBits'])
    expect(names((k) => [randomBits(foldIn(k, 1), [2]), randomBits(foldIn(k, 2), [2])], key)).toHaveLength(6)
  })

  it('keeps ops with equal names apart', () => {
    const same = (value: number): Op<null> => ({
      name: 'mine',
      shape: ([a]) => ({ shape: a!.shape, dtype: a!.dtype }),
      inline: ([a]) => add(a!, value),
    })
    const [one, two] = [same(1), same(2)]
    const { graph } = trace((a: Tensor) => [apply(one, [a], null), apply(two, [a], null)], [x()], { keep: () => true })
    expect(simplify(graph).nodes).toHaveLength(2)
  })

  it('drops nodes that no output needs, but no inputs', () => {
    const constant = tensor([9, 9, 9, 9, 9, 9])
    const graph = simplified(
      (a, b) => {
        mul(sin(b!), constant)
        return neg(a!)
      },
      x(),
      x(),
    )
    expect(graph.nodes.map((node) => node.op.name)).toEqual(['neg'])
    expect(graph.constants).toEqual([])
    expect(graph.inputs).toHaveLength(2)
  })

  it('renumbers the remaining constants', () => {
    const [a, b] = [tensor([1]), tensor([2])]
    const graph = simplified(
      (y) => {
        mul(y, a)
        return mul(y, b)
      },
      tensor([3]),
    )
    expect(graph.constants).toEqual([b])
    expect(graph.nodes[0]!.inputs).toEqual([0, 1])
  })

  it('joins chains of views', () => {
    expect(names((a) => reshape(reshape(reshape(a, [6]), [3, 2]), [1, 6]), table())).toEqual(['reshape'])
    expect(names((a) => reshape(reshape(a, [6]), [2, 3]), table())).toEqual([])
    expect(names((a) => apply(identityOp, [reshape(apply(identityOp, [a], null), [6])], null), table())).toEqual([
      'reshape',
    ])
    expect(names((a) => apply(identityOp, [a], null), x())).toEqual([])
  })

  it('removes movements that undo each other', () => {
    expect(names((a) => transpose(transpose(a)), table())).toEqual([])
    expect(names((a) => flip(flip(a, 0), 0), table())).toEqual([])
    expect(names((a) => flip(flip(a, 0), 1), table())).toEqual(['flip'])
    expect(names((a) => slice(slice(a, [1], [4], [1]), [1], [2]), x())).toEqual(['slice'])
    expect(names((a) => slice(a, [0]), x())).toEqual([])
    const castTo = (a: Tensor, dtype: 'float32' | 'int32') => apply(cast.op, [a], { dtype })
    expect(names((a) => castTo(a, 'float32'), x())).toEqual([])
    // 1.5 -> 1 -> 1 is not the identity
    expect(names((a) => castTo(castTo(a, 'int32'), 'float32'), tensor([1.5]))).toEqual(['cast', 'cast'])
    expect(names((a) => transpose(a), reshape(x(), [1, 6]))).toEqual(['permute'])
  })

  it('joins nodes that other simplifications brought together', () => {
    // the views between the permutations are removed first
    expect(names((a) => transpose(reshape(transpose(a), [3, 2])), table())).toEqual([])
    expect(names((a) => add(transpose(transpose(a)), a), table())).toEqual(['add'])
  })

  it('keeps a joined node that has other readers', () => {
    const graph = simplified((a) => {
      const turned = transpose(a, [1, 2, 0])
      return [turned, transpose(turned, [1, 2, 0])]
    }, cube())
    expect(graph.nodes.map(({ params }) => params)).toEqual([{ axes: [1, 2, 0] }, { axes: [2, 0, 1] }])
    expect(graph.nodes[1]!.inputs).toEqual([0])
  })

  it('keeps outputs that are inputs, constants or repeated', () => {
    const constant = full([1], 3)
    const graph = simplified((a) => [a, constant, a, reshape(a, a.shape)], tensor([1]))
    expect(graph.nodes).toEqual([])
    expect(graph.outputs).toEqual([0, 1, 0, 0])
  })
})

describe('loops', () => {
  const xs = () => reshape(x(), [3, 2])
  const stepped = (a: Tensor, step: (t: Tensor, y: Tensor) => Tensor) =>
    scan((t: Tensor, y: Tensor) => [step(t, y), sin(t)] as const, full([2], 1), a)

  it('have simplified bodies', () => {
    const graph = simplified((a) => [...stepped(a, (t, y) => add(mul(t, y), mul(t, y)))], xs())
    expect(graph.nodes.map(({ op }) => op.name)).toEqual(['fill', 'scan'])
    expect(bodyOf(graph.nodes[1]!.params)!.nodes.map(({ op }) => op.name)).toEqual(['mul', 'add', 'sin'])
    // and so have loops in loops
    const nested = simplified(
      (a) =>
        scan(
          (t: Tensor) => [stepped(a, (u) => neg(transpose(transpose(add(u, sum(t))))))[0], null] as const,
          full([2], 1),
          null,
          { length: 2 },
        )[0],
      xs(),
    )
    const inner = bodyOf(nested.nodes.at(-1)!.params)!.nodes.find(({ op }) => op === scanOp)!
    expect(bodyOf(inner.params)!.nodes.map(({ op }) => op.name)).not.toContain('permute')
  })

  it('are merged if they are equal, and dropped if unused', () => {
    const twice = simplified((a) => [stepped(a, mul)[0], stepped(a, (t, y) => mul(t, y))[1], stepped(a, add)[0]], xs())
    expect(twice.nodes.filter(({ op }) => op === scanOp)).toHaveLength(2)
    expect(
      names((a) => {
        stepped(a, mul)
        return neg(stepped(a, add)[1])
      }, xs()),
    ).toEqual(['fill', 'scan', 'neg'])
    // a loop that is needed keeps all of its values
    const graph = simplified((a) => stepped(a, mul)[1], xs())
    expect([graph.nodes.at(-1)!.avals!.length, graph.outputs]).toEqual([2, [3]])
  })
})

describe('two movements as one', () => {
  let state = 1
  // mulberry32
  const below = (n: number) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
  const shuffled = (shape: Shape) => {
    const axes = [...shape.keys()]
    for (let i = axes.length - 1; i > 0; i--) {
      const j = below(i + 1)
      ;[axes[i], axes[j]] = [axes[j]!, axes[i]!]
    }
    return axes
  }
  const counts = (shape: Shape) => shape.map(() => below(3))
  const movements: Record<string, (a: Tensor) => Tensor> = {
    permute: (a) => apply(permuteOp, [a], { axes: shuffled(a.shape) }),
    flip: (a) =>
      flip(
        a,
        [...a.shape.keys()].filter(() => below(2)),
      ),
    pad: (a) => apply(padOp, [a], { low: counts(a.shape), high: counts(a.shape), interior: counts(a.shape) }),
    slice: (a) => {
      const step = a.shape.map(() => 1 + below(2))
      const start = a.shape.map((d) => below(Math.min(d, 2) + 1))
      const size = a.shape.map((d, axis) => Math.min(below(9), Math.ceil((d - start[axis]!) / step[axis]!)))
      return apply(slice.op, [a], { start, size, step })
    },
    expand: (a) => apply(expandOp, [a], { shape: a.shape.map((d) => (d === 1 ? 1 + below(3) : d)) }),
  }

  it.each(Object.keys(movements))('%s', (name) => {
    for (let round = 0; round < 100; round++) {
      const start = [cube(), reshape(cube(), [4, 6]), tensor([[], []]), reshape(x(), [1, 6, 1]), reshape(cube(), [24])][
        round % 5
      ]!
      // the random numbers must be the same in both runs
      const seed = (state = 1 + round * 7919)
      const twice = (a: Tensor) => {
        state = seed
        return movements[name]!(movements[name]!(a))
      }
      expect(simplified(twice, start).nodes.length).toBeLessThanOrEqual(start.size === 0 ? 2 : 1)
    }
  })

  it('keep the meaning of casts', () => {
    const values = tensor([1.5, -2.7, 0, 3e9])
    for (const first of ['int32', 'bool', 'float64'] as const) {
      for (const second of ['float32', 'int32', 'bool'] as const)
        simplified((a) => cast(cast(a, first), second), values)
    }
  })
})
