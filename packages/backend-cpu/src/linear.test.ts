import type { NdArray } from '@gradus/graph'
import type { DType } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { array, noise, runKernel } from '../test/run-kernel.ts'

interface Case {
  readonly m: number
  readonly k: number
  readonly n: number
  readonly batch?: number
}

function product(
  m: number,
  k: number,
  n: number,
  left: (i: number, p: number) => number,
  right: (p: number, j: number) => number,
) {
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0
    for (let p = 0; p < k; p++) sum += left(Math.floor(at / n), p) * right(p, at % n)
    return sum
  })
}

function check({ m, k, n, batch = 1 }: Case, transposeA: boolean, transposeB: boolean, dtype: DType): void {
  const a = noise(transposeA ? [batch, k, m] : [batch, m, k], 1, dtype)
  const b = noise(transposeB ? [batch, n, k] : [batch, k, n], 2, dtype)
  const expected = Array.from({ length: batch }, (_, i) =>
    product(
      m,
      k,
      n,
      (row, p) => a.data[i * m * k + (transposeA ? p * m + row : row * k + p)],
      (p, column) => b.data[i * k * n + (transposeB ? column * k + p : p * n + column)],
    ),
  ).flat()
  const result = runKernel('matmul', [a, b], { transposeA, transposeB }, { shape: [batch, m, n] })
  const digits = dtype === 'float32' ? 5 : 11
  expect(result.length).toBe(expected.length)
  for (const [i, value] of result.entries()) expect(value).toBeCloseTo(expected[i], digits)
}

describe('matmul', () => {
  const cases: Case[] = [
    { m: 1, k: 1, n: 1 },
    { m: 2, k: 3, n: 4 },
    { m: 5, k: 7, n: 9, batch: 3 },
    { m: 3, k: 2500, n: 6 },
    { m: 1, k: 33, n: 1 },
    { m: 16, k: 16, n: 16, batch: 2 },
  ]
  for (const size of cases) {
    it.each([
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ])(`${JSON.stringify(size)} with flags %s %s`, (transposeA, transposeB) => {
      check(size, transposeA, transposeB, 'float64')
      check(size, transposeA, transposeB, 'float32')
    })
  }

  it('sums over no elements and makes no elements', () => {
    const flags = { transposeA: false, transposeB: false }
    const multiplied = (a: NdArray, b: NdArray, shape: readonly number[]) =>
      runKernel('matmul', [a, b], flags, { shape })
    expect(multiplied(array('float32', [], [2, 0]), array('float32', [], [0, 2]), [2, 2])).toEqual([0, 0, 0, 0])
    expect(multiplied(array('int32', [], [1, 0]), array('int32', [], [0, 1]), [1, 1])).toEqual([0])
    expect(multiplied(array('float32', [], [0, 3]), array('float32', [1, 2, 3], [3, 1]), [0, 1])).toEqual([])
    expect(multiplied(array('float32', [], [0, 2, 2]), array('float32', [], [0, 2, 2]), [0, 2, 2])).toEqual([])
  })

  it('propagates NaN within its row only', () => {
    const a = array('float32', [1, Number.NaN, 1, 1], [2, 2])
    const result = runKernel('matmul', [a, array('float32', [1, 0, 0, 1], [2, 2])], {
      transposeA: false,
      transposeB: false,
    })
    expect(result).toEqual([Number.NaN, Number.NaN, 1, 1])
  })

  it('wraps integers around', () => {
    const a = array('int32', [123456789, 2147483647], [1, 2])
    const b = array('int32', [987654321, 2], [2, 1])
    expect(runKernel('matmul', [a, b], { transposeA: false, transposeB: false }, { shape: [1, 1] })).toEqual([
      Number(BigInt.asIntN(32, 123456789n * 987654321n + 2147483647n * 2n)),
    ])
    const u = array('uint32', [4294967295, 5], [2, 1])
    const v = array('uint32', [4294967295, 7], [1, 2])
    expect(runKernel('matmul', [u, v], { transposeA: true, transposeB: true }, { shape: [1, 1] })).toEqual([36])
  })
})
