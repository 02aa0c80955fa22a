import { type F32, type F64, type I32, instruction, type V128, type Void } from './code.ts'
import { memarg } from './memory-access.ts'

/** 128 bits of any type. */
export const v128 = {
  const: (bytes: readonly number[]): V128 => ({ type: 'v128', bytes: [0xfd, 0x0c, ...bytes] }),
  not: (a: V128): V128 => instruction('v128', [0xfd, 0x4d], a),
  and: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x4e], a, b),
  /** `a` without the bits of `b`. */
  andNot: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x4f], a, b),
  or: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x50], a, b),
  xor: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x51], a, b),
  /** The bits of `a` where `mask` is 1, of `b` where it is 0. */
  bitselect: (a: V128, b: V128, mask: V128): V128 => instruction('v128', [0xfd, 0x52], a, b, mask),
  anyTrue: (a: V128): I32 => instruction('i32', [0xfd, 0x53], a),
  select: (condition: I32, a: V128, b: V128): V128 => instruction('v128', [0x1c, 0x01, 0x7b], a, b, condition),
  load: (address: I32, offset = 0): V128 => instruction('v128', [0xfd, 0x00, ...memarg(2, offset)], address),
  load32Splat: (address: I32, offset = 0): V128 => instruction('v128', [0xfd, 0x09, ...memarg(2, offset)], address),
  load64Splat: (address: I32, offset = 0): V128 => instruction('v128', [0xfd, 0x0a, ...memarg(3, offset)], address),
  /** Four bytes into the first lane, zeros elsewhere. */
  load32Zero: (address: I32, offset = 0): V128 => instruction('v128', [0xfd, 0x5c, ...memarg(2, offset)], address),
  /** Eight bytes into the first two lanes, zeros elsewhere. */
  load64Zero: (address: I32, offset = 0): V128 => instruction('v128', [0xfd, 0x5d, ...memarg(2, offset)], address),
  load32Lane: (address: I32, vector: V128, lane: number, offset = 0): V128 =>
    instruction('v128', [0xfd, 0x56, ...memarg(2, offset), lane], address, vector),
  load64Lane: (address: I32, vector: V128, lane: number, offset = 0): V128 =>
    instruction('v128', [0xfd, 0x57, ...memarg(2, offset), lane], address, vector),
  store: (address: I32, value: V128, offset = 0): Void =>
    instruction('void', [0xfd, 0x0b, ...memarg(2, offset)], address, value),
  store32Lane: (address: I32, value: V128, lane: number, offset = 0): Void =>
    instruction('void', [0xfd, 0x5a, ...memarg(2, offset), lane], address, value),
  store64Lane: (address: I32, value: V128, lane: number, offset = 0): Void =>
    instruction('void', [0xfd, 0x5b, ...memarg(2, offset), lane], address, value),
  /** Bytes of `a` (0 to 15) and `b` (16 to 31), by number. */
  shuffle: (a: V128, b: V128, bytes: readonly number[]): V128 => instruction('v128', [0xfd, 0x0d, ...bytes], a, b),
}

/** Four 32-bit integers. */
export const i32x4 = {
  splat: (a: I32): V128 => instruction('v128', [0xfd, 0x11], a),
  const: (...lanes: readonly [number, number, number, number]): V128 =>
    v128.const([...new Uint8Array(new Int32Array(lanes).buffer)]),
  extract: (a: V128, lane: number): I32 => instruction('i32', [0xfd, 0x1b, lane], a),
  replace: (a: V128, lane: number, value: I32): V128 => instruction('v128', [0xfd, 0x1c, lane], a, value),
  eq: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x37], a, b),
  ne: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x38], a, b),
  ltS: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x39], a, b),
  ltU: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x3a], a, b),
  gtS: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x3b], a, b),
  gtU: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x3c], a, b),
  leS: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x3d], a, b),
  leU: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x3e], a, b),
  geS: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x3f], a, b),
  geU: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x40], a, b),
  abs: (a: V128): V128 => instruction('v128', [0xfd, 0xa0, 0x01], a),
  neg: (a: V128): V128 => instruction('v128', [0xfd, 0xa1, 0x01], a),
  shl: (a: V128, count: I32): V128 => instruction('v128', [0xfd, 0xab, 0x01], a, count),
  shrS: (a: V128, count: I32): V128 => instruction('v128', [0xfd, 0xac, 0x01], a, count),
  shrU: (a: V128, count: I32): V128 => instruction('v128', [0xfd, 0xad, 0x01], a, count),
  add: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xae, 0x01], a, b),
  sub: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xb1, 0x01], a, b),
  mul: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xb5, 0x01], a, b),
  minS: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xb6, 0x01], a, b),
  minU: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xb7, 0x01], a, b),
  maxS: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xb8, 0x01], a, b),
  maxU: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xb9, 0x01], a, b),
  truncF32x4S: (a: V128): V128 => instruction('v128', [0xfd, 0xf8, 0x01], a),
  truncF32x4U: (a: V128): V128 => instruction('v128', [0xfd, 0xf9, 0x01], a),
  bitmask: (a: V128): I32 => instruction('i32', [0xfd, 0xa4, 0x01], a),
  /** Four bytes in the first lane, each as an unsigned integer. */
  extend8U: (a: V128): V128 => instruction('v128', [0xfd, 0xa9, 0x01], instruction('v128', [0xfd, 0x89, 0x01], a)),
  /** Four words of 16 bits in the first half, each as an unsigned integer. */
  extend16U: (a: V128): V128 => instruction('v128', [0xfd, 0xa9, 0x01], a),
  /** Four integers from 0 to 65535 as words of 16 bits in the first half. */
  narrow16U: (a: V128): V128 => instruction('v128', [0xfd, 0x86, 0x01], a, v128.const(new Array<number>(16).fill(0))),
  /** Four integers from 0 to 255 as four bytes in the first lane. */
  narrow8U: (a: V128): V128 => {
    const words: V128 = instruction('v128', [0xfd, 0x86, 0x01], a, a)
    return instruction('v128', [0xfd, 0x66], words, v128.const(new Array<number>(16).fill(0)))
  },
}

/** Four single precision numbers. */
export const f32x4 = {
  splat: (a: F32): V128 => instruction('v128', [0xfd, 0x13], a),
  const: (value: number): V128 =>
    v128.const([...new Uint8Array(new Float32Array([value, value, value, value]).buffer)]),
  extract: (a: V128, lane: number): F32 => instruction('f32', [0xfd, 0x1f, lane], a),
  replace: (a: V128, lane: number, value: F32): V128 => instruction('v128', [0xfd, 0x20, lane], a, value),
  eq: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x41], a, b),
  ne: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x42], a, b),
  lt: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x43], a, b),
  gt: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x44], a, b),
  le: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x45], a, b),
  ge: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0x46], a, b),
  ceil: (a: V128): V128 => instruction('v128', [0xfd, 0x67], a),
  floor: (a: V128): V128 => instruction('v128', [0xfd, 0x68], a),
  trunc: (a: V128): V128 => instruction('v128', [0xfd, 0x69], a),
  nearest: (a: V128): V128 => instruction('v128', [0xfd, 0x6a], a),
  abs: (a: V128): V128 => instruction('v128', [0xfd, 0xe0, 0x01], a),
  neg: (a: V128): V128 => instruction('v128', [0xfd, 0xe1, 0x01], a),
  sqrt: (a: V128): V128 => instruction('v128', [0xfd, 0xe3, 0x01], a),
  add: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xe4, 0x01], a, b),
  sub: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xe5, 0x01], a, b),
  mul: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xe6, 0x01], a, b),
  div: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xe7, 0x01], a, b),
  min: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xe8, 0x01], a, b),
  max: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xe9, 0x01], a, b),
  /** `b` where b < a, else `a`: NaN in `b` is lost. */
  pmin: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xea, 0x01], a, b),
  /** `b` where a < b, else `a`: NaN in `b` is lost. */
  pmax: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xeb, 0x01], a, b),
  convertS: (a: V128): V128 => instruction('v128', [0xfd, 0xfa, 0x01], a),
  convertU: (a: V128): V128 => instruction('v128', [0xfd, 0xfb, 0x01], a),
  /** a b + c, rounded once or twice depending on the machine; needs relaxed SIMD. */
  relaxedMadd: (a: V128, b: V128, c: V128): V128 => instruction('v128', [0xfd, 0x85, 0x02], a, b, c),
  /** c - a b, rounded once or twice. */
  relaxedNmadd: (a: V128, b: V128, c: V128): V128 => instruction('v128', [0xfd, 0x86, 0x02], a, b, c),
  /** Two double precision numbers in the first two lanes, zeros in the others. */
  demote: (a: V128): V128 => instruction('v128', [0xfd, 0x5e], a),
}

/** Two double precision numbers. */
export const f64x2 = {
  splat: (a: F64): V128 => instruction('v128', [0xfd, 0x14], a),
  extract: (a: V128, lane: number): F64 => instruction('f64', [0xfd, 0x21, lane], a),
  add: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xf0, 0x01], a, b),
  sub: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xf1, 0x01], a, b),
  mul: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xf2, 0x01], a, b),
  div: (a: V128, b: V128): V128 => instruction('v128', [0xfd, 0xf3, 0x01], a, b),
  /** The first two of four single precision numbers. */
  promoteLow: (a: V128): V128 => instruction('v128', [0xfd, 0x5f], a),
}
