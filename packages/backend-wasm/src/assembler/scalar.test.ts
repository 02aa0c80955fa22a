import { type Table, taking, testInstructions } from '../testing/assembler/instructions.ts'
import { loads, stores } from '../testing/assembler/memory-trials.ts'
import { nearest, saturateS, saturateU } from '../testing/assembler/references.ts'
import { loadWabt } from '../testing/wabt.ts'
import * as scalar from './scalar.ts'

const { fround, imul } = Math

const unsigned64 = (a: bigint) => BigInt.asUintN(64, a)
const signed64 = (a: bigint) => BigInt.asIntN(64, a)
const [smallest, smallest64] = [-(2 ** 31), -(2n ** 63n)]

function rotateLeft(a: bigint, b: bigint): bigint {
  const [word, count] = [unsigned64(a), b & 63n]
  return signed64((word << count) | (word >> (64n - count)))
}

const copysign = (a: number, b: number) => (Object.is(Math.sign(b), -0) || b < 0 ? -Math.abs(a) : Math.abs(a))

const bits = new DataView(new ArrayBuffer(8))
function bitsOf32(x: number): number {
  bits.setFloat32(0, x)
  return bits.getInt32(0)
}
function float32Of(word: number): number {
  bits.setInt32(0, word)
  return bits.getFloat32(0)
}
function bitsOf64(x: number): bigint {
  bits.setFloat64(0, x)
  return bits.getBigInt64(0)
}
function float64Of(word: bigint): number {
  bits.setBigInt64(0, word)
  return bits.getFloat64(0)
}

// WebAssembly does not specify which NaN passes between JavaScript and code.
const plain = [0, -0, 1, -1.5, 3e38, 1e-45, Infinity, -Infinity].map(fround)
const singles = plain.map((x) => [x] as const)
const pairs = plain.flatMap((a) => plain.map((b) => [a, b] as const))

const nothing = taking()
const i = taking('i32')
const ii = taking('i32', 'i32')
const iii = taking('i32', 'i32', 'i32')
const l = taking('i64')
const ll = taking('i64', 'i64')
const f = taking('f32')
const ff = taking('f32', 'f32')
const d = taking('f64')
const dd = taking('f64', 'f64')

const i32: Table<typeof scalar.i32> = {
  const: (op) =>
    [0, 1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8192, -8193, 2 ** 31 - 1, smallest, 2 ** 31, 2 ** 32 - 1].map(
      (value) =>
        nothing(
          () => op(value),
          `i32.const ${value | 0}`,
          () => value | 0,
        ),
    ),
  eqz: (op) => i(op, 'i32.eqz', (a) => Number(a === 0)),
  eq: (op) => ii(op, 'i32.eq', (a, b) => Number(a === b)),
  ne: (op) => ii(op, 'i32.ne', (a, b) => Number(a !== b)),
  ltS: (op) => ii(op, 'i32.lt_s', (a, b) => Number(a < b)),
  ltU: (op) => ii(op, 'i32.lt_u', (a, b) => Number(a >>> 0 < b >>> 0)),
  gtS: (op) => ii(op, 'i32.gt_s', (a, b) => Number(a > b)),
  gtU: (op) => ii(op, 'i32.gt_u', (a, b) => Number(a >>> 0 > b >>> 0)),
  leS: (op) => ii(op, 'i32.le_s', (a, b) => Number(a <= b)),
  leU: (op) => ii(op, 'i32.le_u', (a, b) => Number(a >>> 0 <= b >>> 0)),
  geS: (op) => ii(op, 'i32.ge_s', (a, b) => Number(a >= b)),
  geU: (op) => ii(op, 'i32.ge_u', (a, b) => Number(a >>> 0 >= b >>> 0)),
  add: (op) => ii(op, 'i32.add', (a, b) => (a + b) | 0),
  sub: (op) => ii(op, 'i32.sub', (a, b) => (a - b) | 0),
  mul: (op) => ii(op, 'i32.mul', imul),
  divS: (op) => ii(op, 'i32.div_s', (a, b) => (b === 0 || (a === smallest && b === -1) ? 'trap' : (a / b) | 0)),
  divU: (op) => ii(op, 'i32.div_u', (a, b) => (b === 0 ? 'trap' : ((a >>> 0) / (b >>> 0)) | 0)),
  remS: (op) => ii(op, 'i32.rem_s', (a, b) => (b === 0 ? 'trap' : (a % b) | 0)),
  remU: (op) => ii(op, 'i32.rem_u', (a, b) => (b === 0 ? 'trap' : ((a >>> 0) % (b >>> 0)) | 0)),
  and: (op) => ii(op, 'i32.and', (a, b) => a & b),
  or: (op) => ii(op, 'i32.or', (a, b) => a | b),
  xor: (op) => ii(op, 'i32.xor', (a, b) => a ^ b),
  shl: (op) => ii(op, 'i32.shl', (a, b) => a << b),
  shrS: (op) => ii(op, 'i32.shr_s', (a, b) => a >> b),
  shrU: (op) => ii(op, 'i32.shr_u', (a, b) => (a >>> b) | 0),
  rotl: (op) => ii(op, 'i32.rotl', (a, b) => (a << b) | (a >>> (32 - b))),
  rotr: (op) => ii(op, 'i32.rotr', (a, b) => (a >>> b) | (a << (32 - b))),
  wrap: (op) => l(op, 'i32.wrap_i64', (a) => Number(BigInt.asIntN(32, a))),
  reinterpret: (op) => f(op, 'i32.reinterpret_f32', bitsOf32, { cases: singles }),
  truncF32S: (op) => f(op, 'i32.trunc_sat_f32_s', saturateS),
  truncF32U: (op) => f(op, 'i32.trunc_sat_f32_u', saturateU),
  truncF64S: (op) => d(op, 'i32.trunc_sat_f64_s', saturateS),
  truncF64U: (op) => d(op, 'i32.trunc_sat_f64_u', saturateU),
  load: (op) => loads(op, 'i32.load', (memory, at) => memory.getInt32(at, true)),
  load8U: (op) => loads(op, 'i32.load8_u', (memory, at) => memory.getUint8(at)),
  load16U: (op) => loads(op, 'i32.load16_u', (memory, at) => memory.getUint16(at, true)),
  store: (op) => stores('i32', op, 'i32.store', (memory, at, value) => memory.setInt32(at, value, true)),
  store8: (op) => stores('i32', op, 'i32.store8', (memory, at, value) => memory.setUint8(at, value)),
  store16: (op) => stores('i32', op, 'i32.store16', (memory, at, value) => memory.setUint16(at, value, true)),
  select: (op) => iii(op, 'select', (condition, a, b) => (condition !== 0 ? a : b), { order: [1, 2, 0] }),
}

const i64: Table<typeof scalar.i64> = {
  const: (op) =>
    [0n, 63n, 64n, -64n, -65n, 2n ** 31n, -(2n ** 31n), 2n ** 32n - 1n, 2n ** 62n, 2n ** 63n - 1n, smallest64].map(
      (value) =>
        nothing(
          () => op(Number(BigInt.asIntN(32, value)), Number(value >> 32n)),
          `i64.const ${value}`,
          () => value,
        ),
    ),
  eqz: (op) => l(op, 'i64.eqz', (a) => Number(a === 0n)),
  eq: (op) => ll(op, 'i64.eq', (a, b) => Number(a === b)),
  ne: (op) => ll(op, 'i64.ne', (a, b) => Number(a !== b)),
  ltS: (op) => ll(op, 'i64.lt_s', (a, b) => Number(a < b)),
  ltU: (op) => ll(op, 'i64.lt_u', (a, b) => Number(unsigned64(a) < unsigned64(b))),
  gtS: (op) => ll(op, 'i64.gt_s', (a, b) => Number(a > b)),
  gtU: (op) => ll(op, 'i64.gt_u', (a, b) => Number(unsigned64(a) > unsigned64(b))),
  leS: (op) => ll(op, 'i64.le_s', (a, b) => Number(a <= b)),
  leU: (op) => ll(op, 'i64.le_u', (a, b) => Number(unsigned64(a) <= unsigned64(b))),
  geS: (op) => ll(op, 'i64.ge_s', (a, b) => Number(a >= b)),
  geU: (op) => ll(op, 'i64.ge_u', (a, b) => Number(unsigned64(a) >= unsigned64(b))),
  add: (op) => ll(op, 'i64.add', (a, b) => signed64(a + b)),
  sub: (op) => ll(op, 'i64.sub', (a, b) => signed64(a - b)),
  mul: (op) => ll(op, 'i64.mul', (a, b) => signed64(a * b)),
  divS: (op) => ll(op, 'i64.div_s', (a, b) => (b === 0n || (a === smallest64 && b === -1n) ? 'trap' : a / b)),
  divU: (op) => ll(op, 'i64.div_u', (a, b) => (b === 0n ? 'trap' : signed64(unsigned64(a) / unsigned64(b)))),
  remS: (op) => ll(op, 'i64.rem_s', (a, b) => (b === 0n ? 'trap' : a % b)),
  remU: (op) => ll(op, 'i64.rem_u', (a, b) => (b === 0n ? 'trap' : signed64(unsigned64(a) % unsigned64(b)))),
  and: (op) => ll(op, 'i64.and', (a, b) => a & b),
  or: (op) => ll(op, 'i64.or', (a, b) => a | b),
  xor: (op) => ll(op, 'i64.xor', (a, b) => a ^ b),
  shl: (op) => ll(op, 'i64.shl', (a, b) => signed64(a << (b & 63n))),
  shrS: (op) => ll(op, 'i64.shr_s', (a, b) => a >> (b & 63n)),
  shrU: (op) => ll(op, 'i64.shr_u', (a, b) => signed64(unsigned64(a) >> (b & 63n))),
  rotl: (op) => ll(op, 'i64.rotl', rotateLeft),
  rotr: (op) => ll(op, 'i64.rotr', (a, b) => rotateLeft(a, -b)),
  extendS: (op) => i(op, 'i64.extend_i32_s', BigInt),
  extendU: (op) => i(op, 'i64.extend_i32_u', (a) => BigInt(a >>> 0)),
  reinterpret: (op) => d(op, 'i64.reinterpret_f64', bitsOf64, { cases: singles }),
}

/** Constants in hexadecimal text. */
const constants: readonly [number, string][] = [
  [0, '0x0p+0'],
  [-0, '-0x0p+0'],
  [1.5, '0x1.8p+0'],
  [-1000, '-0x1.f4p+9'],
  [Infinity, 'inf'],
  [Number.NaN, 'nan'],
]

const f32: Table<typeof scalar.f32> = {
  const: (op) =>
    [...constants, [fround(0.1), '0x1.99999ap-4'] as const, [3 * 2 ** -149, '0x1.8p-148'] as const].map(
      ([value, text]) =>
        nothing(
          () => op(value),
          `f32.const ${text}`,
          () => value,
        ),
    ),
  eq: (op) => ff(op, 'f32.eq', (a, b) => Number(a === b)),
  ne: (op) => ff(op, 'f32.ne', (a, b) => Number(a !== b)),
  lt: (op) => ff(op, 'f32.lt', (a, b) => Number(a < b)),
  gt: (op) => ff(op, 'f32.gt', (a, b) => Number(a > b)),
  le: (op) => ff(op, 'f32.le', (a, b) => Number(a <= b)),
  ge: (op) => ff(op, 'f32.ge', (a, b) => Number(a >= b)),
  abs: (op) => f(op, 'f32.abs', Math.abs),
  neg: (op) => f(op, 'f32.neg', (a) => -a),
  ceil: (op) => f(op, 'f32.ceil', Math.ceil),
  floor: (op) => f(op, 'f32.floor', Math.floor),
  trunc: (op) => f(op, 'f32.trunc', Math.trunc),
  nearest: (op) => f(op, 'f32.nearest', nearest),
  sqrt: (op) => f(op, 'f32.sqrt', (a) => fround(Math.sqrt(a))),
  add: (op) => ff(op, 'f32.add', (a, b) => fround(a + b)),
  sub: (op) => ff(op, 'f32.sub', (a, b) => fround(a - b)),
  mul: (op) => ff(op, 'f32.mul', (a, b) => fround(a * b)),
  div: (op) => ff(op, 'f32.div', (a, b) => fround(a / b)),
  min: (op) => ff(op, 'f32.min', (a, b) => Math.min(a, b)),
  max: (op) => ff(op, 'f32.max', (a, b) => Math.max(a, b)),
  copysign: (op) => ff(op, 'f32.copysign', copysign, { cases: pairs }),
  convertS: (op) => i(op, 'f32.convert_i32_s', (a) => fround(a)),
  convertU: (op) => i(op, 'f32.convert_i32_u', (a) => fround(a >>> 0)),
  demote: (op) => d(op, 'f32.demote_f64', (a) => fround(a)),
  reinterpret: (op) => i(op, 'f32.reinterpret_i32', float32Of),
  load: (op) => loads(op, 'f32.load', (memory, at) => memory.getFloat32(at, true)),
  store: (op) => stores('f32', op, 'f32.store', (memory, at, value) => memory.setFloat32(at, value, true), plain),
  select: (op) =>
    taking('i32', 'f32', 'f32')(op, 'select', (condition, a, b) => (condition !== 0 ? a : b), { order: [1, 2, 0] }),
}

const f64: Table<typeof scalar.f64> = {
  const: (op) =>
    [...constants, [0.1, '0x1.999999999999ap-4'] as const].map(([value, text]) =>
      nothing(
        () => op(value),
        `f64.const ${text}`,
        () => value,
      ),
    ),
  eq: (op) => dd(op, 'f64.eq', (a, b) => Number(a === b)),
  ne: (op) => dd(op, 'f64.ne', (a, b) => Number(a !== b)),
  lt: (op) => dd(op, 'f64.lt', (a, b) => Number(a < b)),
  gt: (op) => dd(op, 'f64.gt', (a, b) => Number(a > b)),
  le: (op) => dd(op, 'f64.le', (a, b) => Number(a <= b)),
  ge: (op) => dd(op, 'f64.ge', (a, b) => Number(a >= b)),
  abs: (op) => d(op, 'f64.abs', Math.abs),
  neg: (op) => d(op, 'f64.neg', (a) => -a),
  ceil: (op) => d(op, 'f64.ceil', Math.ceil),
  floor: (op) => d(op, 'f64.floor', Math.floor),
  trunc: (op) => d(op, 'f64.trunc', Math.trunc),
  nearest: (op) => d(op, 'f64.nearest', nearest),
  sqrt: (op) => d(op, 'f64.sqrt', Math.sqrt),
  add: (op) => dd(op, 'f64.add', (a, b) => a + b),
  sub: (op) => dd(op, 'f64.sub', (a, b) => a - b),
  mul: (op) => dd(op, 'f64.mul', (a, b) => a * b),
  div: (op) => dd(op, 'f64.div', (a, b) => a / b),
  min: (op) => dd(op, 'f64.min', (a, b) => Math.min(a, b)),
  max: (op) => dd(op, 'f64.max', (a, b) => Math.max(a, b)),
  copysign: (op) => dd(op, 'f64.copysign', copysign, { cases: pairs }),
  convertS: (op) => i(op, 'f64.convert_i32_s', (a) => a),
  convertU: (op) => i(op, 'f64.convert_i32_u', (a) => a >>> 0),
  promote: (op) => f(op, 'f64.promote_f32', (a) => a),
  reinterpret: (op) => l(op, 'f64.reinterpret_i64', float64Of),
  load: (op) => loads(op, 'f64.load', (memory, at) => memory.getFloat64(at, true)),
  store: (op) => stores('f64', op, 'f64.store', (memory, at, value) => memory.setFloat64(at, value, true), plain),
  select: (op) =>
    taking('i32', 'f64', 'f64')(op, 'select', (condition, a, b) => (condition !== 0 ? a : b), { order: [1, 2, 0] }),
}

testInstructions(scalar, { i32, i64, f32, f64 }, await loadWabt())
