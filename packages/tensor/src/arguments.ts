import { SymbolicTensor } from './symbolic.ts'
import { Tensor } from './tensor.ts'

/** What an argument may be; with `?` it may be left out or null. `any` is checked by the function itself. */
type ArgumentKind = keyof typeof kinds | `${keyof typeof kinds}?`

/** The arguments of an operation, in order. A list of names in the last place stands for an object with these options. */
export type ArgumentKinds = readonly (ArgumentKind | readonly string[])[]

const isInteger = (value: unknown) => Number.isInteger(value)
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isTensor = (value: unknown) => value instanceof Tensor || value instanceof SymbolicTensor

/** The check of each kind of argument, and the kind in words. */
const kinds = {
  any: [() => true, ''],
  tensor: [isTensor, 'a tensor. Make one with tensor(...)'],
  key: [isTensor, 'a key, as in new Rng(1).next()'],
  tensors: [(value: unknown) => isList(value) && value.every(isTensor), 'a list of tensors, as in [a, b]'],
  integer: [isInteger, 'a whole number'],
  integers: [(value: unknown) => isList(value) && value.every(isInteger), 'a list of whole numbers, such as [2, 3]'],
  axes: [
    (value: unknown) => isInteger(value) || (isList(value) && value.every(isInteger)),
    'a whole number or a list of them',
  ],
} as const

/**
 * Returns a check of the arguments of an operation. It throws `TypeError` for arguments of another kind, for options that the
 * operation does not have, and for tensors and options after the last argument. Other values there are ignored, as where the
 * operation is given to `map` of a list.
 */
export function argumentCheck(name: string, takes: ArgumentKinds): (args: readonly unknown[]) => void {
  const checks = takes.map((kind) => checkOf(name, kind))
  return (args) => {
    for (let index = 0; index < checks.length; index++) checks[index]!(args[index], index)
    for (let index = checks.length; index < args.length; index++) {
      const value = args[index]
      if (!isTensor(value) && !isOptions(value)) continue
      throw new TypeError(
        `${name} takes ${takes.length} argument${takes.length > 1 ? 's' : ''} and got one more, ${shown(value)}.`,
      )
    }
  }
}

/** Checks arguments once, for functions that are no operations. */
export function checkArguments(name: string, args: readonly unknown[], takes: ArgumentKinds): void {
  argumentCheck(name, takes)(args)
}

function checkOf(name: string, kind: ArgumentKinds[number]): (value: unknown, index: number) => void {
  if (typeof kind !== 'string') {
    return (value) => {
      if (value !== undefined) requireOptions(name, value, kind)
    }
  }
  const optional = kind.endsWith('?')
  const [check, words] = kinds[kind.replace('?', '') as keyof typeof kinds]
  return (value, index) => {
    if (check(value) || (optional && (value === undefined || value === null))) return
    if (words === kinds.tensor[1]) requireTensor(name, value)
    if (words === kinds.tensors[1] && !isList(value))
      throw new TypeError(`${name} takes its tensors in a list, as in ${name}([a, b]).`)
    const fix = isOptions(value) ? ' Give the value without an object.' : ''
    throw new TypeError(`${name}: argument ${index + 1} is ${shown(value)}; expected ${words}.${fix}`)
  }
}

function isOptions(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Throws `TypeError` for options that are not in an object, such as an axis given by position, and for unknown ones. `known`
 * lists the options of the operation; the first one is the example in the message.
 */
export function requireOptions(name: string, options: unknown, known: readonly string[]): void {
  if (!isOptions(options)) {
    const isValue = typeof options === 'number' || (isList(options) && options.every(isInteger))
    const value = isValue ? JSON.stringify(options) : '...'
    throw new TypeError(`${name} takes its options in an object, as in ${name}(x, { ${known[0]}: ${value} }).`)
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const near = known.find(
      (option) => plain(option).replace(/s$/, '') === plain(key).replace(/s$/, '') || aliases[key] === option,
    )
    throw new TypeError(
      `${name} has no option '${key}'.${near ? ` Did you mean '${near}'?` : ''} (known: ${known.join(', ')})`,
    )
  }
}

/** Other names of options that are known under one name here. */
const aliases: Readonly<Record<string, string>> = {
  axes: 'axis',
  dim: 'axis',
  keepdim: 'keepDims',
  size: 'poolSize',
  minval: 'low',
  maxval: 'high',
  std: 'stddev',
}

function plain(option: string): string {
  return option.replace(/[_-]/g, '').toLowerCase()
}

/** Throws `TypeError` for a value that is not a tensor, in the place of the first argument of an operation. */
export function requireTensor(name: string, x: unknown): asserts x is Tensor {
  if (x instanceof Tensor) return
  throw new TypeError(`${name} takes a tensor and got ${shown(x)}. Make one with tensor(...).`)
}

/** A value that is no tensor, for messages. */
export function shown(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (isTensor(value)) return 'a tensor'
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object') return value === undefined ? 'undefined' : JSON.stringify(value)
  return 'then' in value ? 'a promise (put await before it)' : 'an object'
}
