import type { TypedArray } from '@gradus/tensor'

/** A matrix inside an array: element (i, j) is at `offset + i * rowStride + j * columnStride`. */
export interface Matrix {
  readonly data: TypedArray
  readonly offset: number
  readonly rowStride: number
  readonly columnStride: number
}

/** The number of rows of `b` in a panel. */
const depth = 1024

/** The number of columns that are computed together: with two rows, their sums fit into registers. */
const width = 4

/** Sums of several panels are kept in doubles for this many columns at a time. */
const longSumColumns = 256

/** Kept between calls, because an allocation would cost more than a small product. */
let panel: Float64Array | undefined

/**
 * `c = a b` for floats, where `a` is `m` by `k` and `b` is `k` by `n`.
 *
 * Columns of `b` are packed four at a time into a panel, which the inner loop reads in order whatever the strides of `b`,
 * and which serves all rows of `a`. Sums are computed for two rows by four columns at once, in doubles, and rounded once.
 */
export function multiply(c: Matrix, a: Matrix, b: Matrix, m: number, k: number, n: number): void {
  if (k <= depth || c.data instanceof Float64Array) {
    multiplyPanels(c, a, b, m, k, n)
    return
  }
  for (let first = 0; first < n; first += longSumColumns) {
    const columns = Math.min(longSumColumns, n - first)
    const sums = new Float64Array(m * columns)
    const some = { ...b, offset: b.offset + first * b.columnStride }
    multiplyPanels({ data: sums, offset: 0, rowStride: columns, columnStride: 1 }, a, some, m, k, columns)
    for (let row = 0, from = 0; row < m; row++) {
      let to = c.offset + row * c.rowStride + first * c.columnStride
      for (let column = 0; column < columns; column++, to += c.columnStride) c.data[to] = sums[from++]
    }
  }
}

/** The sums of several panels are added in `c`. */
function multiplyPanels(c: Matrix, a: Matrix, b: Matrix, m: number, k: number, n: number): void {
  panel ??= new Float64Array(depth * width)
  for (let start = 0; start === 0 || start < k; start += depth) {
    const count = Math.min(depth, k - start)
    for (let column = 0; column < n; column += width) {
      const columns = Math.min(width, n - column)
      pack(panel, b, start, count, column, columns)
      for (let row = 0; row < m; row += 2) tile(c, a, panel, row, Math.min(2, m - row), start, count, column, columns)
    }
  }
}

function pack(panel: Float64Array, b: Matrix, start: number, count: number, column: number, columns: number): void {
  const { data, rowStride, columnStride } = b
  let from = b.offset + start * rowStride + column * columnStride
  if (columns === width) {
    for (let k = 0, to = 0; k < count; k++, from += rowStride, to += width) {
      panel[to] = data[from]
      panel[to + 1] = data[from + columnStride]
      panel[to + 2] = data[from + 2 * columnStride]
      panel[to + 3] = data[from + 3 * columnStride]
    }
    return
  }
  for (let k = 0; k < count; k++, from += rowStride) {
    for (let j = 0; j < width; j++) panel[k * width + j] = j < columns ? data[from + j * columnStride] : 0
  }
}

function tile(
  c: Matrix,
  a: Matrix,
  panel: Float64Array,
  row: number,
  rows: number,
  start: number,
  count: number,
  column: number,
  columns: number,
): void {
  const { data: x, columnStride: stride } = a
  let at = a.offset + row * a.rowStride + start * stride
  // a single last row is computed twice and stored once
  const next = rows === 2 ? a.rowStride : 0
  let c00 = 0
  let c01 = 0
  let c02 = 0
  let c03 = 0
  let c10 = 0
  let c11 = 0
  let c12 = 0
  let c13 = 0
  const end = count * width
  for (let p = 0; p < end; p += width, at += stride) {
    const x0 = x[at]
    const x1 = x[at + next]
    const b0 = panel[p]
    const b1 = panel[p + 1]
    const b2 = panel[p + 2]
    const b3 = panel[p + 3]
    c00 += x0 * b0
    c01 += x0 * b1
    c02 += x0 * b2
    c03 += x0 * b3
    c10 += x1 * b0
    c11 += x1 * b1
    c12 += x1 * b2
    c13 += x1 * b3
  }
  const first = start === 0
  const to = c.offset + row * c.rowStride + column * c.columnStride
  store(c, to, columns, first, c00, c01, c02, c03)
  if (rows === 2) store(c, to + c.rowStride, columns, first, c10, c11, c12, c13)
}

function store(
  { data, columnStride }: Matrix,
  at: number,
  columns: number,
  first: boolean,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
): void {
  data[at] = first ? s0 : data[at] + s0
  if (columns > 1) data[at + columnStride] = first ? s1 : data[at + columnStride] + s1
  if (columns > 2) data[at + 2 * columnStride] = first ? s2 : data[at + 2 * columnStride] + s2
  if (columns > 3) data[at + 3 * columnStride] = first ? s3 : data[at + 3 * columnStride] + s3
}

/** `c = a b` for 32-bit integers; sums and products wrap around. */
export function multiplyIntegers(c: Matrix, a: Matrix, b: Matrix, m: number, k: number, n: number): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      let left = a.offset + i * a.rowStride
      let right = b.offset + j * b.columnStride
      for (let p = 0; p < k; p++, left += a.columnStride, right += b.rowStride) {
        sum = (sum + Math.imul(a.data[left], b.data[right])) | 0
      }
      c.data[c.offset + i * c.rowStride + j * c.columnStride] = sum
    }
  }
}
