import { grad } from '@gradus/autograd'
import { compile } from '@gradus/graph'
import {
  type Backend,
  cumprod,
  cumsum,
  gather,
  matmul,
  mean,
  mul,
  prod,
  reshape,
  scatterAdd,
  sum,
  type Tensor,
  tensor,
  tidy,
  useBackend,
  variance,
  zeros,
} from '@gradus/tensor'

/** The columns of arrays that are reduced along their first axis, and the rows to which a scatter adds. */
const columns = 4
const rows = 3

/** A function of float32 arrays, and its value in float64. */
interface Case {
  readonly op: string
  /** Its data: positive numbers, in which nothing cancels, or factors near 1. */
  readonly data: 'positive' | 'factors'
  run(x: Tensor, indices: Tensor): Tensor
  expected(x: Float32Array): ArrayLike<number>
  /** The length from which on its values do not fit into memory, unless it is compiled. */
  readonly compiledFrom?: number
}

const cases: readonly Case[] = [
  { op: 'sum', data: 'positive', run: (x) => sum(x), expected: (x) => [total(x)] },
  { op: 'sum of columns', data: 'positive', run: (x) => sum(inColumns(x), { axis: 0 }), expected: columnSums },
  { op: 'mean', data: 'positive', run: (x) => mean(x), expected: (x) => [total(x) / x.length] },
  { op: 'variance', data: 'positive', run: (x) => variance(x), expected: (x) => [spread(x, 0, 1)] },
  {
    op: 'variance of columns',
    data: 'positive',
    run: (x) => variance(inColumns(x), { axis: 0 }),
    expected: (x) => Array.from({ length: columns }, (_, column) => spread(x, column, columns)),
  },
  {
    op: 'prod',
    data: 'factors',
    run: (x) => prod(x),
    expected: (x) => [x.reduce((product, value) => product * value, 1)],
  },
  {
    op: "matmul, x'x of a vector",
    data: 'positive',
    run: (x) => matmul(reshape(x, [1, -1]), reshape(x, [-1, 1])),
    expected: (x) => products(x, 1),
  },
  {
    op: "matmul, x'x of columns",
    data: 'positive',
    run: (x) => matmul(inColumns(x), inColumns(x), { transposeA: true }),
    expected: (x) => products(x, columns),
  },
  { op: 'cumsum', data: 'positive', run: (x) => cumsum(x), expected: (x) => running(x, 1, (a, b) => a + b, 0) },
  {
    op: 'cumsum of columns',
    data: 'positive',
    run: (x) => cumsum(inColumns(x), { axis: 0 }),
    expected: (x) => running(x, columns, (a, b) => a + b, 0),
  },
  { op: 'cumprod', data: 'factors', run: (x) => cumprod(x), expected: (x) => running(x, 1, (a, b) => a * b, 1) },
  {
    op: 'scatterAdd',
    data: 'positive',
    run: (x, indices) => scatterAdd(zeros([rows]), indices, x),
    expected: rowSums,
  },
  {
    op: 'gradient of gather',
    data: 'positive',
    run: (x, indices) => grad((table: Tensor) => sum(mul(gather(table, indices), x)))(zeros([rows])),
    expected: rowSums,
    compiledFrom: 2e7,
  },
]

/** The ops that are measured. */
export const ops: readonly string[] = cases.map(({ op }) => op)

/**
 * The worst relative error of an op on arrays of `length` elements, in units of 2 ** -24, half the distance of neighboring
 * float32 numbers near 1: on equal and on random numbers, eager and compiled.
 */
export async function worstError(backend: Backend, op: string, length: number): Promise<number> {
  await useBackend(backend)
  const { data, run, expected, compiledFrom = Number.POSITIVE_INFINITY } = cases.find((one) => one.op === op)!
  const indices = tensor(Int32Array.from({ length }, (_, i) => i % rows))
  let worst = 0
  for (const kind of ['equal', 'random'] as const) {
    // the variance of equal numbers is 0, so their relative error has no meaning
    if (kind === 'equal' && op.startsWith('variance')) continue
    const values = numbers(length, data, kind)
    const exact = expected(values)
    const x = tensor(values)
    for (const call of [...(length < compiledFrom ? [run] : []), compile(run)]) {
      const result = tidy(() => call(x, indices))
      worst = Math.max(worst, relativeError(await result.data(), exact))
      result.dispose()
    }
    x.dispose()
  }
  indices.dispose()
  return worst * 2 ** 24
}

function relativeError(found: ArrayLike<number>, exact: ArrayLike<number>): number {
  let worst = found.length === exact.length ? 0 : Number.POSITIVE_INFINITY
  for (let i = 0; i < exact.length; i++) {
    const error = Math.abs(found[i]! - exact[i]!) / Math.abs(exact[i]!)
    // NaN is worse than any error
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
  }
  return worst
}

function numbers(length: number, data: Case['data'], kind: 'equal' | 'random'): Float32Array {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  // products of factors stay within the range of float32
  const size = 10 / length
  const positive = () => (kind === 'equal' ? 0.1 : random())
  const factor = () => (kind === 'equal' ? 1 + size : 1 + (random() - 0.5) * Math.sqrt(size))
  const values = new Float32Array(length)
  for (let i = 0; i < length; i++) values[i] = data === 'positive' ? positive() : factor()
  return values
}

function inColumns(x: Tensor): Tensor {
  return reshape(x, [-1, columns])
}

function total(x: Float32Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]!
  return sum
}

function columnSums(x: Float32Array): number[] {
  const sums = new Array<number>(columns).fill(0)
  for (let i = 0; i < x.length; i++) sums[i % columns]! += x[i]!
  return sums
}

function rowSums(x: Float32Array): number[] {
  const sums = new Array<number>(rows).fill(0)
  for (let i = 0; i < x.length; i++) sums[i % rows]! += x[i]!
  return sums
}

function spread(x: Float32Array, first: number, step: number): number {
  const count = x.length / step
  let sum = 0
  for (let i = first; i < x.length; i += step) sum += x[i]!
  const center = sum / count
  let squares = 0
  for (let i = first; i < x.length; i += step) squares += (x[i]! - center) ** 2
  return squares / count
}

function products(x: Float32Array, width: number): number[] {
  const sums = new Array<number>(width * width).fill(0)
  for (let row = 0; row < x.length; row += width) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) sums[i * width + j]! += x[row + i]! * x[row + j]!
    }
  }
  return sums
}

function running(
  x: Float32Array,
  width: number,
  combine: (a: number, b: number) => number,
  initial: number,
): Float64Array {
  const results = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) results[i] = combine(i < width ? initial : results[i - width]!, x[i]!)
  return results
}
