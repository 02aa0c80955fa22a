import type { DType } from '@gradus/tensor'

/** The dtypes in which shaders compute; halves are float32 there. */
type GpuDType = Exclude<DType, 'float16' | 'float64'>

/** A WGSL expression; bools are `bool`. */
export type Code = string

const types: Readonly<Record<GpuDType, string>> = { float32: 'f32', int32: 'i32', uint32: 'u32', bool: 'bool' }

export function typeOf(dtype: DType): string {
  return types[dtype as GpuDType]
}

/** A literal; infinities and NaN have none and are read from the table. */
export function literal(dtype: DType, value: number): Code {
  switch (dtype) {
    case 'bool':
      return value === 0 ? 'false' : 'true'
    case 'int32':
      // the smallest int32 is written as a difference, because its literal would negate a number that overflows
      return value === -(2 ** 31) ? 'i32(-2147483647 - 1)' : `i32(${value})`
    case 'uint32':
      return `${value >>> 0}u`
    default:
      return floatLiteral(Math.fround(value))
  }
}

function floatLiteral(value: number): Code {
  if (Number.isNaN(value)) return 'nan()'
  if (value === Infinity) return 'inf()'
  if (value === -Infinity) return '-inf()'
  if (Object.is(value, -0)) return 'negativeZero()'
  const bits = new Uint32Array(new Float32Array([value]).buffer)[0]!
  // not every compiler accepts denormals
  if (value !== 0 && Math.abs(value) < 2 ** -126) return `bitcast<f32>(${bits}u)`
  return `f32(${value.toPrecision(9)})`
}
