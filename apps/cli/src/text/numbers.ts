/** A number with up to four digits. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-4)
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e')
  return String(Number(value.toPrecision(4)))
}

/** A value of the data, with up to six digits: `107527`, `1250000`, `-0.25`. */
export function valueText(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value)
}

/** Numbers with up to four digits; with more where the first two would look alike, such as two times in milliseconds. */
export function distinctNumbers(values: readonly number[]): string[] {
  const [low = 0, high = 0] = values
  const digits = 4 + Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)) / Math.abs(high - low)))
  if (!Number.isFinite(digits) || digits <= 5) return values.map(shortNumber)
  return values.map((value) => String(Number(value.toPrecision(Math.min(15, digits)))))
}

/** A whole number with separators between thousands. */
export function groupedNumber(value: number): string {
  return value.toLocaleString('en-US')
}

/** A size in bytes in the unit that fits: `512 bytes`, `1.5 KiB`. */
export function shortBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  const unit = bytes < 2 ** 20 ? 'KiB' : bytes < 2 ** 30 ? 'MiB' : 'GiB'
  return `${(bytes / { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit]).toFixed(1)} ${unit}`
}

/** A size in bytes, and before it in a larger unit where that is shorter: `1.5 KiB (1,536 bytes)`. */
export function exactBytes(bytes: number): string {
  return bytes < 1024 ? shortBytes(bytes) : `${shortBytes(bytes)} (${groupedNumber(bytes)} bytes)`
}
