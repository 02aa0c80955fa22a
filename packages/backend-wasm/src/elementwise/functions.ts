import { type F64, f32, f64, i32 } from '../assembler/index.ts'
import { cos, erf, exp, expm1, log, log1p, pow, sigmoid, sin, tanh, type VectorFunction } from '../math/index.ts'
import {
  asF32,
  asF64,
  asI32,
  type ElementwiseRow,
  type Emitter,
  type ExternalName,
  floatOps,
  type Scalar,
} from './row.ts'

/** A function that the host computes in double precision, one element at a time. */
/* @__NO_SIDE_EFFECTS__ */
function outside(name: ExternalName): ElementwiseRow {
  return {
    scalar(emitter, inputs) {
      const result = emitter.external(name, ...inputs.map((input) => widened(emitter, input)))
      return emitter.to === 'float64' ? result : f32.demote(result)
    },
  }
}

function widened({ from }: Emitter, value: Scalar): F64 {
  return from === 'float64' ? asF64(value) : f64.promote(asF32(value))
}

/** The same, with code for four lanes in single precision. */
/* @__NO_SIDE_EFFECTS__ */
function inside(name: ExternalName, vector: NonNullable<ElementwiseRow['vector']>): ElementwiseRow {
  return { ...outside(name), vector }
}

/* @__NO_SIDE_EFFECTS__ */
function computed(name: ExternalName, code: VectorFunction): ElementwiseRow {
  return inside(name, (emitter, [x]) => code(emitter.temps, emitter, x!))
}

/** Functions that need more than a few instructions. */
export const functionRows: Readonly<Record<string, ElementwiseRow>> = {
  exp: computed('exp', exp),
  expm1: computed('expm1', expm1),
  log: computed('log', log),
  log1p: computed('log1p', log1p),
  tanh: computed('tanh', tanh),
  erf: computed('erf', erf),
  sin: inside('sin', (emitter, [x]) => sin((far) => emitter.external('sin', far))(emitter.temps, emitter, x!)),
  cos: inside('cos', (emitter, [x]) => cos((far) => emitter.external('cos', far))(emitter.temps, emitter, x!)),
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
  pow: inside('power', (emitter, [x, y]) => pow(emitter.temps, emitter, x!, y!)),
  sigmoid: {
    scalar(emitter, [x]) {
      // 1 / (1 + e) with e = exp(-|x|), which cannot overflow, or e / (1 + e) where x < 0
      const { temps, from, to } = emitter
      const ops = floatOps(to)
      const value = temps.let(x!)
      const e = temps.let(outside('exp').scalar({ ...emitter, from }, [ops.neg(ops.abs(value))]))
      const top = ops.select(ops.lt(value, ops.const(0)), e, ops.const(1))
      return ops.div(top, ops.add(e, ops.const(1)))
    },
    vector: (emitter, [x]) => sigmoid(emitter.temps, emitter, x!),
  },
  mod: {
    scalar(emitter, inputs) {
      const { temps, to } = emitter
      if (to === 'float32' || to === 'float64') return outside('modulo').scalar(emitter, inputs)
      // the remainder has the sign of the divisor, and is 0 for the divisors 0 and -1
      const [x, y] = inputs.map((input) => temps.let(asI32(input))) as [
        ReturnType<typeof asI32>,
        ReturnType<typeof asI32>,
      ]
      const none = temps.let(i32.leU(i32.add(y, i32.const(1)), i32.const(1)))
      if (to === 'uint32')
        return i32.select(i32.eqz(y), i32.const(0), i32.remU(x, i32.select(i32.eqz(y), i32.const(1), y)))
      const rest = temps.let(i32.remS(x, i32.select(none, i32.const(1), y)))
      const wrongSign = i32.and(i32.ne(rest, i32.const(0)), i32.ltS(i32.xor(rest, y), i32.const(0)))
      return i32.select(none, i32.const(0), i32.select(wrongSign, i32.add(rest, y), rest))
    },
  },
}
