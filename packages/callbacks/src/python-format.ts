/**
 * Numbers in the format of Python, so that messages and file names are those of Keras. Python rounds decimal ties to even, where
 * JavaScript rounds them up, and writes exponents with two digits.
 */

/**
 * Like `f'{value:.4f}'`, with `digits` decimals.
 *
 * @example
 * import { fixed } from '@gradus/callbacks/format'
 * fixed(2.5, 0) // => '2'
 */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFinite(value)
  // a tie, a double exactly between two decimals, is an odd multiple of 2^-(digits+1)
  const doubled = Math.abs(value) * 2 ** (digits + 1)
  if (!Number.isSafeInteger(doubled) || doubled % 2 === 0) return value.toFixed(digits)
  const scaled = BigInt(doubled) * 5n ** BigInt(digits) // twice the value in units of the last decimal
  const lower = (scaled - 1n) / 2n
  const units = String(lower % 2n === 0n ? lower : lower + 1n).padStart(digits + 1, '0')
  const text = digits === 0 ? units : `${units.slice(0, -digits)}.${units.slice(-digits)}`
  return value < 0 ? `-${text}` : text
}

/** Like `f'{value:.4e}'`: `1.2345e-04`. */
export function scientific(value: number, digits: number): string {
  return Number.isFinite(value) ? padExponent(value.toExponential(digits)) : nonFinite(value)
}

/** Like `str(value)` of a Python float: `2.0`, `9.999999310821295e-05`, `nan`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return padExponent(value.toExponential())
  const text = Object.is(value, -0) ? '-0' : String(value)
  return text.includes('.') ? text : `${text}.0`
}

/** The format of figures in progress lines: four decimals, or scientific notation for values up to 0.001. */
export function figure(value: number, size = value): string {
  return size > 1e-3 ? fixed(value, 4) : scientific(value, 4)
}

function nonFinite(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
}

function padExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}
