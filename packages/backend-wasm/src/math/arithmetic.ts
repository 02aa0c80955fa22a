import { f32x4, i32x4, type Temporaries, type V128, v128 } from '../assembler/index.ts'

/** How code computes with four lanes at once. */
export interface Arithmetic {
  /** a b + c. */
  madd(a: V128, b: V128, c: V128): V128
  /** c - a b. */
  nmadd(a: V128, b: V128, c: V128): V128
  /** A single precision number, four times. */
  float(value: number): V128
  /** A 32-bit integer, four times. */
  integer(value: number): V128
  /** A double precision number, twice. */
  double(value: number): V128
}

/** A function of four single precision numbers; the intermediate values become steps. */
export type VectorFunction = (temps: Temporaries, arithmetic: Arithmetic, x: V128) => V128

const float = (value: number): V128 => f32x4.const(value)
const integer = (value: number): V128 => i32x4.const(value, value, value, value)
const double = (value: number): V128 => v128.const([...new Uint8Array(new Float64Array([value, value]).buffer)])

/** Products and sums are rounded each, so that results are the same on all machines. */
export const plain: Arithmetic = {
  madd: (a, b, c) => f32x4.add(f32x4.mul(a, b), c),
  nmadd: (a, b, c) => f32x4.sub(c, f32x4.mul(a, b)),
  float,
  integer,
  double,
}

/**
 * One instruction for a product and a sum, which needs relaxed SIMD. It rounds once or twice as the machine likes, so
 * the functions must be accurate with either.
 */
export const fused: Arithmetic = {
  madd: (a, b, c) => f32x4.relaxedMadd(a, b, c),
  nmadd: (a, b, c) => f32x4.relaxedNmadd(a, b, c),
  float,
  integer,
  double,
}

/** c0 + c1 x + c2 x² + ... by Horner's rule; `x` should be a local, as it is read once for each product. */
export function polynomial({ madd, float }: Arithmetic, x: V128, coefficients: readonly number[]): V128 {
  return coefficients.map(float).reduceRight((higher, coefficient) => madd(higher, x, coefficient))
}
