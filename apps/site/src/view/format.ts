/** A number with seven decimals, or in exponential notation where they would be zeros or too many. */
export function exact(value: number): string {
  if (value !== 0 && Number.isFinite(value) && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6)) {
    return minus(value.toExponential(6))
  }
  return minus(value.toFixed(7))
}

/** Like `exact`, with negative numbers in parentheses, for use after another sign. */
export function factor(value: number): string {
  return value < 0 ? `(${exact(value)})` : exact(value)
}

export function short(value: number): string {
  return Number.isFinite(value) ? minus(value.toFixed(2)) : '-'
}

export function figure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-'
  return minus(Math.abs(value) < 1e6 ? value.toFixed(4) : value.toExponential(2))
}

export function percent(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)} %`
}

const minus = (text: string) => text.replaceAll('-', '\u2212')
