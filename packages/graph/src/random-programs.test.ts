import { cpu } from '@gradus/backend-cpu'
import {
  abs,
  add,
  broadcastTo,
  cast,
  concat,
  cumsum,
  currentBackend,
  type DType,
  flip,
  full,
  gather,
  greater,
  inferShapes,
  iota,
  isFloat,
  matmul,
  maximum,
  memory,
  mod,
  mul,
  neg,
  reshape,
  type Shape,
  sameShape,
  scan,
  sin,
  sizeOf,
  slice,
  softmax,
  sub,
  sum,
  Tensor,
  tensor,
  tidy,
  transpose,
  useBackend,
  where,
} from '@gradus/tensor'
import {
  apply,
  avalOf,
  type Graph,
  identityOp,
  type Node,
  numberingOf,
  padOp,
  Storage,
  valuesOf,
} from '@gradus/tensor/internals'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { byteSize, type Place } from './place.ts'
import { planMemory } from './plan.ts'
import { simplify } from './simplify.ts'
import { replay, trace } from './trace.ts'

// Property tests. A random program gives the same bits op by op, compiled, simplified and not, with and without donation;
// and a plan never lets two live values share memory.

type TensorFunction = (inputs: readonly Tensor[]) => Tensor[]
type Operation = (values: readonly Tensor[]) => Tensor

interface Sample {
  readonly program: TensorFunction
  /** A program whose outputs have the forms of its inputs. */
  readonly successor: TensorFunction
  readonly inputs: () => Tensor[]
  readonly donated: readonly number[]
}

beforeAll(() => useBackend(cpu()))

/** A small random number generator (mulberry32). Failing cases are identified by their seeds. */
function dice(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    next,
    below,
    pick: <T>(list: readonly T[]): T => list[below(list.length)]!,
    chance: (p: number) => next() < p,
  }
}

type Dice = ReturnType<typeof dice>

/** A random program: a list of operations, each of which makes a value from earlier ones. */
function randomSample(seed: number): Sample {
  const random = dice(seed)
  const avals = Array.from({ length: 1 + random.below(3) }, () => ({
    shape: random.pick<Shape>([[], [4], [2, 3], [3, 2], [2, 2, 2], [1, 3], [0, 2]]),
    dtype: random.pick<DType>(['float32', 'float32', 'int32', 'bool']),
  }))
  const captured = [tensor([0.5, -1, 2, 0.25]), tensor([1, 0, 5], { dtype: 'int32' })] as const
  const operations: Operation[] = []
  // shapes decide what can follow, so they are inferred while the program grows
  const values: Tensor[] = avals.map((aval) => new Tensor(aval))
  const count = 1 + random.below(25)
  while (operations.length < count) {
    // the same operation again is a common subexpression
    const operation =
      random.chance(0.15) && operations.length > 0 ? random.pick(operations) : randomOperation(random, values, captured)
    if (!operation) continue
    values.push(inferShapes(() => operation(values)))
    operations.push(operation)
  }
  const outputs = Array.from({ length: 1 + random.below(4) }, () => random.below(values.length))
  const other = dice(seed + 1000)
  const successors = avals.map(({ shape, dtype }) =>
    other.pick([...values.keys()].filter((at) => values[at]!.dtype === dtype && sameShape(values[at]!.shape, shape))),
  )
  const eighths = (x: number, dtype: DType) => (dtype === 'bool' ? Math.abs(x) % 2 : dtype === 'int32' ? x : x / 8)
  const numbers = avals.map(({ shape, dtype }) =>
    Array.from({ length: sizeOf(shape) }, () => eighths(random.below(41) - 20, dtype)),
  )
  const run = (inputs: readonly Tensor[], which: readonly number[]) => {
    const made = [...inputs]
    for (const operation of operations) made.push(operation(made))
    return which.map((index) => made[index]!)
  }
  return {
    program: (inputs) => run(inputs, outputs),
    successor: (inputs) => run(inputs, successors),
    inputs: () =>
      avals.map(({ shape, dtype }, index) => tidy(() => reshape(tensor(numbers[index]!, { dtype }), shape))),
    donated: avals.flatMap((_, index) => (random.chance(0.5) ? [index] : [])),
  }
}

function randomOperation(
  random: Dice,
  values: readonly Tensor[],
  captured: readonly [Tensor, Tensor],
): Operation | undefined {
  const index = random.below(values.length)
  const x = values[index]!
  const alike = (y: Tensor, at: number) => at !== index && y.dtype === x.dtype && sameShape(y.shape, x.shape)
  const other = random.pick([...values.keys()].filter((at) => alike(values[at]!, at))) ?? -1
  const axis = random.below(Math.max(1, x.rank))
  const [floats, indices] = captured
  const dtype = random.pick<DType>(['float32', 'int32', 'bool', 'float64'])
  const [low, high, interior] = [random.below(2), random.below(2), random.below(2)]
  const keepDims = random.chance(0.5)
  const each = (f: (axis: number) => number) => x.shape.map((_, i) => f(i))
  const onX =
    (f: (x: Tensor) => Tensor): Operation =>
    (v) =>
      f(v[index]!)
  const onBoth =
    (f: (x: Tensor, y: Tensor) => Tensor): Operation =>
    (v) =>
      f(v[index]!, v[other]!)

  const numeric = x.dtype !== 'bool'
  const float = isFloat(x.dtype)
  const axes = x.rank > 0
  const small = x.size < 64
  const choices: (Operation | false)[] = [
    numeric && onX(neg),
    numeric && onX(abs),
    float && onX(sin),
    float && onX((a) => add(a, 0.5)),
    float && onX((a) => mul(sin(a), sin(a))),
    numeric && other >= 0 && onBoth(add),
    numeric && other >= 0 && onBoth(sub),
    numeric && other >= 0 && onBoth(maximum),
    numeric && other >= 0 && onBoth((a, b) => where(greater(a, b), a, 1)),
    onX((a) => cast(a, dtype)),
    onX((a) => reshape(a, [a.size])),
    x.size % 2 === 0 && x.size > 0 && onX((a) => reshape(a, [2, -1])),
    onX((a) => apply(identityOp, [a], null)),
    onX((a) => transpose(a)),
    axes && onX((a) => transpose(a, [...each((i) => i).slice(1), 0])),
    axes && onX((a) => flip(a, axis)),
    axes &&
      x.shape[axis]! > 0 &&
      onX((a) =>
        slice(
          a,
          each((i) => (i === axis ? 1 : 0)),
        ),
      ),
    axes &&
      onX((a) =>
        slice(
          a,
          [],
          undefined,
          each((i) => (i === axis ? 2 : 1)),
        ),
      ),
    axes && small && onX((a) => padAll(a, low, high, interior)),
    axes && small && onX((a) => concat([a, a], axis)),
    small && onX((a) => broadcastTo(a, [2, ...a.shape])),
    numeric && onX((a) => sum(a)),
    numeric && axes && onX((a) => sum(a, { axis, keepDims })),
    numeric && axes && onX((a) => cumsum(a, { axis })),
    float && axes && x.shape[axis]! > 0 && onX((a) => softmax(a, { axis })),
    axes && x.shape[axis]! > 0 && onX((a) => gather(a, mod(indices, a.shape[axis]!), { axis })),
    numeric && x.rank === 2 && onX((a) => matmul(a, transpose(a))),
    numeric && axes && small && onX((a) => loopOver(a, low === 1)[0]),
    numeric && axes && small && onX((a) => loopOver(a, low === 1)[high === 1 ? 1 : 2]),
    () => floats,
    () => full([2, 2], 3),
    () => iota([2, 3], 1, 'float32'),
  ]
  return random.pick(choices) || undefined
}

/** A loop with an intermediate value, a result that is a carry, and a result that may be unused. */
function loopOver(x: Tensor, reverse: boolean): readonly [Tensor, Tensor, Tensor] {
  const step = (before: Tensor, element: Tensor) => {
    const after = sub(element, neg(add(before, element)))
    return [after, { after, before: neg(before) }] as const
  }
  const [last, { after, before }] = scan(step, full(x.shape.slice(1), 1, x.dtype), x, { reverse })
  return [last, after, before]
}

function padAll(x: Tensor, low: number, high: number, interior: number): Tensor {
  const all = (count: number) => x.shape.map(() => count)
  return apply(padOp, [x], { low: all(low), high: all(high), interior: all(interior) })
}

const bits = (tensors: readonly Tensor[]) =>
  tensors.map((x) => ({ shape: x.shape, dtype: x.dtype, data: [...x.dataSync()] }))

const seeds = Array.from({ length: 200 }, (_, seed) => seed)

const graphOf = ({ program, inputs, donated }: Sample): Graph => {
  const backend = currentBackend()
  return trace((...args: Tensor[]) => program(args), inputs(), { keep: (op) => backend.has(op), donated }).graph
}

/** Runs a graph as one program, on copies of the inputs. */
function execute(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const backend = currentBackend()
  const buffers = inputs.map((x) => {
    const buffer = backend.allocate(x.storage.buffer.byteLength)
    backend.write(buffer, x.dataSync())
    return buffer
  })
  const outputs = backend.compile(graph).run(buffers)
  expect(new Set(outputs).size).toBe(outputs.length)
  return outputs.map((buffer, index) => new Tensor(avalOf(graph, graph.outputs[index]!), new Storage(backend, buffer)))
}

describe('a random program', () => {
  it('gives the same op by op, compiled, simplified and not', () => {
    for (const seed of seeds) {
      const sample = randomSample(seed)
      const inputs = sample.inputs()
      const expected = bits(sample.program(inputs))
      const graph = graphOf(sample)
      const simple = simplify(graph)
      const label = `seed ${seed}`
      expect(bits(execute(graph, inputs)), `${label}, as traced`).toEqual(expected)
      expect(bits(execute(simple, inputs)), `${label}, simplified`).toEqual(expected)
      expect(bits(replay(simple, inputs)), `${label}, replayed`).toEqual(expected)
      expect(bits(inputs), `${label}, inputs`).toEqual(bits(sample.inputs()))
      // the simplified graph has no dead and no equal nodes
      expect(simple.nodes.length).toBeLessThanOrEqual(graph.nodes.length)
      expect(simplify(simple).nodes, `${label}, simplified again`).toHaveLength(simple.nodes.length)
    }
  })

  it('gives the same compiled, keeps inputs that are not donated, and leaks nothing', () => {
    for (const seed of seeds) {
      const sample = randomSample(seed)
      const expected = bits(sample.program(sample.inputs()))
      const compiled = compile((...args: Tensor[]) => sample.program(args), { donate: sample.donated })
      compiled(...sample.inputs())
      for (let call = 0; call < 2; call++) {
        const inputs = sample.inputs()
        const before = memory().buffers
        const outputs = compiled(...inputs)
        expect(bits(outputs), `seed ${seed}`).toEqual(expected)
        expect(memory().buffers - before, `seed ${seed}`).toBe(outputs.length - sample.donated.length)
        const kept = (_: unknown, index: number) => !sample.donated.includes(index)
        expect(bits(inputs.filter(kept))).toEqual(bits(sample.inputs().filter(kept)))
      }
      expect(compiled.traces).toBe(1)
    }
  })
})

describe('a random program that is repeated', () => {
  it('gives the results of separate runs, in the donated buffers', () => {
    let moved = 0
    for (const seed of seeds) {
      const { successor, inputs } = randomSample(seed)
      let expected = inputs()
      for (let run = 0; run < 3; run++) expected = successor(expected)
      const compiled = compile((state: readonly Tensor[]) => successor(state), { donate: [0] })
      compiled(inputs())
      const state = inputs()
      const buffers = state.map((x) => x.storage.buffer)
      const before = memory().buffers
      const result = compiled.repeat(3, state)
      expect(bits(result), `seed ${seed}`).toEqual(bits(expected))
      expect(memory().buffers, `seed ${seed}`).toBe(before)
      expect(result.every((x, index) => x.storage.buffer === buffers[index])).toBe(true)
      const graph = compiled.graph(inputs())
      for (const hoist of [true, false]) walk(graph, hoist, `seed ${seed}`)
      planMemory(graph).outputs.forEach((source, index) => {
        expect(source.from === 'donated' ? source.input : source.from === 'copy' && source.into).toBe(index)
        if (source.from === 'copy') moved++
      })
    }
    expect(moved).toBeGreaterThan(10)
  })
})

describe('a plan', () => {
  it('never lets two live values share memory', () => {
    let reused = 0
    for (const seed of seeds) {
      for (const graph of [graphOf(randomSample(seed)), simplify(graphOf(randomSample(seed)))]) {
        for (const hoist of [true, false]) reused += walk(graph, hoist, `seed ${seed}`)
      }
    }
    expect(reused).toBeGreaterThan(100) // a plan without reuse would pass trivially
  })
})

/**
 * Follows a program with its plan and records which value each 16-byte block of memory holds. Every read must find its
 * value. Returns how many values reused the memory of another.
 */
function walk(graph: Graph, hoist: boolean, label: string): number {
  const plan = planMemory(graph, { hoist })
  const given = graph.inputs.length + graph.constants.length
  const { maker } = numberingOf(graph)
  const holds = new Map<string, number>()
  let reused = 0

  const blocksOf = (place: Place, value: number): string[] => {
    switch (place.at) {
      case 'input':
        return [`input ${place.index}`]
      case 'constant':
        return [`constant ${place.index}`]
      case 'static':
        return [`static ${rootOf(value)}`]
      case 'output': {
        const source = plan.outputs[place.index]!
        return [source.from === 'donated' ? `input ${source.input}` : `output ${place.index}`]
      }
      case 'arena': {
        const size = byteSize(avalOf(graph, value))
        expect(place.offset % 16).toBe(0)
        expect(place.offset + size, `${label}: end of the arena`).toBeLessThanOrEqual(plan.arenaBytes)
        return Array.from({ length: Math.ceil(size / 16) }, (_, i) => `arena ${place.offset / 16 + i}`)
      }
    }
  }
  const rootOf = (value: number): number => {
    const node = graph.nodes[maker[value]!]
    return node?.op.view ? rootOf(node.inputs[0]!) : value
  }
  const read = (value: number, who: string) => {
    for (const block of blocksOf(plan.places[value]!, value)) {
      expect(holds.get(block), `${label}: ${who} reads value ${value} in ${block}`).toBe(rootOf(value))
    }
  }

  const written = (node: Node, index: number, value: number) => {
    for (const block of blocksOf(plan.places[value]!, value)) {
      const former = holds.get(block)
      if (former !== undefined) reused++
      const overwritten = node.inputs.filter((input) => blocksOf(plan.places[input]!, input).includes(block))
      if (overwritten.length > 0) {
        expect(node.op.elementwise, `${label}: node ${index} writes over its input`).toBe(true)
        for (const input of overwritten) {
          expect(byteSize(avalOf(graph, input)), `${label}: in place`).toBe(byteSize(node.aval))
          expect(plan.places[input]!.at === 'arena' || graph.donated.includes(rootOf(input))).toBe(true)
        }
      }
      if (block.startsWith('input')) expect(graph.donated).toContain(Number(block.slice(6)))
      expect(block).not.toMatch(/^constant/)
      holds.set(block, value)
    }
  }

  for (let value = 0; value < given; value++) holds.set(blocksOf(plan.places[value]!, value)[0]!, value)
  graph.nodes.forEach((node, index) => {
    if (node.op.view) return
    for (const input of node.inputs) read(input, `node ${index}`)
    const outputs = valuesOf(graph, index)
    const blocks = outputs.flatMap((value) => blocksOf(plan.places[value]!, value))
    expect(new Set(blocks).size, `${label}: the outputs of node ${index} are apart`).toBe(blocks.length)
    for (const value of outputs) written(node, index, value)
  })
  graph.outputs.forEach((value, index) => {
    const source = plan.outputs[index]!
    if (source.from === 'copy') read(value, `output ${index}`)
    else {
      const buffer = source.from === 'new' ? `output ${index}` : `input ${source.input}`
      if (byteSize(avalOf(graph, value)) > 0) expect(holds.get(buffer), `${label}: output ${index}`).toBe(rootOf(value))
    }
  })
  const donors = plan.outputs.flatMap((source) => (source.from === 'donated' ? [source.input] : []))
  expect(new Set(donors).size, `${label}: each donated buffer becomes one output`).toBe(donors.length)
  return reused
}
