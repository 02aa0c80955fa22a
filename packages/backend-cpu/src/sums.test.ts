import { grad } from '@gradus/autograd'
import { compile } from '@gradus/graph'
import {
  averagePool,
  conv,
  matmul,
  reshape,
  scatterAdd,
  sum,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { cpu } from './cpu.ts'

// Expected values are computed in float64. 2 ** -24 is the largest relative error of one rounding.
const unit = 2 ** -24
const tenth = Math.fround(0.1)
const filled = (...shape: number[]) =>
  reshape(tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1)), shape)

function worst(found: ArrayLike<number>, expected: number): number {
  return Math.max(...Array.from(found, (value) => Math.abs(value / expected - 1))) / unit
}

describe('long sums on cpu', () => {
  beforeAll(() => useBackend(cpu()))
  const both = async (f: (...xs: Tensor[]) => Tensor, ...xs: Tensor[]) => {
    const eager = [...(await f(...xs).data())]
    expect([...(await compile(f)(...xs).data())]).toEqual(eager)
    return eager
  }

  it('are those of products of matrices', async () => {
    for (const [rows, depth, columns] of [
      [1, 300_007, 1],
      [3, 50_021, 7],
      [5, 5_003, 300],
    ] as const) {
      const found = await both((a, b) => matmul(a, b), filled(rows, depth), filled(depth, columns))
      expect(found).toHaveLength(rows * columns)
      expect(worst(found, depth * tenth * tenth)).toBeLessThanOrEqual(1)
      const transposed = (a: Tensor, b: Tensor) => matmul(a, b, { transposeA: true, transposeB: true })
      expect(
        worst(await both(transposed, filled(depth, rows), filled(columns, depth)), depth * tenth * tenth),
      ).toBeLessThanOrEqual(1)
    }
  })

  it('are those of convolutions with large kernels', async () => {
    const f = (x: Tensor, kernel: Tensor) => conv(x, kernel)
    expect(worst(await both(f, filled(1, 70, 70, 1), filled(70, 70, 1, 2)), 4900 * tenth * tenth)).toBeLessThanOrEqual(
      1,
    )
  })

  it('add at indices, in few rows and in many', async () => {
    for (const [axis, shape, updates] of [
      [0, [3, 2], [30_000, 2]],
      [1, [2, 3], [2, 30_000]],
    ] as const) {
      const indices = tensor(Int32Array.from({ length: 30_000 }, (_, i) => i % 3))
      const found = await both((x, at) => scatterAdd(zeros(shape), at, x, { axis }), filled(...updates), indices)
      expect(worst(found, 10_000 * tenth)).toBeLessThanOrEqual(1)
    }
    // one update of each row, and of one row many; out of range is dropped
    const indices = tensor(Int32Array.from({ length: 1000 }, (_, i) => (i < 900 ? 7 : i)))
    const found = await both((x, at) => scatterAdd(zeros([950]), at, x), filled(1000), indices)
    expect(worst(found.slice(7, 8), 900 * tenth)).toBeLessThanOrEqual(1)
    expect(found.slice(900)).toEqual(new Array(50).fill(tenth))
    expect(found.slice(8, 900)).toEqual(new Array(892).fill(0))
  })

  it('are those of overlapping windows', async () => {
    const pooled = grad((x: Tensor) => sum(averagePool(x, { poolSize: 4000, strides: 1 })))
    const found = await pooled(filled(1, 12_000, 1)).data()
    expect(worst(found.slice(4000, 8000), 1)).toBeLessThan(3)
  })
})
