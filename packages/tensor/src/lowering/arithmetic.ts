import { computeDType } from '../dtype.ts'
import type * as ops from '../ops/arithmetic.ts'
import type { ElementFunction, ElementRule, Lowerings, ParamsOf } from './rule.ts'

/** Rounds a float32 number to the nearest half. */
export const roundToHalf: ElementFunction = { name: 'roundToHalf' }

// Computation uses float32 for halves, so a cast to float16 rounds. Other ops round when their results are stored.
const cast: ElementRule<ParamsOf<typeof ops.cast.op>> = {
  kind: 'element',
  element({ op, aval, inputs }, at, { make, read }) {
    const x = read(0, at)
    if (aval.dtype !== 'float16') return make.apply(aval.dtype, op, [x])
    const number = computeDType(inputs[0]!.dtype) === 'float32' ? x : make.apply('float32', op, [x])
    return make.apply('float16', roundToHalf, [number])
  },
}

export const arithmeticLowerings: Lowerings = { cast }
