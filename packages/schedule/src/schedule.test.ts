import { valueAndGrad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { trace } from '@gradus/graph'
import {
  add,
  argsort,
  conv,
  exp,
  gather,
  greater,
  layerNormalization,
  matmul,
  maxPool,
  mean,
  mul,
  oneHot,
  ones,
  relu,
  scan,
  softmax,
  softmaxCrossEntropy,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  useBackend,
  where,
} from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { UnknownOp } from './analysis/graph-analysis.ts'
import { printSchedule } from './kernels/print-schedule.ts'
import { schedule } from './schedule.ts'

beforeAll(() => useBackend(cpu()))

type Traced = (...inputs: Tensor[]) => Tensor | Tensor[]

const scheduleOf = (fn: Traced, inputs: Tensor[], donated: number[] = []) =>
  schedule(trace(fn, inputs, { donated }).graph)
const kindsOf = (fn: Traced, inputs: Tensor[]) => scheduleOf(fn, inputs).kernels.map(({ kernel }) => kernel.kind)

it('computes nothing that no output needs, neither in a graph nor in the body of a loop', () => {
  const fn = (x: Tensor) => {
    exp(x)
    sum(exp(x))
    matmul(x, x)
    return add(x, 1)
  }
  expect(kindsOf(fn as Traced, [ones([4, 4])])).toEqual(['loops'])
  const loop = (x: Tensor) => scan((carry: Tensor, row: Tensor) => [add(carry, row), fn(mul(x, row))], ones([4]), x)
  expect(kindsOf((x) => loop(x!), [ones([4, 4])])).toContain('opaque')
})

describe('one kernel computes', () => {
  it('elementwise ops, with broadcasts and movements on the way', () => {
    const fn = (x: Tensor, y: Tensor) => mul(exp(add(transpose(x), y)), where(greater(transpose(x), 0), 2, 3))
    expect(kindsOf(fn as Traced, [ones([6, 5]), ones([6])])).toEqual(['loops'])
  })

  it('a matrix product with transposed inputs and the ops on its result', () => {
    const fn = (x: Tensor, w: Tensor, b: Tensor, m: Tensor) => mul(relu(add(matmul(transpose(x), transpose(w)), b)), m)
    expect(kindsOf(fn as Traced, [ones([3, 8]), ones([4, 3]), ones([4]), ones([8, 4])])).toEqual(['contraction'])
  })

  it('a convolution with its bias and activation', () => {
    const fn = (x: Tensor, k: Tensor, b: Tensor) => relu(add(conv(x, k, { padding: 'same' }), b))
    const kinds = kindsOf(fn as Traced, [ones([2, 8, 8, 3]), ones([3, 3, 3, 4]), ones([4])])
    expect(kinds.filter((kind) => kind === 'contraction')).toHaveLength(1)
  })

  it('softmax, layer normalization and cross-entropy, forward', () => {
    expect(kindsOf((x) => softmax(x!), [ones([4, 10])])).toEqual(['loops'])
    expect(kindsOf((x) => layerNormalization(x!), [ones([4, 10])])).toEqual(['loops'])
    const labels = tensor([0, 1, 2, 3], { dtype: 'int32' })
    const fn = (x: Tensor, y: Tensor) => softmaxCrossEntropy(x, oneHot(y, 10))
    expect(kindsOf(fn as Traced, [ones([4, 10]), labels])).toEqual(['loops'])
  })

  it('the update of many parameters of an optimizer, each in place', () => {
    const update = (...given: Tensor[]) => {
      const half = given.length / 2
      return given.slice(0, half).map((weight, i) => sub(weight, mul(given[half + i]!, 0.1)))
    }
    const shapes = [[3, 4], [4], [4, 2], [2]]
    const inputs = [...shapes, ...shapes].map((shape) => ones(shape))
    const { kernels, plan } = scheduleOf(update, inputs, [0, 1, 2, 3])
    expect(kernels).toHaveLength(4)
    expect(plan.outputs).toEqual([0, 1, 2, 3].map((input) => ({ from: 'donated', input })))
    expect(plan.arenaBytes).toBe(0)
  })

  it('no sorting, which is opaque', () => {
    expect(kindsOf((x) => argsort(mul(x!, 2)), [ones([100])])).toEqual(['loops', 'opaque'])
  })
})

describe('a value goes through memory', () => {
  it('between two contractions', () => {
    const fn = (x: Tensor, w: Tensor) => matmul(exp(matmul(x, w)), w)
    const { kernels, plan } = scheduleOf(fn as Traced, [ones([64, 64]), ones([64, 64])])
    expect(kernels.map(({ kernel }) => kernel.kind)).toEqual(['contraction', 'contraction'])
    expect(plan.arenaBytes).toBe(64 * 64 * 4)
  })

  it('not between a loss and its mean', () => {
    const fn = (x: Tensor, y: Tensor) => mean(mul(sub(x, y), sub(x, y)))
    expect(scheduleOf(fn as Traced, [ones([128, 10]), ones([128, 10])]).plan.arenaBytes).toBe(0)
  })

  it('not for the mask of a pooling window or a gathered copy', () => {
    const pooled = scheduleOf((x) => sum(maxPool(x!, { poolSize: 2 })), [ones([2, 8, 8, 4])])
    expect(pooled.plan.arenaBytes).toBe(2 * 4 * 4 * 4 * 4)
    const index = tensor([2, 0, 1], { dtype: 'int32' })
    const looked = scheduleOf(((table: Tensor, i: Tensor) => sum(exp(gather(table, i)))) as Traced, [
      ones([3, 8]),
      index,
    ])
    // only the indices, which are counted from the start
    expect(looked.plan.arenaBytes).toBe(16)
  })

  it('and memory does not grow with the number of layers', () => {
    const chain = (depth: number) => (x?: Tensor, w?: Tensor) => {
      let y = x!
      for (let layer = 0; layer < depth; layer++) y = relu(matmul(y, w!))
      return y
    }
    const inputs = [ones([32, 32]), ones([32, 32])]
    const bytes = (depth: number) => scheduleOf(chain(depth), inputs).plan.arenaBytes
    expect(bytes(20)).toBe(bytes(4))
    expect(bytes(20)).toBe(2 * 32 * 32 * 4)
  })
})

describe('the cost of a kernel', () => {
  it('counts the bytes that it reads and writes, and its operations', () => {
    const { kernels } = scheduleOf(((a: Tensor, b: Tensor) => matmul(a, b)) as Traced, [ones([8, 16]), ones([16, 4])])
    expect(kernels[0]!.cost).toMatchObject({ bytes: 4 * (8 * 16 + 16 * 4 + 8 * 4), operations: 2 * 8 * 16 * 4 })
  })

  it('counts a value that is read twice once', () => {
    const { kernels } = scheduleOf((x) => add(x!, mul(x!, x!)), [ones([100])])
    expect(kernels[0]!.cost).toMatchObject({ bytes: 800, operations: 200 })
  })
})

describe('a loop', () => {
  it('is one kernel, whose body has a schedule, for any length', () => {
    const loop = (steps: number) =>
      scheduleOf(
        ((start: Tensor, w: Tensor) =>
          scan(
            (state: Tensor, x: Tensor) => [relu(matmul(add(state, x), w)), state] as const,
            start,
            ones([steps, 4, 8]),
          )[0]) as Traced,
        [ones([4, 8]), ones([8, 8])],
      )
    const [short, long] = [loop(3), loop(1000)]
    expect(long.kernels).toHaveLength(short.kernels.length)
    const body = long.kernels.map(({ kernel }) => (kernel.kind === 'opaque' ? kernel.body : undefined)).find(Boolean)!
    expect(body.kernels.length).toBeGreaterThan(0)
  })
})

describe('the printed schedule', () => {
  it('shows loops, expressions, bytes and operations', () => {
    const fn = (x: Tensor, w: Tensor, b: Tensor) => softmax(add(matmul(x, w), b))
    const text = printSchedule(scheduleOf(fn as Traced, [ones([8, 3]), ones([3, 4]), ones([4])]))
    expect(text).toMatchInlineSnapshot(`
      "kernel 0: %6 float32[8, 4]; 288 bytes, 224 operations
        rows i < 8
        columns j < 4
        product = sum over k < 3 of %0[3 i + k] * %1[j + 4 k]
        %6[4 i + j] = add(product, %2[j])
      kernel 1: %13 float32[8, 4]; 256 bytes, 1_024 operations
        for i < 8
        over j < 4
          r0 = max of %6[j + 4 i]
        over j < 4
          row0[j] = exp(sub(%6[j + 4 i], r0))
          r1 = sum of exp(sub(%6[j + 4 i], r0))
        over j < 4
          %13[j + 4 i] = div(row0[j], r1)
      2 kernels, 544 bytes, 1_248 operations, arena of 128 bytes"
    `)
  })

  it('shows a train step of a dense layer', () => {
    const step = (w: Tensor, x: Tensor, y: Tensor) => {
      const [loss, gradient] = valueAndGrad((v: Tensor) => {
        const error = sub(matmul(x, v), y)
        return mean(mul(error, error))
      })(w)
      return [sub(w, mul(gradient, 0.1)), loss]
    }
    const text = printSchedule(scheduleOf(step as Traced, [ones([2, 1]), ones([10, 2]), ones([10, 1])], [0]))
    expect(text).toMatchInlineSnapshot(`
      "kernel 0: %6 float32[10, 1], %19 float32[10, 1]; 208 bytes, 130 operations
        rows i < 10
        product = sum over j < 2 of %1[2 i + j] * %0[j]
        %6[i] = mul(sub(product, %2[i]), sub(product, %2[i]))
        %19[i] = add(mul(div(1, 10), sub(product, %2[i])), mul(div(1, 10), sub(product, %2[i])))
      kernel 1: %9 float32[]; 44 bytes, 14 operations
        over i < 10
          r0 = sum of %6[i]
        %9[0] = div(r0, 10)
      kernel 2: %25 float32[2, 1]; 136 bytes, 44 operations
        rows i < 2
        product = sum over j < 10 of %1[i + 2 j] * %19[j]
        %25[i] = sub(%0[i], mul(product, 0.1))
      3 kernels, 388 bytes, 188 operations, arena of 96 bytes"
    `)
  })
})

it('names a primitive without a rule', () => {
  const { graph } = trace((x) => exp(x), [ones([2])])
  const [node] = graph.nodes
  const { elementwise: _, ...op } = node!.op
  const unknown = { ...graph, nodes: [{ ...node!, op: { ...op, name: 'wobble' } }] }
  expect(() => schedule(unknown)).toThrow(UnknownOp)
  expect(() => schedule(unknown)).toThrow(/wobble/)
})
