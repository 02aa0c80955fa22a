import { f32, f32x4, f64, i32, i32x4, v128 } from '../assembler/index.ts'
import { asF32, asF64, asI32, type ElementwiseRow, floatOps, isFloatDType, type Scalar } from './row.ts'

/** The nearest value in another dtype: float to integer truncates and saturates, integers keep their bits. */
export const castRow: ElementwiseRow = {
  scalar({ from, to }, [x]): Scalar {
    const value = x!
    if (to === 'bool') {
      return isFloatDType(from) ? floatOps(from).ne(value, floatOps(from).const(0)) : i32.ne(asI32(value), i32.const(0))
    }
    if (to === 'float32') {
      if (from === 'float32') return value
      if (from === 'float64') return f32.demote(asF64(value))
      return (from === 'uint32' ? f32.convertU : f32.convertS)(asI32(value))
    }
    if (to === 'float64') {
      if (from === 'float64') return value
      if (from === 'float32') return f64.promote(asF32(value))
      return (from === 'uint32' ? f64.convertU : f64.convertS)(asI32(value))
    }
    if (from === 'float32') return (to === 'uint32' ? i32.truncF32U : i32.truncF32S)(asF32(value))
    if (from === 'float64') return (to === 'uint32' ? i32.truncF64U : i32.truncF64S)(asF64(value))
    return value
  },
  vector({ from, to, float }, [x]) {
    const value = x!
    if (to === 'bool') return from === 'float32' ? f32x4.ne(value, f32x4.const(0)) : v128.not(i32x4.eq(value, zeros()))
    if (to === 'float32') {
      if (from === 'bool') return v128.and(value, float(1))
      if (from === 'float32') return value
      return (from === 'uint32' ? f32x4.convertU : f32x4.convertS)(value)
    }
    if (from === 'float32') return (to === 'uint32' ? i32x4.truncF32x4U : i32x4.truncF32x4S)(value)
    return from === 'bool' ? i32x4.neg(value) : value
  },
}

function zeros() {
  return i32x4.const(0, 0, 0, 0)
}
