import { type ThriftFields, ThriftReader } from './thrift.ts'

/** What is known of the pages of a column before they are decoded. */
export interface ColumnPages {
  readonly codec: string
  readonly valueCount: number
  /** The largest levels, by the schema. */
  readonly maxDefinition: number
  readonly maxRepetition: number
  decompress(input: Uint8Array, length: number): Uint8Array
}

/** The most bytes and values of a page. */
const maxPage = 2 ** 28
const maxValues = 2 ** 24
/** How far a run may go beyond the values of its page: writers fill up the last one. */
const slack = 1024

const [plainDictionary, rle, rleDictionary] = [2, 3, 8]

/**
 * Checks the pages of a column before hyparquet decodes them, because it trusts the numbers in them: a run of 2^30 values in a page of
 * ten would take all memory. Returns the problem, if there is one.
 */
export function pageProblem(bytes: Uint8Array, column: ColumnPages): string | undefined {
  let [at, values] = [0, 0]
  try {
    while (at < bytes.length - 1 && values < column.valueCount) {
      const reader = new ThriftReader(bytes, at)
      const header = reader.struct()
      const packed = numberOf(header, 3)
      const size = numberOf(header, 2)
      if (!(packed >= 0 && packed <= bytes.length - reader.at)) return `a page states ${packed} bytes`
      if (!(size >= 0 && size <= maxPage)) return `a page states ${size} bytes without compression`
      const content = bytes.subarray(reader.at, reader.at + packed)
      at = reader.at + packed
      const problem = checkPage(header, content, size, column)
      if (typeof problem === 'string') return problem
      values += problem
    }
  } catch {
    return 'a page cannot be read'
  }
  return values > column.valueCount ? `its pages have ${values} values instead of ${column.valueCount}` : undefined
}

/** Returns the number of values, or the problem. */
function checkPage(header: ThriftFields, content: Uint8Array, size: number, column: ColumnPages): number | string {
  const type = numberOf(header, 1)
  if (type === 2)
    return countOf(numberOf(structOf(header, 7), 1), (count) => (count >= 0 ? 0 : 'a dictionary has no size'))
  if (type !== 0 && type !== 3) return `a page has the type ${type}`
  const page = structOf(header, type === 0 ? 5 : 8)
  return countOf(numberOf(page, 1), (count) => {
    const problem =
      type === 0 ? checkFirst(page, content, size, count, column) : checkSecond(page, content, size, count, column)
    return problem ?? count
  })
}

function countOf(count: number, check: (count: number) => number | string): number | string {
  return count >= 0 && count <= maxValues ? check(count) : `a page states ${count} values`
}

/** A page with its levels before the values, compressed as a whole. */
function checkFirst(
  page: ThriftFields,
  content: Uint8Array,
  size: number,
  count: number,
  column: ColumnPages,
): string | undefined {
  const bytes = inflated(content, size, column)
  let at = 0
  for (const max of [column.maxRepetition, column.maxDefinition]) {
    if (max === 0) continue
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)
    const problem = runsProblem(bytes, at + 4, bitsFor(max), count)
    if (problem) return problem
    at += 4 + length
  }
  return valuesProblem(bytes, at, numberOf(page, 2), count)
}

/** A page with its levels by themselves, which are not compressed. */
function checkSecond(
  page: ThriftFields,
  content: Uint8Array,
  size: number,
  count: number,
  column: ColumnPages,
): string | undefined {
  const [nulls, rows, definition, repetition] = [2, 3, 5, 6].map((id) => numberOf(page, id)) as [
    number,
    number,
    number,
    number,
  ]
  if (!(nulls >= 0 && nulls <= count)) return `a page states ${nulls} missing values of ${count}`
  if (!(rows >= 0 && rows <= count)) return `a page states ${rows} rows for ${count} values`
  const levels = definition + repetition
  if (!(definition >= 0 && repetition >= 0 && levels <= content.length && levels <= size))
    return `a page states ${levels} bytes of levels`
  const runs = [
    [0, column.maxRepetition],
    [repetition, column.maxDefinition],
  ] as const
  for (const [at, max] of runs) {
    const problem = max === 0 ? undefined : runsProblem(content, at, bitsFor(max), count)
    if (problem) return problem
  }
  const rest = content.subarray(levels)
  const isPacked = page.get(7) !== false && size > levels
  return valuesProblem(isPacked ? inflated(rest, size - levels, column) : rest, 0, numberOf(page, 4), count)
}

function inflated(content: Uint8Array, size: number, { codec, decompress }: ColumnPages): Uint8Array {
  return codec === 'UNCOMPRESSED' ? content : decompress(content, size)
}

function valuesProblem(bytes: Uint8Array, start: number, encoding: number, count: number): string | undefined {
  if (encoding === rle) return runsProblem(bytes, start + 4, 1, count)
  if (encoding !== plainDictionary && encoding !== rleDictionary) return undefined
  const width = bytes[start] ?? 0
  if (width > 32) return `values of ${width} bits`
  return width === 0 ? undefined : runsProblem(bytes, start + 1, width, count)
}

/** Runs of equal values, and groups of 8 values, up to `count` values or the end of the bytes. */
function runsProblem(bytes: Uint8Array, start: number, width: number, count: number): string | undefined {
  let seen = 0
  const reader = new ThriftReader(bytes, start)
  while (seen < count && reader.at < bytes.length) {
    const head = reader.varint()
    const isPacked = head % 2 === 1
    const groups = Math.floor(head / 2)
    const values = isPacked ? 8 * groups : groups
    if (seen + values > count + slack) return `a run of ${values} values in a page of ${count}`
    seen += values
    reader.at += isPacked ? groups * width : Math.ceil(width / 8)
  }
  return undefined
}

function bitsFor(max: number): number {
  return 32 - Math.clz32(max)
}

function numberOf(fields: ThriftFields | undefined, id: number): number {
  const value = fields?.get(id)
  return typeof value === 'number' ? value : Number.NaN
}

function structOf(fields: ThriftFields, id: number): ThriftFields {
  const value = fields.get(id)
  if (typeof value !== 'object') throw new RangeError('a part of its header is missing')
  return value
}
