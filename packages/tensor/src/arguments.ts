import { Tensor } from './tensor.ts'

/**
 * Throws `TypeError` for options that are not in an object, such as an axis given by position, and for unknown ones. `known`
 * lists the options of the operation; the first one is the example in the message.
 */
export function requireOptions(name: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options) || options instanceof Tensor) {
    const isValue = typeof options === 'number' || (Array.isArray(options) && options.every(Number.isInteger))
    const value = isValue ? JSON.stringify(options) : '...'
    throw new TypeError(`${name} takes its options in an object, as in ${name}(x, { ${known[0]}: ${value} }).`)
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const near = known.find(
      (option) => plain(option) === plain(key) || `${plain(option)}s` === plain(key) || aliases[key] === option,
    )
    throw new TypeError(
      `${name} has no option '${key}'.${near ? ` Did you mean '${near}'?` : ''} (known: ${known.join(', ')})`,
    )
  }
}

/** Other names of options that are known under one name here. */
const aliases: Readonly<Record<string, string>> = { axes: 'axis', dim: 'axis', keepdim: 'keepDims' }

function plain(option: string): string {
  return option.replace(/[_-]/g, '').toLowerCase()
}

/** Throws `TypeError` for a value that is not a tensor, in the place of the first argument of an operation. */
export function requireTensor(name: string, x: unknown): asserts x is Tensor {
  if (x instanceof Tensor) return
  const what = x === null ? 'null' : Array.isArray(x) ? 'a list' : typeof x
  throw new TypeError(`${name} takes a tensor and got ${what}. Make one with tensor(...).`)
}
