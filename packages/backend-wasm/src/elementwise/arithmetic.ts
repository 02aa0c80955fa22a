import { f32x4, i32, i32x4, v128 } from '../assembler/index.ts'
import { asI32, type ElementwiseRow, floatOps, isFloatDType } from './row.ts'

/** Sums, products, and other ops that are a few instructions. */
export const arithmeticRows: Readonly<Record<string, ElementwiseRow>> = {
  add: {
    scalar: ({ to }, [a, b]) => (isFloatDType(to) ? floatOps(to).add(a!, b!) : i32.add(asI32(a!), asI32(b!))),
    vector: ({ to }, [a, b]) => (to === 'float32' ? f32x4 : i32x4).add(a!, b!),
  },
  sub: {
    scalar: ({ to }, [a, b]) => (isFloatDType(to) ? floatOps(to).sub(a!, b!) : i32.sub(asI32(a!), asI32(b!))),
    vector: ({ to }, [a, b]) => (to === 'float32' ? f32x4 : i32x4).sub(a!, b!),
  },
  mul: {
    scalar: ({ to }, [a, b]) => (isFloatDType(to) ? floatOps(to).mul(a!, b!) : i32.mul(asI32(a!), asI32(b!))),
    vector: ({ to }, [a, b]) => (to === 'float32' ? f32x4 : i32x4).mul(a!, b!),
  },
  div: {
    scalar({ temps, to }, [a, b]) {
      if (isFloatDType(to)) return floatOps(to).div(a!, b!)
      // a zero divisor gives 0, and the one quotient that overflows wraps around; the instruction would trap
      const [x, y] = [temps.let(asI32(a!)), temps.let(asI32(b!))]
      const safe = (divisor: typeof y) => i32.select(i32.eqz(divisor), i32.const(1), divisor)
      if (to === 'uint32') return i32.select(i32.eqz(y), i32.const(0), i32.divU(x, safe(y)))
      const minusOne = temps.let(i32.eq(y, i32.const(-1)))
      const quotient = i32.select(
        minusOne,
        i32.sub(i32.const(0), x),
        i32.divS(x, i32.select(minusOne, i32.const(1), safe(y))),
      )
      return i32.select(i32.eqz(y), i32.const(0), quotient)
    },
    vector: ({ to }, [a, b]) => (to === 'float32' ? f32x4.div(a!, b!) : undefined),
  },
  neg: {
    scalar: ({ to }, [x]) => (isFloatDType(to) ? floatOps(to).neg(x!) : i32.sub(i32.const(0), asI32(x!))),
    vector: ({ to }, [x]) => (to === 'float32' ? f32x4 : i32x4).neg(x!),
  },
  abs: {
    scalar({ temps, to }, [x]) {
      if (isFloatDType(to)) return floatOps(to).abs(x!)
      if (to === 'uint32') return x!
      const value = temps.let(asI32(x!))
      return i32.select(i32.ltS(value, i32.const(0)), i32.sub(i32.const(0), value), value)
    },
    vector: ({ to }, [x]) => (to === 'uint32' ? x! : (to === 'float32' ? f32x4 : i32x4).abs(x!)),
  },
  sign: {
    scalar({ temps, to }, [x]) {
      if (to === 'uint32') return i32.ne(asI32(x!), i32.const(0))
      if (to === 'int32') {
        const value = temps.let(asI32(x!))
        return i32.sub(i32.gtS(value, i32.const(0)), i32.ltS(value, i32.const(0)))
      }
      // zeros keep their sign and NaN stays NaN
      const ops = floatOps(to)
      const value = temps.let(x!)
      const one = ops.copysign(ops.const(1), value)
      return ops.select(i32.or(ops.lt(value, ops.const(0)), ops.gt(value, ops.const(0))), one, value)
    },
    vector({ temps, to, float }, [x]) {
      const value = temps.let(x!)
      if (to !== 'float32') return undefined
      const signed = v128.or(v128.and(value, float(-0)), float(1))
      const zero = f32x4.const(0)
      return v128.bitselect(signed, value, v128.or(f32x4.lt(value, zero), f32x4.gt(value, zero)))
    },
  },
  relu: {
    scalar({ temps, to }, [x]) {
      const value = temps.let(x!)
      if (to === 'uint32') return value
      if (to === 'int32') return i32.select(i32.gtS(asI32(value), i32.const(0)), asI32(value), i32.const(0))
      return floatOps(to).max(value, floatOps(to).const(0))
    },
    // pmax(x, 0) is 0 where x < 0 and else x: NaN stays
    vector: ({ to }, [x]) =>
      to === 'float32' ? f32x4.pmax(x!, f32x4.const(0)) : to === 'int32' ? i32x4.maxS(x!, i32x4.const(0, 0, 0, 0)) : x!,
  },
  sqrt: { scalar: ({ to }, [x]) => floatOps(to).sqrt(x!), vector: (_, [x]) => f32x4.sqrt(x!) },
  rsqrt: {
    scalar: ({ to }, [x]) => floatOps(to).div(floatOps(to).const(1), floatOps(to).sqrt(x!)),
    vector: ({ float }, [x]) => f32x4.div(float(1), f32x4.sqrt(x!)),
  },
  floor: { scalar: ({ to }, [x]) => floatOps(to).floor(x!), vector: (_, [x]) => f32x4.floor(x!) },
  ceil: { scalar: ({ to }, [x]) => floatOps(to).ceil(x!), vector: (_, [x]) => f32x4.ceil(x!) },
  trunc: { scalar: ({ to }, [x]) => floatOps(to).trunc(x!), vector: (_, [x]) => f32x4.trunc(x!) },
  round: { scalar: ({ to }, [x]) => floatOps(to).nearest(x!), vector: (_, [x]) => f32x4.nearest(x!) },
  maximum: {
    scalar({ temps, to }, [a, b]) {
      if (isFloatDType(to)) return floatOps(to).max(a!, b!)
      const [x, y] = [temps.let(asI32(a!)), temps.let(asI32(b!))]
      return i32.select((to === 'uint32' ? i32.gtU : i32.gtS)(x, y), x, y)
    },
    vector: ({ to, constantOf }, [a, b]) => {
      if (to !== 'float32') return (to === 'uint32' ? i32x4.maxU : i32x4.maxS)(a!, b!)
      // one instruction where the second operand is a constant other than 0 and NaN: NaN in the first operand stays
      return isPlain(constantOf(1)) ? f32x4.pmax(a!, b!) : f32x4.max(a!, b!)
    },
  },
  minimum: {
    scalar({ temps, to }, [a, b]) {
      if (isFloatDType(to)) return floatOps(to).min(a!, b!)
      const [x, y] = [temps.let(asI32(a!)), temps.let(asI32(b!))]
      return i32.select((to === 'uint32' ? i32.ltU : i32.ltS)(x, y), x, y)
    },
    vector: ({ to, constantOf }, [a, b]) => {
      if (to !== 'float32') return (to === 'uint32' ? i32x4.minU : i32x4.minS)(a!, b!)
      return isPlain(constantOf(1)) ? f32x4.pmin(a!, b!) : f32x4.min(a!, b!)
    },
  },
}

/** Whether a constant is neither 0 nor NaN. */
function isPlain(value: number | undefined): boolean {
  return value !== undefined && value !== 0 && !Number.isNaN(value)
}
