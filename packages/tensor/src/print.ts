import { type DType, isFloat, type TypedArray } from './dtype.ts'
import { halfBits, halfValue } from './half.ts'
import { formatShape, type Shape, sizeOf, stridesOf } from './shape.ts'

/** A tensor, as far as printing needs it. A type of this file, because the file of `Tensor` imports it. */
export interface Printable {
  readonly shape: Shape
  readonly dtype: DType
  readonly storage: { readonly readsAtOnce: boolean }
  dataSync(): TypedArray
}

// NumPy's defaults (numpy.set_printoptions)
const threshold = 1000
const edgeItems = 3
const lineWidth = 75
const precision = 8

/**
 * The values as NumPy prints them: aligned columns, at most 8 decimals, `...` inside tensors of more than 1000 elements.
 * A tensor on a backend that cannot be read without waiting gives its shape and dtype instead.
 *
 * @example
 * import { formatTensor, tensor } from '@gradus/tensor'
 * formatTensor(tensor([[1, 2], [3, 4.5]])) // => '[[1.  2. ]\n [3.  4.5]]'
 */
export function formatTensor(tensor: Printable): string {
  const { shape, dtype } = tensor
  if (!tensor.storage.readsAtOnce) return `Tensor(shape=${formatShape(shape)}, dtype=${dtype})`
  return formatValues(tensor.dataSync(), shape, dtype)
}

/** Values in row-major order as NumPy prints an array of them. */
export function formatValues(data: TypedArray, shape: Shape, dtype: DType): string {
  if (shape.length === 0) return formatScalar(data[0]!, dtype)
  if (data.length === 0) return '[]'
  const summarize = sizeOf(shape) > threshold
  const format = formatterOf(shownValues(data, shape, summarize), dtype)
  return layOut(data, shape, summarize, format)
}

/** The indices printed along a dimension; -1 stands for the ellipsis. */
function shownIndices(length: number, summarize: boolean): number[] {
  const all = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)
  if (!summarize || length <= 2 * edgeItems) return all(0, length)
  return [...all(0, edgeItems), -1, ...all(length - edgeItems, edgeItems)]
}

function shownValues(data: TypedArray, shape: Shape, summarize: boolean): number[] {
  const strides = stridesOf(shape)
  let offsets = [0]
  shape.forEach((length, axis) => {
    const indices = shownIndices(length, summarize).filter((index) => index >= 0)
    offsets = offsets.flatMap((offset) => indices.map((index) => offset + index * strides[axis]!))
  })
  return offsets.map((offset) => data[offset]!)
}

function layOut(data: TypedArray, shape: Shape, summarize: boolean, format: (x: number) => string): string {
  const strides = stridesOf(shape)
  const nest = (axis: number, offset: number, indent: string, width: number): string => {
    const indices = shownIndices(shape[axis]!, summarize)
    if (axis === shape.length - 1) {
      const words = indices.map((index) => (index < 0 ? '...' : format(data[offset + index]!)))
      return `[${wrap(words, indent, width - 1).slice(indent.length)}]`
    }
    const rows = indices.map((index) =>
      index < 0 ? '...' : nest(axis + 1, offset + index * strides[axis]!, `${indent} `, width - 1),
    )
    return `[${rows.join('\n'.repeat(shape.length - axis - 1) + indent)}]`
  }
  return nest(0, 0, ' ', lineWidth)
}

function wrap(words: readonly string[], indent: string, width: number): string {
  let done = ''
  let line = indent
  words.forEach((word, index) => {
    if (line.length + word.length > width && line.length > indent.length) {
      done += `${line.trimEnd()}\n`
      line = indent
    }
    line += index === words.length - 1 ? word : `${word} `
  })
  return done + line
}

function formatterOf(values: readonly number[], dtype: DType): (x: number) => string {
  if (dtype === 'bool') return (x) => (x ? ' True' : 'False')
  if (isFloat(dtype)) return floatFormatter(values, dtype)
  const width = Math.max(...values.map((x) => String(x).length))
  return (x) => String(x).padStart(width)
}

/** One number of decimals, or one form with exponents, for all values (numpy's FloatingFormat with floatmode maxprec). */
function floatFormatter(values: readonly number[], dtype: DType): (x: number) => string {
  const finite = values.filter(Number.isFinite)
  const magnitudes = finite.filter((x) => x !== 0).map(Math.abs)
  const largest = Math.max(...magnitudes)
  const smallest = Math.min(...magnitudes)
  // Compared in the dtype of the values, so that a float32 0.0001 is not below 0.0001. NumPy (from 2.3) also leaves
  // positional notation where whole numbers approach the digits of the dtype.
  const round = nearestOf(dtype)
  const huge = Math.min(1e8, largestPlain(dtype))
  const exponents =
    magnitudes.length > 0 && (largest >= huge || smallest < round(1e-4) || round(largest / smallest) > 1000)
  const parts = finite.map((x) => (exponents ? scientific(x, dtype) : positional(x, dtype)))
  const longest = (part: 'whole' | 'fraction' | 'exponent') => Math.max(0, ...parts.map((p) => p[part].length))
  const fraction = longest('fraction')
  const exponent = longest('exponent')
  const right = exponents ? fraction + exponent : fraction
  let left = longest('whole')
  if (finite.length < values.length) {
    const word = values.includes(Number.NEGATIVE_INFINITY) ? 4 : 3
    left = Math.max(left, word - right - 1)
  }
  return (x) => {
    if (!Number.isFinite(x)) return nonFinite(x).padStart(left + right + 1)
    const p = exponents ? scientific(x, dtype, fraction) : positional(x, dtype)
    const decimals = exponents
      ? p.fraction.padEnd(fraction, '0') + padExponent(p.exponent, exponent)
      : p.fraction.padEnd(fraction)
    return `${p.whole.padStart(left)}.${decimals}`
  }
}

/** The nearest number of a dtype. */
function nearestOf(dtype: DType): (x: number) => number {
  if (dtype === 'float16') return (x) => halfValue(halfBits(x))
  return dtype === 'float32' ? Math.fround : Number
}

/** The least number that is written with an exponent. */
function largestPlain(dtype: DType): number {
  if (dtype === 'float16') return 1e3
  return dtype === 'float32' ? 1e6 : 1e16
}

interface Parts {
  readonly whole: string
  readonly fraction: string
  /** `e+00`, or empty. */
  readonly exponent: string
}

/** The shortest digits that tell `x` from its neighbors in its dtype, as `d.ddde+x`. */
function shortest(x: number, dtype: DType): string {
  if (dtype === 'float64') return x.toExponential()
  const round = nearestOf(dtype)
  for (let digits = 0; digits < 8; digits++) {
    const candidate = exponential(x, digits)
    if (round(Number(candidate)) === x) return candidate
  }
  return exponential(x, 8)
}

/** The exact value rounded to `decimals`, to an even digit at a tie (`toExponential` alone rounds ties up). */
function exponential(x: number, decimals: number): string {
  const [digits, power] = x.toExponential(100).split('e') as [string, string]
  const rounded = roundToEven(digits, 100 - decimals)
  return rounded.startsWith('10.') ? `1.${rounded.slice(3)}e${Number(power) + 1}` : `${rounded}e${power}`
}

/** `d.ddde+x` written without an exponent. */
function withoutExponent(text: string): string {
  const [mantissa, power] = text.split('e') as [string, string]
  const exponent = Number(power)
  const digits = mantissa.replace('.', '')
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const padded = digits.padEnd(exponent + 1, '0')
  return `${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1)}`
}

function positional(x: number, dtype: DType): Parts {
  const digits = withoutExponent(shortest(Math.abs(x), dtype))
  // Cut where there are too many decimals: from the exact value, for which 30 decimals are enough to see a tie.
  const long = digits.length - digits.indexOf('.') - 1 > precision
  const shown = long ? roundToEven(Math.abs(x).toFixed(30), 30 - precision) : digits
  const [whole, fraction] = shown.split('.') as [string, string]
  return { whole: signed(x, whole), fraction: fraction.replace(/0+$/, ''), exponent: '' }
}

/** With `decimals`, the exact value rounded to that many decimals; else the shortest digits, at most 8 decimals. */
function scientific(x: number, dtype: DType, decimals?: number): Parts {
  let text = shortest(Math.abs(x), dtype)
  if (decimals !== undefined || text.split('e')[0]!.length > precision + 2) {
    text = exponential(Math.abs(x), decimals ?? precision)
  }
  const [mantissa, power] = text.split('e') as [string, string]
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?]
  return { whole: signed(x, whole), fraction: fraction.replace(/0+$/, ''), exponent: exponentPart(power) }
}

/** An exponent with its sign and two digits at least. */
function exponentPart(power: string): string {
  return `e${power.startsWith('-') ? '-' : '+'}${power.replace(/^[-+]/, '').padStart(2, '0')}`
}

/** Drops the last `count` decimals of a decimal number: to nearest, to even at a tie. */
function roundToEven(digits: string, count: number): string {
  const point = digits.indexOf('.')
  const kept = digits.slice(0, -count)
  const tail = digits.slice(-count)
  const odd = Number(kept.at(kept.endsWith('.') ? -2 : -1)) % 2 === 1
  const up = tail[0]! > '5' || (tail[0] === '5' && (odd || /[1-9]/.test(tail.slice(1))))
  if (!up) return kept
  const decimals = kept.length - point - 1
  const sum = String(BigInt(kept.replace('.', '')) + 1n).padStart(decimals + 1, '0')
  return `${sum.slice(0, sum.length - decimals)}.${sum.slice(sum.length - decimals)}`
}

function padExponent(exponent: string, length: number): string {
  return exponent.slice(0, 2) + exponent.slice(2).padStart(length - 2, '0')
}

function signed(x: number, digits: string): string {
  return x < 0 || Object.is(x, -0) ? `-${digits}` : digits
}

function nonFinite(x: number): string {
  return Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf'
}

function formatScalar(x: number, dtype: DType): string {
  if (dtype === 'bool') return x ? 'True' : 'False'
  if (!isFloat(dtype)) return String(x)
  if (!Number.isFinite(x)) return nonFinite(x)
  const magnitude = Math.abs(x)
  const [mantissa, power] = shortest(magnitude, dtype).split('e') as [string, string]
  const huge = largestPlain(dtype)
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= huge)) {
    return signed(x, mantissa.replace(/\.$/, '') + exponentPart(power))
  }
  const digits = withoutExponent(`${mantissa}e${power}`)
  return signed(x, digits.endsWith('.') ? `${digits}0` : digits)
}

const inspect = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom')

/**
 * Makes `console.log` and `util.inspect` of Node, Deno and Bun show the instances of a class as `toString` does, and JavaScript's
 * operators, such as `x + 1` and `x > 0`, throw `TypeError`. Constructors call it: bundlers keep classes with computed names, and
 * calls at module level.
 */
export function showAsText(prototype: object): void {
  if (inspect in prototype) return
  Object.defineProperty(prototype, inspect, { configurable: true, value: shownText })
  Object.defineProperty(prototype, Symbol.toPrimitive, { configurable: true, value: toPrimitive })
}

function toPrimitive(this: object, hint: string): string {
  if (hint === 'string') return this.toString()
  throw new TypeError(
    'A tensor is no number, so +, -, < and == do not work on it. Use functions, as in add(x, 1) or less(x, 1), or read its value with item().',
  )
}

function shownText(this: object): string {
  return String(this)
}
