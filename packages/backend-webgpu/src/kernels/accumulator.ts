import { identityOf, isPosition } from '@gradus/schedule'
import { type DType, isFloat } from '@gradus/tensor'
import type { Combine } from '@gradus/tensor/lowering'
import { type Code, literal, typeOf } from '../wgsl/types.ts'

/** The variables of a reduction: the current value and, for `argMax` and `argMin`, its position (-1: none yet). */
export interface Accumulator {
  readonly value: Code
  readonly position: Code
}

/**
 * Whether the value is a pair of floats: the rounded result, and its rounding error. Products are, because each factor would add
 * a relative error, in any order.
 */
export function isPair(combine: Combine, dtype: DType): boolean {
  return combine === 'prod' && isFloat(dtype)
}

/** The type of the value. */
export function accumulatorType(combine: Combine, dtype: DType): string {
  return isPair(combine, dtype) ? 'vec2<f32>' : typeOf(dtype)
}

/** The value for one element. */
export function elementValue(combine: Combine, dtype: DType, element: Code): Code {
  return isPair(combine, dtype) ? `vec2<f32>(${element}, 0.0)` : element
}

/** The result of a reduction. */
export function resultOf(combine: Combine, dtype: DType, { value, position }: Accumulator): Code {
  if (isPosition(combine)) return position
  return isPair(combine, dtype) ? `${value}.x` : value
}

/** Declares the variables. */
export function accumulatorDeclaration(combine: Combine, dtype: DType, { value, position }: Accumulator): string[] {
  // a position of -1 says that there is no value yet
  const start = literal(dtype, isPosition(combine) ? 0 : identityOf(combine, dtype))
  const first = `var ${value}: ${accumulatorType(combine, dtype)} = ${elementValue(combine, dtype, start)};`
  return isPosition(combine) ? [first, `var ${position} = -1;`] : [first]
}

/** Combines an element, or another accumulator, into an accumulator. */
export function combination(combine: Combine, dtype: DType, to: Accumulator, from: Accumulator): string {
  const [a, b] = [to.value, from.value]
  switch (combine) {
    case 'sum':
      return `${a} += ${b};`
    case 'prod':
      return isPair(combine, dtype) ? `${a} = timesPair(${a}, ${b});` : `${a} *= ${b};`
    case 'any':
      return `${a} = ${a} | ${b};`
    case 'all':
      return `${a} = ${a} & ${b};`
    case 'max':
    case 'min':
      if (dtype === 'bool') return `${a} = ${a} ${combine === 'max' ? '|' : '&'} ${b};`
      return `${a} = ${isFloat(dtype) ? `${combine}imum` : combine}(${a}, ${b});`
    default:
      return `if (${isBetter(combine, dtype, to, from)}) { ${a} = ${b}; ${to.position} = ${from.position}; }`
  }
}

/** Whether an element is more extreme, or equal and earlier. NaN is the most extreme. */
function isBetter(combine: Combine, dtype: DType, to: Accumulator, from: Accumulator): Code {
  const number = (code: Code) => (dtype === 'bool' ? `u32(${code})` : code)
  const [best, other] = [number(to.value), number(from.value)]
  const beats = `${other} ${combine === 'argMax' ? '>' : '<'} ${best}`
  const more = isFloat(dtype) ? `(isNan(${other}) && !isNan(${best})) || (!isNan(${best}) && ${beats})` : beats
  const same = isFloat(dtype) ? `(${other} == ${best} || (isNan(${other}) && isNan(${best})))` : `${other} == ${best}`
  const earlier = `${same} && ${from.position} < ${to.position}`
  return `${from.position} >= 0 && (${to.position} < 0 || ${more} || (${earlier}))`
}
