import { compile } from '@gradus/graph'
import {
  cumprod,
  cumsum,
  matmul,
  prod,
  reshape,
  scatterAdd,
  sum,
  type Tensor,
  tensor,
  useBackend,
  variance,
} from '@gradus/tensor'
import { Dice } from '@gradus/testing/checks'
import { beforeAll, describe, expect, it } from 'vitest'
import { variantsHere } from './testing/variants.ts'

// Expected values are computed in float64. 2 ** -24 is the largest relative error of one rounding.
const unit = 2 ** -24

/** `count` copies of a number that float32 does not hold exactly, in a tensor of `shape`. */
const filled = (...shape: number[]) =>
  reshape(tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1)), shape)
const tenth = Math.fround(0.1)

function worst(found: ArrayLike<number>, expected: (index: number) => number): number {
  let error = 0
  for (let i = 0; i < found.length; i++) error = Math.max(error, Math.abs(found[i]! / expected(i) - 1))
  return error / unit
}

describe.each(variantsHere)('long sums on wasm with %s', (_, start) => {
  beforeAll(() => useBackend(start()))
  /** The values of a function, eager and compiled. */
  const both = async (f: (...xs: Tensor[]) => Tensor, ...xs: Tensor[]) => {
    const eager = [...(await f(...xs).data())]
    expect([...(await compile(f)(...xs).data())]).toEqual(eager)
    return eager
  }

  it.each([
    [[1_000_003], [0]],
    [[5, 30_011], [1]],
    [[30_011, 5], [0]],
    [[30_011, 18], [0]],
    [[128, 18], [0]],
    [[129, 18], [0]],
    [
      [7, 5_003, 6],
      [0, 1],
    ],
    [
      [301, 3, 211],
      [0, 2],
    ],
    [
      [211, 3, 4, 67],
      [0, 2],
    ],
    [
      [65_537, 3, 2],
      [0, 1, 2],
    ],
  ])('add %j over %j', async (shape, axis) => {
    const x = filled(...shape)
    const count = axis.reduce((product, along) => product * shape[along]!, 1)
    expect(worst(await both((t) => sum(t, { axis }), x), () => count * tenth)).toBeLessThan(70)
  })

  it('keep the variance of numbers around a large one', async () => {
    const values = Float32Array.from({ length: 300_000 }, (_, i) => 100 + (i % 7))
    const x = tensor(values)
    const center = values.reduce((a, b) => a + b, 0) / values.length
    const expected = values.reduce((a, b) => a + (b - center) ** 2, 0) / values.length
    expect(worst(await both((t) => variance(t), x), () => expected)).toBeLessThan(70)
  })

  it('propagate infinities and NaN', async () => {
    const values = new Float32Array(70_000).fill(1)
    values[40_000] = Number.POSITIVE_INFINITY
    const x = tensor(values)
    expect(await both((t) => sum(t), x)).toEqual([Number.POSITIVE_INFINITY])
    values[9] = Number.NaN
    const y = tensor(values)
    expect(await both((t) => sum(t), y)).toEqual([Number.NaN])
  })

  it('leave integers exact', async () => {
    const x = tensor(Int32Array.from({ length: 300_000 }, (_, i) => i * 7919))
    let expected = 0
    for (let i = 0; i < 300_000; i++) expected = (expected + i * 7919) | 0
    expect(await both((t) => sum(t), x)).toEqual([expected])
  })

  it('multiply without overflow in between', async () => {
    // large factors in some lanes and small ones in others
    const values = Float32Array.from({ length: 128 }, (_, i) => (i % 4 < 2 ? 1e10 : 1e-10))
    const x = tensor(values)
    const expected = values.reduce((a, b) => a * b, 1)
    expect(worst(await both((t) => prod(t), x), () => expected)).toBeLessThan(2)
    const columns = reshape(tensor(values), [32, 4])
    const each = (column: number) => values.reduce((a, b, i) => (i % 4 === column ? a * b : a), 1)
    const found = await both((t) => prod(t, { axis: 0 }), columns)
    expect(found).toEqual([0, 1, 2, 3].map((column) => Math.fround(each(column))))
  })

  it.each([
    [1, 100_003, 1],
    [1, 50_021, 10],
    [3, 20_011, 1],
    [100, 10_007, 70],
    [37, 4_099, 33],
  ])('are those of products of matrices, %i x %i x %i', async (rows, depth, columns) => {
    const [a, b] = [filled(rows, depth), filled(depth, columns)]
    const expected = () => depth * tenth * tenth
    expect(worst(await both((x, y) => matmul(x, y), a, b), expected)).toBeLessThan(150)
    const [at, bt] = [filled(depth, rows), filled(columns, depth)]
    const transposed = await both((x, y) => matmul(x, y, { transposeA: true, transposeB: true }), at, bt)
    expect(worst(transposed, expected)).toBeLessThan(150)
  })

  it.each([
    [[20_011], 0],
    [[2, 20_011, 3], 1],
    [[5_003, 7], 0],
    [[300, 5_003], 0],
  ])('run along axes: %j, axis %i', async (shape, axis) => {
    const x = filled(...shape)
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
    const length = shape[axis]!
    const place = (i: number) => Math.floor(i / inner) % length
    const forward = await both((t) => cumsum(t, { axis }), x)
    expect(worst(forward, (i) => (place(i) + 1) * tenth)).toBeLessThan(1.1)
    const backward = await both((t) => cumsum(t, { axis, reverse: true }), x)
    expect(worst(backward, (i) => (length - place(i)) * tenth)).toBeLessThan(1.1)
    const exclusive = await both((t) => cumsum(t, { axis, exclusive: true }), x)
    expect(exclusive.every((value, i) => place(i) > 0 || value === 0)).toBe(true)
    expect(
      worst(
        exclusive.filter((value) => value !== 0),
        () => 1,
      ),
    ).toBeGreaterThan(0)
    const products = await both((t) => cumprod(t, { axis: 0 }), tensor(new Float32Array(20_011).fill(1.0001)))
    expect(worst(products, (i) => Math.fround(1.0001) ** (i + 1))).toBeLessThan(1.1)
  })

  it('add at indices, to few rows and to many, in float32 and float16', async () => {
    const dice = new Dice(3)
    const below = (end: number) => dice.whole(0, end - 1)
    for (let round = 0; round < 60; round++) {
      const dtype = dice.pick(['float32', 'float16'] as const)
      const shape = Array.from({ length: dice.pick([1, 2, 3]) }, () => 1 + below(9))
      const axis = below(shape.length)
      const count = shape[axis]!
      const counted = dice.pick([[7], [60], [400], [30, 3]])
      const updates = [...shape.slice(0, axis), ...counted, ...shape.slice(axis + 1)]
      const size = (list: readonly number[]) => list.reduce((a, b) => a * b, 1)
      // eighths, which float16 holds
      const numbers = (length: number) => Float32Array.from({ length }, () => (1 + below(100)) / 8)
      const [base, given] = [numbers(size(shape)), numbers(size(updates))]
      const places = Int32Array.from({ length: size(counted) }, () => below(count))
      const expected = Float64Array.from(base)
      const inner = size(shape.slice(axis + 1))
      given.forEach((value, i) => {
        const outer = Math.floor(i / (places.length * inner))
        expected[(outer * count + places[Math.floor(i / inner) % places.length]!) * inner + (i % inner)]! += value
      })
      const [x, y, at] = [
        reshape(tensor([...base], { dtype }), shape),
        reshape(tensor([...given], { dtype }), updates),
        reshape(tensor([...places], { dtype: 'int32' }), counted),
      ]
      const found = await both((a, b, c) => scatterAdd(a, c, b, { axis }), x!, y!, at!)
      expect(worst(found, (i) => expected[i]!)).toBeLessThanOrEqual(dtype === 'float16' ? 2 ** 13 : 33)
    }
  })

  it('do not stall in float16', async () => {
    const [x, y, at] = [
      tensor(
        [
          [0, 0, 0, 0, 0],
          [0, 0, 0, 0, 0],
        ],
        { dtype: 'float16' },
      ),
      reshape(tensor(new Array(5000).fill(0.25) as number[], { dtype: 'float16' }), [1000, 5]),
      tensor(new Array(1000).fill(1) as number[], { dtype: 'int32' }),
    ]
    expect(await both((a, b, c) => scatterAdd(a, c, b), x!, y!, at!)).toEqual([0, 0, 0, 0, 0, 250, 250, 250, 250, 250])
    const many = tensor(new Array(30_000).fill(1) as number[], { dtype: 'float16' })
    const one = tensor([0], { dtype: 'float16' })
    const zeros = tensor(new Array(30_000).fill(0) as number[], { dtype: 'int32' })
    expect(await both((a, b, c) => scatterAdd(a, c, b), one, many, zeros)).toEqual([30_000])
  })
})
