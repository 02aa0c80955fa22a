import { f32x4, i32x4, type Temporaries, type V128, v128 } from '../assembler/index.ts'

/** Arithmetic of four lanes. */
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

/** A function of four single precision numbers. */
export type VectorFunction = (temps: Temporaries, arithmetic: Arithmetic, x: V128) => V128

const float = (value: number): V128 => f32x4.const(value)
const integer = (value: number): V128 => i32x4.const(value, value, value, value)
const double = (value: number): V128 => v128.const([...new Uint8Array(new Float64Array([value, value]).buffer)])

/** Rounds products and sums separately, so that all machines give the same results. */
export const plain: Arithmetic = {
  madd: (a, b, c) => f32x4.add(f32x4.mul(a, b), c),
  nmadd: (a, b, c) => f32x4.sub(c, f32x4.mul(a, b)),
  float,
  integer,
  double,
}

/**
 * Fused multiply-add, which needs relaxed SIMD. Machines may round once or twice, so functions must be accurate with
 * either.
 */
export const fused: Arithmetic = {
  madd: (a, b, c) => f32x4.relaxedMadd(a, b, c),
  nmadd: (a, b, c) => f32x4.relaxedNmadd(a, b, c),
  float,
  integer,
  double,
}

/** c0 + c1 x + c2 x² + ... by Horner's rule. `x` should be a local, because it is read once per product. */
export function polynomial({ madd, float }: Arithmetic, x: V128, coefficients: readonly number[]): V128 {
  return coefficients.map(float).reduceRight((higher, coefficient) => madd(higher, x, coefficient))
}
