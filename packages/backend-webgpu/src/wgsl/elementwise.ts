import { type DType, isFloat } from '@gradus/tensor'
import { type Code, literal, typeOf } from './types.ts'

/** The operand types of an op: the dtypes of the last input and of the result, and the inputs that are constants. */
export interface OperandTypes {
  readonly from: DType
  readonly to: DType
  constantOf(input: number): number | undefined
}

type ElementwiseRow = (operation: OperandTypes, inputs: readonly Code[]) => Code

/* @__NO_SIDE_EFFECTS__ */
const infix =
  (operator: string): ElementwiseRow =>
  (_, [a, b]) =>
    `(${a} ${operator} ${b})`

/* @__NO_SIDE_EFFECTS__ */
const call =
  (name: string): ElementwiseRow =>
  (_, inputs) =>
    `${name}(${inputs.join(', ')})`

/** Comparisons; bools are compared as numbers. */
/* @__NO_SIDE_EFFECTS__ */
const relation =
  (operator: string): ElementwiseRow =>
  ({ from }, [a, b]) => {
    if (from !== 'bool' || operator === '==' || operator === '!=') return `(${a} ${operator} ${b})`
    return `(u32(${a}) ${operator} u32(${b}))`
  }

/* @__NO_SIDE_EFFECTS__ */
const extreme =
  (name: 'max' | 'min'): ElementwiseRow =>
  ({ to }, [a, b]) =>
    `${isFloat(to) ? `${name}imum` : name}(${a}, ${b})`

/* @__NO_SIDE_EFFECTS__ */
const shift =
  (operator: string): ElementwiseRow =>
  ({ to }, [x, count]) => {
    const by = `u32(${count})`
    const far = operator === '>>' && to === 'int32' ? `(${x} >> 31u)` : literal(to, 0)
    return `select(${far}, ${x} ${operator} (${by} & 31u), ${by} < 32u)`
  }

const rows: Readonly<Record<string, ElementwiseRow>> = {
  add: infix('+'),
  sub: infix('-'),
  mul({ to, constantOf }, [a, b]) {
    // compilers ignore that infinities and NaN times 0 are NaN
    if (to === 'float32' && constantOf(1) === 0) return `timesZero(${a})`
    if (to === 'float32' && constantOf(0) === 0) return `timesZero(${b})`
    return `(${a} * ${b})`
  },
  div({ to }, [a, b]) {
    return isFloat(to) ? `(${a} / ${b})` : `select(${literal(to, 0)}, ${a} / ${b}, ${b} != ${literal(to, 0)})`
  },
  neg: ({ to }, [x]) => (to === 'uint32' ? `(0u - ${x})` : `(-${x})`),
  abs: ({ to }, [x]) => (to === 'uint32' ? x! : `abs(${x})`),
  sign({ to }, [x]) {
    if (to === 'uint32') return `select(0u, 1u, ${x} != 0u)`
    return to === 'int32' ? `sign(${x})` : `signOf(${x})`
  },
  relu({ to }, [x]) {
    if (to === 'uint32') return x!
    return to === 'int32' ? `max(${x}, 0)` : `relu(${x})`
  },
  sqrt: call('sqrt'),
  rsqrt: (_, [x]) => `(1.0 / sqrt(${x}))`,
  floor: call('floor'),
  ceil: call('ceil'),
  trunc: call('trunc'),
  round: call('round'),
  maximum: extreme('max'),
  minimum: extreme('min'),
  equal: relation('=='),
  notEqual: ({ from }, [a, b]) => (isFloat(from) ? `!(${a} == ${b})` : `(${a} != ${b})`),
  less: relation('<'),
  lessEqual: relation('<='),
  greater: relation('>'),
  greaterEqual: relation('>='),
  isNan: call('isNan'),
  isFinite: call('isFinite'),
  where: (_, [condition, a, b]) => `select(${b}, ${a}, ${condition})`,
  logicalAnd: infix('&'),
  logicalOr: infix('|'),
  logicalXor: relation('!='),
  logicalNot: (_, [x]) => `!${x}`,
  bitwiseAnd: infix('&'),
  bitwiseOr: infix('|'),
  bitwiseXor: infix('^'),
  bitwiseNot: (_, [x]) => `(~${x})`,
  shiftLeft: shift('<<'),
  shiftRight: shift('>>'),
  cast({ from, to }, [x]) {
    if (from === to) return x!
    if (to === 'bool') return isFloat(from) ? `!(${x} == 0.0)` : `(${x} != ${literal(from, 0)})`
    if (from === 'bool') return `select(${literal(to, 0)}, ${literal(to, 1)}, ${x})`
    if (isFloat(from)) return `${to === 'int32' ? 'truncI' : 'truncU'}(${x})`
    return `${typeOf(to)}(${x})`
  },
  roundToHalf: call('roundToHalf'),
  exp: call('exp_'),
  expm1: call('expm1_'),
  log: call('log_'),
  log1p: call('log1p_'),
  tanh: call('tanh_'),
  sigmoid: call('sigmoid_'),
  erf: call('erf_'),
  sin: call('sin_'),
  cos: call('cos_'),
  tan: call('tan_'),
  asin: call('asin_'),
  acos: call('acos_'),
  atan: call('atan_'),
  sinh: call('sinh_'),
  cosh: call('cosh_'),
  asinh: call('asinh_'),
  acosh: call('acosh_'),
  atanh: call('atanh_'),
  atan2: call('atan2_'),
  pow: call('pow_'),
  mod({ to }, [a, b]) {
    if (isFloat(to)) return `modulo(${a}, ${b})`
    return to === 'int32' ? `moduloI(${a}, ${b})` : `select(0u, ${a} % ${b}, ${b} != 0u)`
  },
  threefryBits: (_, inputs) => {
    const pair = `threefry(${inputs.join(', ')})`
    return `xorOf(${pair})`
  },
  threefryHigh: (_, inputs) => `threefry(${inputs.join(', ')}).x`,
  threefryLow: (_, inputs) => `threefry(${inputs.join(', ')}).y`,
}

/** Whether there is code for an elementwise op. */
export function hasElementwise(op: string): boolean {
  return Object.hasOwn(rows, op)
}

/** The code of an elementwise op or of another function of elements. */
export function elementwiseCode(op: string, operation: OperandTypes, inputs: readonly Code[]): Code {
  return rows[op]!(operation, inputs)
}
