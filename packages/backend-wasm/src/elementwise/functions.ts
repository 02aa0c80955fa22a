import { type F64, f32, f64, i32 } from '../assembler/index.ts'
import { asF32, asF64, asI32, type Context, type ElementwiseRow, type ExternalName, type Scalar } from './row.ts'

/** A function computed in double precision outside, one element at a time. */
/* @__NO_SIDE_EFFECTS__ */
function outside(name: ExternalName): ElementwiseRow {
  return {
    scalar(context, inputs) {
      const result = context.external(name, ...inputs.map((input) => widened(context, input)))
      return context.to === 'float64' ? result : f32.demote(result)
    },
  }
}

function widened({ from }: Context, value: Scalar): F64 {
  return from === 'float64' ? asF64(value) : f64.promote(asF32(value))
}

/** Functions that are not made of a few instructions. */
export const functionRows: Readonly<Record<string, ElementwiseRow>> = {
  exp: outside('exp'),
  expm1: outside('expm1'),
  log: outside('log'),
  log1p: outside('log1p'),
  tanh: outside('tanh'),
  erf: outside('erf'),
  sin: outside('sin'),
  cos: outside('cos'),
  tan: outside('tan'),
  asin: outside('asin'),
  acos: outside('acos'),
  atan: outside('atan'),
  sinh: outside('sinh'),
  cosh: outside('cosh'),
  asinh: outside('asinh'),
  acosh: outside('acosh'),
  atanh: outside('atanh'),
  atan2: outside('atan2'),
  pow: outside('power'),
  mod: {
    scalar(context, inputs) {
      const { steps, to } = context
      if (to === 'float32' || to === 'float64') return outside('modulo').scalar(context, inputs)
      // the remainder has the sign of the divisor, and is 0 for a divisor of 0 and of -1
      const [x, y] = inputs.map((input) => steps.let(asI32(input))) as [
        ReturnType<typeof asI32>,
        ReturnType<typeof asI32>,
      ]
      const none = steps.let(i32.leU(i32.add(y, i32.const(1)), i32.const(1)))
      if (to === 'uint32')
        return i32.select(i32.eqz(y), i32.const(0), i32.remU(x, i32.select(i32.eqz(y), i32.const(1), y)))
      const rest = steps.let(i32.remS(x, i32.select(none, i32.const(1), y)))
      const wrongSign = i32.and(i32.ne(rest, i32.const(0)), i32.ltS(i32.xor(rest, y), i32.const(0)))
      return i32.select(none, i32.const(0), i32.select(wrongSign, i32.add(rest, y), rest))
    },
  },
}
