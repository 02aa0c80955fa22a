import type { ValueType } from '../../assembler/index.ts'
import { type VectorBytes, vectorOf } from './lanes.ts'

const { fround } = Math

/** WebAssembly values in tests; a vector is its 16 bytes. */
export interface Values {
  readonly i32: number
  readonly i64: bigint
  readonly f32: number
  readonly f64: number
  readonly v128: VectorBytes
}

/** Values for which instructions differ: signs, wrapping, large shifts, halves, overflow, and NaN. */
export const samples: { readonly [T in ValueType]: readonly Values[T][] } = {
  i32: [0, 1, -1, 2, -7, 31, 33, 255, 0x12345678, 0x7fffffff, -0x80000000],
  i64: [0n, 1n, -1n, 3n, -7n, 63n, 65n, 0x123456789abcdef0n, -(2n ** 31n), 2n ** 63n - 1n, -(2n ** 63n)],
  f32: [
    0,
    -0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0.1,
    -3.7,
    1e-45,
    2147483520,
    3e9,
    -3e9,
    5e9,
    3e38,
    Infinity,
    -Infinity,
    NaN,
  ].map(fround),
  f64: [
    0,
    -0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0.1,
    -3.7,
    5e-324,
    2147483647.9,
    -2147483648.9,
    3e9,
    5e9,
    1e300,
    Infinity,
    -Infinity,
    NaN,
  ],
  v128: [
    vectorOf(new Int32Array([0, 1, -1, 2])),
    vectorOf(new Int32Array([-1, 0x7fffffff, -0x80000000, 33])),
    vectorOf(new Int32Array([0x12345678, -7, 0, 255])),
    vectorOf(new Float32Array([0.5, -2.5, 0, -0])),
    vectorOf(new Float32Array([3e9, -3e9, 5e9, NaN])),
    vectorOf(new Float32Array([-0, 1.5, -Infinity, 3e38])),
    vectorOf(new Float64Array([-0.1, 1e300])),
    vectorOf(new Float64Array([Infinity, 2.5])),
  ],
}
