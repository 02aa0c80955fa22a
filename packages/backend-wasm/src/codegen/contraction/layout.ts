import {
  type Axis,
  AxisMaker,
  type ContractionKernel,
  countOf,
  type Expression,
  type Index,
  indexOf,
  type Load,
  plus,
  Rewriting,
  strideAlong,
  times,
} from '@gradus/schedule'
import type { Features } from '../tools.ts'

/** How a contraction is divided into tiles, whose sums stay in registers. */
export interface Layout {
  readonly a: Load
  /** The strides of the first operand along the summed axes, in elements. */
  readonly aStrides: readonly number[]
  /** The second operand where it lies in memory, or undefined if it has to be packed. */
  readonly b: { readonly load: Load; readonly strides: readonly number[] } | undefined
  readonly columns: Axis
  readonly rows: number
  readonly depth: number
  readonly batches: number
  readonly tileRows: number
  /**
   * Whether rows are copied before they are used, so that the elements of one iteration of the sums are contiguous.
   * `neighbors`: rows are adjacent in memory, and iterations far apart. `transposed`: rows are contiguous, and a copy is
   * read at one address instead of one per row.
   */
  readonly packsRows: 'neighbors' | 'transposed' | false
  /** The number of vectors of four columns. */
  readonly tileVectors: number
  /** How often the innermost loop is unrolled. */
  readonly unroll: number
}

/** Longer sums are computed in blocks of about `blockLength` products, so that the operands of a block stay in the cache. */
const longestSum = 2048
const blockLength = 512

/** A second operand up to this size is not packed, because it stays in the first-level cache. */
const smallOperandBytes = 16384
/** With fewer rows than this, packing costs more than it saves. */
const rowsWorthPacking = 24

/** The tiles of a contraction, or undefined where plain loops are faster. */
export function layoutOf(kernel: ContractionKernel, { simd, relaxedSimd }: Features): Layout | undefined {
  const { a, b, batch, m, n, k, stores } = kernel
  const [columns] = n
  if (!simd || !columns || a.kind !== 'load' || a.stored !== 'float32' || b.dtype !== 'float32') return undefined
  if (stores.some(({ index, expression }) => strideAlong(index, columns) !== 1 || isWide(expression))) return undefined
  const aStrides = stridesAlong(a.index, k)
  if (!aStrides || a.index.axes.includes(columns)) return undefined
  const rows = countOf(m)
  const depth = countOf(k)
  const inPlace = b.kind === 'load' && b.stored === 'float32' && strideAlong(b.index, columns) === 1
  const bStrides = inPlace ? stridesAlong(b.index, k) : undefined
  const inCache = Math.min(depth, longestSum)
  const shape = tileShape(rows, columns.size, relaxedSimd)
  const stays = bStrides !== undefined && (4 * inCache * columns.size <= smallOperandBytes || rows < rowsWorthPacking)
  return {
    a,
    aStrides,
    b: stays ? { load: b as Load, strides: bStrides } : undefined,
    columns,
    rows,
    depth,
    batches: countOf(batch),
    packsRows: rowPacking(a.index, m, k, columns.size, shape, relaxedSimd),
    ...shape,
  }
}

/**
 * The contraction with its axes ordered for fast memory access. Tiles extend along one column axis: of several, the
 * innermost remains and the others become batches.
 */
export function arranged(kernel: ContractionKernel): ContractionKernel {
  const { a, b, batch, m, n, k } = kernel
  if (a.kind !== 'load') return kernel
  const strideOf = (axis: Axis) => Math.abs(strideAlong(a.index, axis) ?? 0)
  const otherStrideOf = (axis: Axis) => (b.kind === 'load' ? Math.abs(strideAlong(b.index, axis) ?? 0) : 0)
  const neighbors = m.filter((axis) => strideOf(axis) === 1)
  return {
    ...kernel,
    batch: [...batch, ...n.slice(0, -1)],
    n: n.slice(-1),
    m: [...m.filter((axis) => !neighbors.includes(axis)), ...neighbors],
    k: [...k].sort((x, y) => strideOf(y) - strideOf(x) || otherStrideOf(y) - otherStrideOf(x)),
  }
}

/**
 * Sixteen registers hold the sums, a row of the second operand and one element of the first. Engines without relaxed SIMD
 * need a register per product, and older ones keep more values alive in unrolled loops.
 */
function tileShape(rows: number, columns: number, fused: boolean) {
  const unroll = fused ? 4 : 1
  if (columns <= 4) return { tileRows: Math.min(rows, 8), tileVectors: 1, unroll }
  if (rows === 1) return { tileRows: 1, tileVectors: Math.min(8, Math.ceil(columns / 4)), unroll: 1 }
  if (rows === 2) return { tileRows: 2, tileVectors: Math.min(4, Math.ceil(columns / 4)), unroll: 1 }
  return { tileRows: Math.min(rows, fused ? 6 : 4), tileVectors: 2, unroll }
}

function rowPacking(
  index: Index,
  m: readonly Axis[],
  k: readonly Axis[],
  columns: number,
  { tileRows, tileVectors }: { readonly tileRows: number; readonly tileVectors: number },
  fused: boolean,
): Layout['packsRows'] {
  const [lastRow, lastSummed] = [m.at(-1), k.at(-1)]
  if (!lastRow || !lastSummed || countOf(k) < 16 || tileRows < 4) return false
  if (strideAlong(index, lastRow) === 1) return columns > 8 * tileVectors && 'neighbors'
  const worth = !fused && columns >= 48 && lastSummed.size >= 16
  return worth && strideAlong(index, lastSummed) === 1 && 'transposed'
}

/**
 * Splits the outermost summed axis of a long sum into blocks; the axis that counts the blocks is then the first summed
 * axis.
 */
export function inBlocks(kernel: ContractionKernel): {
  readonly kernel: ContractionKernel
  readonly blocks: Axis | undefined
} {
  const [outermost, ...others] = kernel.k
  const depth = countOf(kernel.k)
  if (!outermost || depth <= longestSum) return { kernel, blocks: undefined }
  const within = largestDivisor(outermost.size, Math.max(1, Math.floor(blockLength / countOf(others))))
  if (within === outermost.size || within * countOf(others) < blockLength / 8) return { kernel, blocks: undefined }
  if (within === 1) return { kernel, blocks: outermost }
  const maker = new AxisMaker([...kernel.batch, ...kernel.m, ...kernel.n, ...kernel.k])
  const [blocks, rest] = [maker.axis(outermost.size / within), maker.axis(within)]
  const joined = plus(times(indexOf(blocks), within), indexOf(rest))
  const rewriting = new Rewriting(kernel.make, new Map([[outermost, joined]]))
  const stores = kernel.stores.map((store) => ({
    ...store,
    index: rewriting.index(store.index),
    expression: rewriting.expression(store.expression),
  }))
  const [a, b] = [rewriting.expression(kernel.a), rewriting.expression(kernel.b)]
  return { kernel: { ...kernel, k: [blocks, rest, ...others], a, b, stores, make: rewriting.make }, blocks }
}

function largestDivisor(size: number, most: number): number {
  let divisor = Math.min(size, most)
  while (size % divisor !== 0) divisor--
  return divisor
}

function isWide(expression: Expression): boolean {
  if (expression.dtype === 'float64') return true
  if (expression.kind === 'apply') return expression.inputs.some(isWide)
  return expression.kind === 'choice' && (isWide(expression.inside) || isWide(expression.outside))
}

function stridesAlong(index: Index, axes: readonly Axis[]): number[] | undefined {
  const strides = axes.map((axis) => strideAlong(index, axis))
  return strides.every((stride) => stride !== undefined) ? (strides as number[]) : undefined
}
