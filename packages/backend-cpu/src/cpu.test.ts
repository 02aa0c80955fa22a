import { compile } from '@gradus/graph'
import {
  add,
  BackendError,
  cast,
  equal,
  gather,
  matmul,
  mul,
  sum,
  type Tensor,
  tensor,
  useBackend,
  where,
} from '@gradus/tensor'
import { apply, type Op } from '@gradus/tensor/internals'
import { beforeAll, describe, expect, it } from 'vitest'
import { cpu } from './cpu.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

describe('cpu', () => {
  it('runs ops one by one', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ])
    expect(matmul(x, tensor([[1], [1]])).array()).toEqual([[3], [7]])
    expect(add(mul(x, 2), tensor([10, 20])).array()).toEqual([
      [12, 24],
      [16, 28],
    ])
    expect(sum(x, { axis: 0 }).array()).toEqual([4, 6])
    expect(where(equal(x, 3), 0, x).array()).toEqual([
      [1, 2],
      [0, 4],
    ])
    expect(cast(x, 'int32').dtype).toBe('int32')
    expect(gather(x, tensor([1], { dtype: 'int32' })).array()).toEqual([[3, 4]])
  })

  it('handles tensors without elements', () => {
    const nothing = tensor(new Float32Array(0), { shape: [0, 3] })
    expect(add(nothing, 1).shape).toEqual([0, 3])
    expect(sum(nothing, { axis: 0 }).array()).toEqual([0, 0, 0])
    expect(matmul(nothing, tensor([[1], [2], [3]])).array()).toEqual([])
  })

  it('names an op that it lacks, and says what to do', () => {
    const op: Op = { name: 'acme/wobble', elementwise: true, shape: ([x]) => x! }
    for (const run of [(x: Tensor) => apply(op, [x], null), compile((x: Tensor) => apply(op, [x], null))]) {
      expect(() => run(tensor([1]))).toThrow(BackendError)
      expect(() => run(tensor([1]))).toThrow(
        /The cpu backend has no kernel for the op 'acme\/wobble'.*`inline`.*`fallback\(backend, cpu\(\)\)`/,
      )
    }
  })

  it('does not change its inputs', () => {
    const x = tensor([1, 2])
    const y = add(x, x)
    mul(y, y)
    expect(x.array()).toEqual([1, 2])
    expect(y.array()).toEqual([2, 4])
  })
})
