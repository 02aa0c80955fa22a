import { type Bytes, type F32, type F64, type I32, type I64, instruction, signed, type Void } from './code.ts'
import { memarg } from './memory-access.ts'

/** 32-bit integers, which are also addresses and bools. */
export const i32 = {
  const: (value: number): I32 => ({ type: 'i32', bytes: [0x41, ...signed(value)] }),
  eqz: (a: I32): I32 => instruction('i32', 0x45, a),
  eq: (a: I32, b: I32): I32 => instruction('i32', 0x46, a, b),
  ne: (a: I32, b: I32): I32 => instruction('i32', 0x47, a, b),
  ltS: (a: I32, b: I32): I32 => instruction('i32', 0x48, a, b),
  ltU: (a: I32, b: I32): I32 => instruction('i32', 0x49, a, b),
  gtS: (a: I32, b: I32): I32 => instruction('i32', 0x4a, a, b),
  gtU: (a: I32, b: I32): I32 => instruction('i32', 0x4b, a, b),
  leS: (a: I32, b: I32): I32 => instruction('i32', 0x4c, a, b),
  leU: (a: I32, b: I32): I32 => instruction('i32', 0x4d, a, b),
  geS: (a: I32, b: I32): I32 => instruction('i32', 0x4e, a, b),
  geU: (a: I32, b: I32): I32 => instruction('i32', 0x4f, a, b),
  add: (a: I32, b: I32): I32 => instruction('i32', 0x6a, a, b),
  sub: (a: I32, b: I32): I32 => instruction('i32', 0x6b, a, b),
  mul: (a: I32, b: I32): I32 => instruction('i32', 0x6c, a, b),
  divS: (a: I32, b: I32): I32 => instruction('i32', 0x6d, a, b),
  divU: (a: I32, b: I32): I32 => instruction('i32', 0x6e, a, b),
  remS: (a: I32, b: I32): I32 => instruction('i32', 0x6f, a, b),
  remU: (a: I32, b: I32): I32 => instruction('i32', 0x70, a, b),
  and: (a: I32, b: I32): I32 => instruction('i32', 0x71, a, b),
  or: (a: I32, b: I32): I32 => instruction('i32', 0x72, a, b),
  xor: (a: I32, b: I32): I32 => instruction('i32', 0x73, a, b),
  shl: (a: I32, b: I32): I32 => instruction('i32', 0x74, a, b),
  shrS: (a: I32, b: I32): I32 => instruction('i32', 0x75, a, b),
  shrU: (a: I32, b: I32): I32 => instruction('i32', 0x76, a, b),
  rotl: (a: I32, b: I32): I32 => instruction('i32', 0x77, a, b),
  rotr: (a: I32, b: I32): I32 => instruction('i32', 0x78, a, b),
  wrap: (a: I64): I32 => instruction('i32', 0xa7, a),
  reinterpret: (a: F32): I32 => instruction('i32', 0xbc, a),
  /** Rounds towards zero; values out of range saturate, and NaN becomes 0. */
  truncF32S: (a: F32): I32 => instruction('i32', [0xfc, 0x00], a),
  truncF32U: (a: F32): I32 => instruction('i32', [0xfc, 0x01], a),
  truncF64S: (a: F64): I32 => instruction('i32', [0xfc, 0x02], a),
  truncF64U: (a: F64): I32 => instruction('i32', [0xfc, 0x03], a),
  load: (address: I32, offset = 0): I32 => instruction('i32', [0x28, ...memarg(2, offset)], address),
  load8U: (address: I32, offset = 0): I32 => instruction('i32', [0x2d, ...memarg(0, offset)], address),
  load16U: (address: I32, offset = 0): I32 => instruction('i32', [0x2f, ...memarg(1, offset)], address),
  store: (address: I32, value: I32, offset = 0): Void =>
    instruction('void', [0x36, ...memarg(2, offset)], address, value),
  store8: (address: I32, value: I32, offset = 0): Void =>
    instruction('void', [0x3a, ...memarg(0, offset)], address, value),
  store16: (address: I32, value: I32, offset = 0): Void =>
    instruction('void', [0x3b, ...memarg(1, offset)], address, value),
  select: (condition: I32, a: I32, b: I32): I32 => instruction('i32', 0x1b, a, b, condition),
}

/** 64-bit integers. */
export const i64 = {
  const: (low: number, high: number): I64 => ({ type: 'i64', bytes: [0x42, ...signed64(low, high)] }),
  eqz: (a: I64): I32 => instruction('i32', 0x50, a),
  eq: (a: I64, b: I64): I32 => instruction('i32', 0x51, a, b),
  ne: (a: I64, b: I64): I32 => instruction('i32', 0x52, a, b),
  ltS: (a: I64, b: I64): I32 => instruction('i32', 0x53, a, b),
  ltU: (a: I64, b: I64): I32 => instruction('i32', 0x54, a, b),
  gtS: (a: I64, b: I64): I32 => instruction('i32', 0x55, a, b),
  gtU: (a: I64, b: I64): I32 => instruction('i32', 0x56, a, b),
  leS: (a: I64, b: I64): I32 => instruction('i32', 0x57, a, b),
  leU: (a: I64, b: I64): I32 => instruction('i32', 0x58, a, b),
  geS: (a: I64, b: I64): I32 => instruction('i32', 0x59, a, b),
  geU: (a: I64, b: I64): I32 => instruction('i32', 0x5a, a, b),
  add: (a: I64, b: I64): I64 => instruction('i64', 0x7c, a, b),
  sub: (a: I64, b: I64): I64 => instruction('i64', 0x7d, a, b),
  mul: (a: I64, b: I64): I64 => instruction('i64', 0x7e, a, b),
  divS: (a: I64, b: I64): I64 => instruction('i64', 0x7f, a, b),
  divU: (a: I64, b: I64): I64 => instruction('i64', 0x80, a, b),
  remS: (a: I64, b: I64): I64 => instruction('i64', 0x81, a, b),
  remU: (a: I64, b: I64): I64 => instruction('i64', 0x82, a, b),
  and: (a: I64, b: I64): I64 => instruction('i64', 0x83, a, b),
  or: (a: I64, b: I64): I64 => instruction('i64', 0x84, a, b),
  xor: (a: I64, b: I64): I64 => instruction('i64', 0x85, a, b),
  shl: (a: I64, b: I64): I64 => instruction('i64', 0x86, a, b),
  shrS: (a: I64, b: I64): I64 => instruction('i64', 0x87, a, b),
  shrU: (a: I64, b: I64): I64 => instruction('i64', 0x88, a, b),
  rotl: (a: I64, b: I64): I64 => instruction('i64', 0x89, a, b),
  rotr: (a: I64, b: I64): I64 => instruction('i64', 0x8a, a, b),
  extendS: (a: I32): I64 => instruction('i64', 0xac, a),
  extendU: (a: I32): I64 => instruction('i64', 0xad, a),
  reinterpret: (a: F64): I64 => instruction('i64', 0xbd, a),
}

/** Single precision. */
export const f32 = {
  const: (value: number): F32 => ({ type: 'f32', bytes: [0x43, ...bytesOf(new Float32Array([value]))] }),
  eq: (a: F32, b: F32): I32 => instruction('i32', 0x5b, a, b),
  ne: (a: F32, b: F32): I32 => instruction('i32', 0x5c, a, b),
  lt: (a: F32, b: F32): I32 => instruction('i32', 0x5d, a, b),
  gt: (a: F32, b: F32): I32 => instruction('i32', 0x5e, a, b),
  le: (a: F32, b: F32): I32 => instruction('i32', 0x5f, a, b),
  ge: (a: F32, b: F32): I32 => instruction('i32', 0x60, a, b),
  abs: (a: F32): F32 => instruction('f32', 0x8b, a),
  neg: (a: F32): F32 => instruction('f32', 0x8c, a),
  ceil: (a: F32): F32 => instruction('f32', 0x8d, a),
  floor: (a: F32): F32 => instruction('f32', 0x8e, a),
  trunc: (a: F32): F32 => instruction('f32', 0x8f, a),
  nearest: (a: F32): F32 => instruction('f32', 0x90, a),
  sqrt: (a: F32): F32 => instruction('f32', 0x91, a),
  add: (a: F32, b: F32): F32 => instruction('f32', 0x92, a, b),
  sub: (a: F32, b: F32): F32 => instruction('f32', 0x93, a, b),
  mul: (a: F32, b: F32): F32 => instruction('f32', 0x94, a, b),
  div: (a: F32, b: F32): F32 => instruction('f32', 0x95, a, b),
  min: (a: F32, b: F32): F32 => instruction('f32', 0x96, a, b),
  max: (a: F32, b: F32): F32 => instruction('f32', 0x97, a, b),
  copysign: (a: F32, b: F32): F32 => instruction('f32', 0x98, a, b),
  convertS: (a: I32): F32 => instruction('f32', 0xb2, a),
  convertU: (a: I32): F32 => instruction('f32', 0xb3, a),
  demote: (a: F64): F32 => instruction('f32', 0xb6, a),
  reinterpret: (a: I32): F32 => instruction('f32', 0xbe, a),
  load: (address: I32, offset = 0): F32 => instruction('f32', [0x2a, ...memarg(2, offset)], address),
  store: (address: I32, value: F32, offset = 0): Void =>
    instruction('void', [0x38, ...memarg(2, offset)], address, value),
  select: (condition: I32, a: F32, b: F32): F32 => instruction('f32', 0x1b, a, b, condition),
}

/** Double precision. */
export const f64 = {
  const: (value: number): F64 => ({ type: 'f64', bytes: [0x44, ...bytesOf(new Float64Array([value]))] }),
  eq: (a: F64, b: F64): I32 => instruction('i32', 0x61, a, b),
  ne: (a: F64, b: F64): I32 => instruction('i32', 0x62, a, b),
  lt: (a: F64, b: F64): I32 => instruction('i32', 0x63, a, b),
  gt: (a: F64, b: F64): I32 => instruction('i32', 0x64, a, b),
  le: (a: F64, b: F64): I32 => instruction('i32', 0x65, a, b),
  ge: (a: F64, b: F64): I32 => instruction('i32', 0x66, a, b),
  abs: (a: F64): F64 => instruction('f64', 0x99, a),
  neg: (a: F64): F64 => instruction('f64', 0x9a, a),
  ceil: (a: F64): F64 => instruction('f64', 0x9b, a),
  floor: (a: F64): F64 => instruction('f64', 0x9c, a),
  trunc: (a: F64): F64 => instruction('f64', 0x9d, a),
  nearest: (a: F64): F64 => instruction('f64', 0x9e, a),
  sqrt: (a: F64): F64 => instruction('f64', 0x9f, a),
  add: (a: F64, b: F64): F64 => instruction('f64', 0xa0, a, b),
  sub: (a: F64, b: F64): F64 => instruction('f64', 0xa1, a, b),
  mul: (a: F64, b: F64): F64 => instruction('f64', 0xa2, a, b),
  div: (a: F64, b: F64): F64 => instruction('f64', 0xa3, a, b),
  min: (a: F64, b: F64): F64 => instruction('f64', 0xa4, a, b),
  max: (a: F64, b: F64): F64 => instruction('f64', 0xa5, a, b),
  copysign: (a: F64, b: F64): F64 => instruction('f64', 0xa6, a, b),
  convertS: (a: I32): F64 => instruction('f64', 0xb7, a),
  convertU: (a: I32): F64 => instruction('f64', 0xb8, a),
  promote: (a: F32): F64 => instruction('f64', 0xbb, a),
  reinterpret: (a: I64): F64 => instruction('f64', 0xbf, a),
  load: (address: I32, offset = 0): F64 => instruction('f64', [0x2b, ...memarg(3, offset)], address),
  store: (address: I32, value: F64, offset = 0): Void =>
    instruction('void', [0x39, ...memarg(3, offset)], address, value),
  select: (condition: I32, a: F64, b: F64): F64 => instruction('f64', 0x1b, a, b, condition),
}

function bytesOf(array: Float32Array | Float64Array): Bytes {
  return [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]
}

/** A signed 64-bit integer in LEB128, from its two halves. */
function signed64(low: number, high: number): number[] {
  const bytes: number[] = []
  let rest = (BigInt(high | 0) << 32n) | BigInt(low >>> 0)
  for (;;) {
    const part = Number(rest & 127n)
    rest >>= 7n
    const done = (rest === 0n && (part & 64) === 0) || (rest === -1n && (part & 64) !== 0)
    bytes.push(done ? part : part | 128)
    if (done) return bytes
  }
}
