import { cpu } from '@gradus/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from './backend.ts'
import { add, mul } from './ops/arithmetic.ts'
import { full, sum } from './ops/broadcast.ts'
import { tensor } from './ops/create.ts'
import { canonical, paramsKey } from './params-key.ts'
import type { Tensor } from './tensor.ts'
import { trace } from './trace.ts'

beforeAll(() => useBackend(cpu()))

describe('canonical', () => {
  const graphOf = (f: (x: Tensor) => Tensor, shape = [2]) => trace(f, [full(shape, 1)]).graph

  it('is one graph for all that are equal', () => {
    const first = canonical(graphOf((x) => mul(add(x, x), x)))
    expect(canonical(graphOf((x) => mul(add(x, x), x)))).toBe(first)
    const others = [
      graphOf((x) => mul(x, add(x, x))),
      graphOf((x) => add(mul(x, x), x)),
      graphOf((x) => mul(add(x, x), x), [3]),
      graphOf((x) => sum(mul(add(x, x), x))),
      { ...first, outputs: [1] },
      trace((x: Tensor) => mul(add(x, x), x), [tensor([1, 2], { dtype: 'int32' })]).graph,
    ]
    expect(new Set([first, ...others].map(canonical)).size).toBe(1 + others.length)
    // the op, not its name
    const named = { ...first, nodes: first.nodes.map((node) => ({ ...node, op: { ...node.op } })) }
    expect(canonical(named)).toBe(named)
  })

  it('gives the params of loops their key', () => {
    const [one, same, other] = [add, add, mul].map((f) => ({ body: canonical(graphOf((x) => f(x, x))), length: 3 }))
    expect(paramsKey(one)).toBe(paramsKey(same))
    expect(paramsKey(one)).not.toBe(paramsKey(other))
    expect(paramsKey(one)).not.toBe(paramsKey({ ...one, length: 4 }))
    // graphs that nobody made one are told apart
    expect(paramsKey({ body: { ...one!.body } })).not.toBe(paramsKey({ body: { ...one!.body } }))
  })
})

describe('paramsKey', () => {
  it('is equal for equal params only', () => {
    const different: unknown[] = [
      null,
      0,
      -0,
      1,
      '1',
      true,
      'true',
      [],
      {},
      [1, 2],
      [12],
      [[1], 2],
      [[1, 2]],
      { a: 1 },
      { a: '1' },
      { b: 1 },
      { a: 1, b: 2 },
      { a: [1, 2] },
      Number.NaN,
      'NaN',
      Number.POSITIVE_INFINITY,
      undefined,
      'a,b',
      ['a', 'b'],
      ['a,b'],
    ]
    expect(new Set(different.map(paramsKey)).size).toBe(different.length)
    expect(paramsKey({ axes: [0, 1], keepDims: false })).toBe(paramsKey({ axes: [0, 1], keepDims: false }))
    expect(paramsKey(0.1 + 0.2)).not.toBe(paramsKey(0.3))
  })
})
