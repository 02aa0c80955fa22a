import { grad } from '@gradus/autograd'
import { compile } from '@gradus/graph'
import {
  type Backend,
  cast,
  cumprod,
  cumsum,
  layerNormalization,
  matmul,
  max,
  mul,
  onBackend,
  prod,
  reshape,
  scatterAdd,
  sum,
  type Tensor,
  tensor,
  variance,
  zeros,
} from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { adapterObstacle, dawnGpu } from './testing/dawn.ts'
import { makeWebGpu } from './webgpu.ts'

const obstacle = await adapterObstacle()

// Expected values are computed in float64. 2 ** -24 is the largest relative error of one rounding.
const unit = 2 ** -24
const tenth = Math.fround(0.1)

function worst(found: ArrayLike<number>, expected: (index: number) => number): number {
  let error = 0
  for (let i = 0; i < found.length; i++) {
    const one = Math.abs(found[i]! / expected(i) - 1)
    error = Math.max(error, Number.isNaN(one) ? Number.POSITIVE_INFINITY : one)
  }
  return error / unit
}

type Values = readonly [ArrayLike<number>, readonly number[]]

/** Copies of a number that float32 does not hold exactly, and their shape. */
function filled(...shape: number[]): Values {
  return [new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1), shape]
}

/** The values of a function, eager and compiled. */
async function valuesOf(backend: Backend, f: (...xs: Tensor[]) => Tensor, data: readonly Values[]): Promise<number[]> {
  const [eager, compiled] = onBackend(backend, () => {
    const xs = data.map(([values, shape]) => tensor(Float32Array.from(values), { shape }))
    return [f(...xs), compile(f)(...xs)]
  })
  const found = [...(await eager.data())]
  expect([...(await compiled.data())]).toEqual(found)
  return found
}

describe.skipIf(obstacle !== undefined).each([
  ['as it is', {}],
  ['without subgroups', { traits: {} }],
] as const)('long sums on webgpu %s', (_, options) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await makeWebGpu({ gpu: dawnGpu(), ...options })
  })
  const both = (f: (...xs: Tensor[]) => Tensor, ...data: Values[]) => valuesOf(backend, f, data)

  it.each([
    [[1_000_003], [0]],
    [[5, 30_011], [1]],
    [[30_011, 5], [0]],
    [[3_001, 300], [0]],
    [[129, 18], [0]],
    [
      [301, 3, 211],
      [0, 2],
    ],
    [
      [211, 3, 4, 67],
      [0, 2],
    ],
  ])('add %j over %j', { timeout: 60_000 }, async (shape, axis) => {
    const count = axis.reduce((product, along) => product * shape[along]!, 1)
    expect(worst(await both((x) => sum(x, { axis }), filled(...shape)), () => count * tenth)).toBeLessThan(40)
  })

  it.each([
    [1, 100_003, 1],
    [3, 50_021, 2],
    [33, 1_025, 40],
  ])('add the products of %i x %i and %i columns', async (rows, products, columns) => {
    const found = await both((a, b) => matmul(a, b), filled(rows, products), filled(products, columns))
    expect(worst(found, () => products * tenth * tenth)).toBeLessThan(100)
  })

  it('add products along several axes, for many results', { timeout: 60_000 }, async () => {
    const found = await both(
      (a, b) => sum(mul(reshape(a, [70, 9, 190, 1]), reshape(b, [70, 9, 1, 190])), { axis: [0, 1] }),
      filled(70, 9, 190),
      filled(70, 9, 190),
    )
    expect(worst(found, () => 630 * tenth * tenth)).toBeLessThan(60)
  })

  it.each([1, 3])('keep the variance of numbers around a large one, in %i columns', async (columns) => {
    const values = Float32Array.from({ length: 300_000 }, (_, i) => 100 + ((i * i) % 7))
    const found = await both((x) => variance(x, { axis: 0 }), [values, [300_000 / columns, columns]])
    const spread = (column: number) => {
      const own = values.filter((_, i) => i % columns === column)
      const center = own.reduce((a, b) => a + b, 0) / own.length
      return own.reduce((a, b) => a + (b - center) ** 2, 0) / own.length
    }
    expect(worst(found, spread)).toBeLessThan(40)
  })

  it('normalize a long row', async () => {
    const values = Float32Array.from({ length: 200_000 }, (_, i) => 100 + (i % 7))
    const center = values.reduce((a, b) => a + b, 0) / values.length
    const spread = values.reduce((a, b) => a + (b - center) ** 2, 0) / values.length
    const found = await both((x) => layerNormalization(x, { axis: -1, epsilon: 0 }), [values, [1, 200_000]])
    const expected = (i: number) => (values[i]! - center) / Math.sqrt(spread)
    found.forEach((value, i) => expect(Math.abs(value - expected(i))).toBeLessThan(2e-4))
  })

  it.each([1, 3])('products of many factors, in %i columns', async (columns) => {
    const count = 100_000
    const values = Float32Array.from(
      { length: count * columns },
      (_, i) => 1 + (((i * 7919) % 1000) / 1000 - 0.5) * 0.01,
    )
    const running = new Float64Array(count * columns)
    values.forEach((x, i) => {
      running[i] = x * (i < columns ? 1 : running[i - columns]!)
    })
    const data = [values, [count, columns]] as const
    const last = (count - 1) * columns
    expect(worst(await both((x) => prod(x, { axis: 0 }), data), (i) => running[last + i]!)).toBeLessThan(2)
    expect(worst(await both((x) => cumprod(x, { axis: 0 }), data), (i) => running[i]!)).toBeLessThan(2)
  })

  it.each([
    [false, false],
    [true, false],
    [false, true],
  ])('running sums, reverse %j, exclusive %j', async (reverse, exclusive) => {
    const count = 200_000
    const found = await both((x) => cumsum(x, { axis: 0, reverse, exclusive }), filled(count, 2))
    const terms = (i: number) => (reverse ? count - Math.floor(i / 2) : Math.floor(i / 2) + 1) - (exclusive ? 1 : 0)
    if (exclusive) expect(found.splice(0, 2)).toEqual([0, 0])
    expect(worst(found, (i) => terms(exclusive ? i + 2 : i) * tenth)).toBeLessThan(2)
  })

  it('additions to few rows', async () => {
    const count = 100_000
    const indices = onBackend(backend, () => tensor(Int32Array.from({ length: count }, (_, i) => i % 3)))
    const counts = [33334, 33333, 33333]
    for (const columns of [1, 5]) {
      const found = await both((x) => scatterAdd(zeros([3, columns]), indices, x), filled(count, columns))
      expect(worst(found, (i) => counts[Math.floor(i / columns)]! * tenth)).toBeLessThan(2)
    }
    const halves = await both(
      (x) => cast(scatterAdd(zeros([3], 'float16'), indices, cast(x, 'float16')), 'float32'),
      filled(count),
    )
    expect(halves).toEqual(counts.map((terms) => 4 * Math.round((terms * 0.0999755859375) / 4)))
    const gradient = await both((x) => grad((y: Tensor) => sum(mul(y, sum(x))))(zeros([2])), filled(count))
    expect(worst(gradient, () => count * tenth)).toBeLessThan(40)
  })

  it('propagate infinities and NaN', async () => {
    for (const [extreme, expected] of [
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
      [Number.NaN, Number.NaN],
    ] as const) {
      const values = new Float32Array(70_000).fill(1)
      values[40_000] = extreme
      const data = [values, [70_000]] as const
      expect(await both((x) => sum(x), data)).toEqual([expected])
      expect(await both((x) => prod(x), data)).toEqual([expected])
      expect(await both((x) => max(x), data)).toEqual([expected])
      for (const running of [cumsum, cumprod]) {
        const found = await both((x) => running(x), data)
        expect([found[39_999], found[40_000], found.at(-1)]).toEqual([
          running === cumsum ? 40_000 : 1,
          expected,
          expected,
        ])
      }
    }
  })
})

// sums of blocks, parts, and both
describe.skipIf(obstacle !== undefined).each([
  { quads: 1, depth: 8 },
  { quads: 1, depth: 32 },
  { quads: 2, depth: 16 },
] as const)('long sums by tiles %j', (tile) => {
  it.each([
    [32, 1_111, 40],
    [150, 2_049, 33],
    [40, 70_001, 32],
  ])('of %i x %i and %i columns', { timeout: 120_000 }, async (rows, products, columns) => {
    const traits = { tiles: { small: tile, square: tile, tall: tile, wide: tile } }
    const backend = await makeWebGpu({ gpu: dawnGpu(), traits })
    const data = [filled(rows, products), filled(products, columns)]
    const found = await valuesOf(backend, (a, b) => matmul(a, b), data)
    expect(worst(found, () => products * tenth * tenth)).toBeLessThan(100)
  })
})
