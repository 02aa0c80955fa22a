import { type DType, isFloat } from '@gradus/tensor'
import { atom, type Code, infix, operand } from './code.ts'
import type { UsedHelpers } from './helpers.ts'

/** The dtypes of an application: of its first input, of its last input and of its result; float16 is computed as float32. */
interface Types {
  readonly from: DType
  readonly to: DType
}

/** Writes the application of a function of elements. */
type Row = (inputs: readonly Code[], types: Types, helpers: UsedHelpers) => Code

/** A function of `Math`. */
/* @__NO_SIDE_EFFECTS__ */
function math(name: string): Row {
  return (inputs) => atom(`Math.${name}(${list(inputs)})`)
}

/** An operator; results that are integers wrap around. */
/* @__NO_SIDE_EFFECTS__ */
function wrapping(operator: string): Row {
  return ([a, b], { to }) => wrapped(`${operand(a!)}${operator}${operand(b!)}`, to)
}

/** A comparison or an operation on bits that is exact. */
/* @__NO_SIDE_EFFECTS__ */
function plain(operator: string): Row {
  return ([a, b], { to }) => {
    const text = `${operand(a!)}${operator}${operand(b!)}`
    return infix(to === 'uint32' ? `(${text})>>>0` : text)
  }
}

/* @__NO_SIDE_EFFECTS__ */
function helper(name: string): Row {
  return (inputs, _, helpers) => atom(`${helpers.use(name)}(${list(inputs)})`)
}

function list(inputs: readonly Code[]): string {
  return inputs.map(({ text }) => text).join()
}

/** An arithmetic result as an element of its dtype. */
function wrapped(text: string, to: DType): Code {
  if (to === 'int32') return infix(`${text}|0`)
  return infix(to === 'uint32' ? `(${text})>>>0` : text)
}

/** The ops that are functions of `Math` with the same name. */
const ofMath = new Set([
  ...['exp', 'expm1', 'log', 'log1p', 'sqrt', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh'],
  ...['asinh', 'acosh', 'atanh', 'floor', 'ceil', 'trunc'],
])

/** The other functions of elements that exported files can have, by the name of the op. */
const rows: Readonly<Record<string, Row>> = {
  add: wrapping('+'),
  sub: wrapping('-'),
  mul: (inputs, { to }) => {
    if (isFloat(to)) return wrapping('*')(inputs, { from: to, to }, undefined as never)
    return wrapped(`Math.imul(${list(inputs)})`, to)
  },
  div: wrapping('/'),
  neg: ([x], { to }) => wrapped(`-${operand(x!)}`, to),
  abs: ([x], { to }) => (to === 'int32' ? infix(`Math.abs(${x!.text})|0`) : atom(`Math.abs(${x!.text})`)),
  sign: math('sign'),
  relu: ([x]) => atom(`Math.max(${x!.text},0)`),
  maximum: math('max'),
  minimum: math('min'),
  mod: ([a, b], { to }, helpers) => {
    const text = `${helpers.use('md')}(${a!.text},${b!.text})`
    return isFloat(to) ? atom(text) : wrapped(text, to)
  },
  pow: helper('pw'),
  atan2: math('atan2'),
  rsqrt: ([x]) => infix(`1/Math.sqrt(${x!.text})`),
  erf: helper('er'),
  round: helper('rn'),
  isNan: ([x]) => atom(`Number.isNaN(${x!.text})`),
  isFinite: ([x]) => atom(`Number.isFinite(${x!.text})`),
  // bools may be numbers or booleans, which == compares
  equal: plain('=='),
  notEqual: plain('!='),
  less: plain('<'),
  lessEqual: plain('<='),
  greater: plain('>'),
  greaterEqual: plain('>='),
  logicalAnd: plain('&'),
  logicalOr: plain('|'),
  logicalXor: plain('^'),
  logicalNot: ([x]) => infix(`!${operand(x!)}`),
  bitwiseAnd: plain('&'),
  bitwiseOr: plain('|'),
  bitwiseXor: plain('^'),
  bitwiseNot: ([x], { to }) => wrapped(`~${operand(x!)}`, to === 'uint32' ? to : 'int32'),
  shiftLeft: (inputs, { to }, helpers) => wrapped(`${helpers.use('sl')}(${list(inputs)})`, to),
  shiftRight: (inputs, { to }, helpers) => atom(`${helpers.use(to === 'int32' ? 'sr' : 'su')}(${list(inputs)})`),
  where: ([condition, a, b]) => infix(`${operand(condition!)}?${operand(a!)}:${operand(b!)}`),
  cast: ([x], { from, to }, helpers) => {
    if (to === 'bool') return infix(`${operand(x!)}!=0`)
    if (from === 'bool') return infix(`+${operand(x!)}`)
    if (isFloat(to)) return x!
    if (!isFloat(from)) return wrapped(operand(x!), to)
    return atom(`${helpers.use(to === 'int32' ? 'ti' : 'tu')}(${x!.text})`)
  },
  roundToHalf: ([x], _, helpers) => atom(`${helpers.use('hv')}(${helpers.use('hb')}(${x!.text}))`),
  threefryHigh: (inputs, _, helpers) => atom(`${helpers.use('tf')}(${list(inputs)})[0]`),
  threefryLow: (inputs, _, helpers) => atom(`${helpers.use('tf')}(${list(inputs)})[1]`),
  threefryBits: (inputs, _, helpers) => atom(`${helpers.use('tf')}(${list(inputs)})[2]`),
}

/** The functions that give a float32 number for float32 numbers, so that nothing is rounded. */
const exact = new Set([
  'neg',
  'abs',
  'sign',
  'relu',
  'maximum',
  'minimum',
  'floor',
  'ceil',
  'trunc',
  'round',
  'where',
  'roundToHalf',
])

/** Whether exported files can have a function of elements. */
export function hasFunction(name: string): boolean {
  return ofMath.has(name) || Object.hasOwn(rows, name)
}

/** Writes the application of a function to elements. `needsRounding`: the result may have more digits than float32. */
export function applied(
  name: string,
  inputs: readonly Code[],
  types: Types,
  helpers: UsedHelpers,
): { readonly code: Code; readonly needsRounding: boolean } {
  const row = ofMath.has(name) ? math(name) : rows[name]!
  const needsRounding =
    types.to === 'float32' &&
    !exact.has(name) &&
    !(name === 'cast' && (types.from === 'float32' || types.from === 'bool'))
  return { code: row(inputs, types, helpers), needsRounding }
}
