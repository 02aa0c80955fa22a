import { type Table, taking, testInstructions } from '../testing/assembler/instructions.ts'
import { onFloat32, onFloat64, onInt32 } from '../testing/assembler/lane-trials.ts'
import { float32, float64, int32, replaced, type VectorBytes, vectorOf } from '../testing/assembler/lanes.ts'
import { loads, stores } from '../testing/assembler/memory-trials.ts'
import { nearest, saturateS, saturateU } from '../testing/assembler/references.ts'
import { samples } from '../testing/assembler/samples.ts'
import { loadWabt } from '../testing/wabt.ts'
import * as vector from './vector.ts'

const { fround, imul } = Math

const nothing = taking()
const v = taking('v128')
const vv = taking('v128', 'v128')
const vvv = taking('v128', 'v128', 'v128')
const vi = taking('v128', 'i32')

const four = [0, 1, 2, 3]
const two = [0, 1]

/** All bits of a lane, or none. */
const mask = (holds: boolean) => -Number(holds)

const bytesAt = (memory: DataView, at: number, count: number) => new Uint8Array(memory.buffer, at, count)

/** A vector with these bytes, and zeros elsewhere. */
function placed(bytes: Uint8Array, into = new Uint8Array(16), at = 0): VectorBytes {
  const result = into.slice()
  result.set(bytes, at)
  return result
}

/** The text of a constant: four hexadecimal words. */
function constantText(bytes: VectorBytes): string {
  const words = [...new Uint32Array(bytes.buffer)].map((word) => `0x${word.toString(16).padStart(8, '0')}`)
  return `v128.const i32x4 ${words.join(' ')}`
}

function constant(code: Parameters<typeof nothing<'v128'>>[0], bytes: VectorBytes) {
  return nothing(code, constantText(bytes), () => bytes)
}

const v128: Table<typeof vector.v128> = {
  const: (op) => samples.v128.map((bytes) => constant(() => op([...bytes]), bytes)),
  not: (op) => onInt32.one(op, 'v128.not', (a) => ~a),
  and: (op) => onInt32.two(op, 'v128.and', (a, b) => a & b),
  andNot: (op) => onInt32.two(op, 'v128.andnot', (a, b) => a & ~b),
  or: (op) => onInt32.two(op, 'v128.or', (a, b) => a | b),
  xor: (op) => onInt32.two(op, 'v128.xor', (a, b) => a ^ b),
  bitselect: (op) =>
    vvv(op, 'v128.bitselect', (a, b, bits) => a.map((byte, i) => (byte & bits[i]!) | (b[i]! & ~bits[i]!))),
  anyTrue: (op) =>
    v(op, 'v128.any_true', (a) => Number(a.some((byte) => byte !== 0)), {
      cases: [...samples.v128, new Uint8Array(16)].map((one) => [one]),
    }),
  select: (op) =>
    taking('i32', 'v128', 'v128')(op, 'select (result v128)', (condition, a, b) => (condition !== 0 ? a : b), {
      order: [1, 2, 0],
    }),
  load: (op) => loads(op, 'v128.load', (memory, at) => bytesAt(memory, at, 16), { rest: ' align=4' }),
  load32Splat: (op) =>
    loads(op, 'v128.load32_splat', (memory, at) => new Int32Array(4).fill(memory.getInt32(at, true))),
  load64Splat: (op) =>
    loads(op, 'v128.load64_splat', (memory, at) => placed(bytesAt(memory, at, 8), placed(bytesAt(memory, at, 8)), 8)),
  load32Zero: (op) => loads(op, 'v128.load32_zero', (memory, at) => placed(bytesAt(memory, at, 4))),
  load64Zero: (op) =>
    loads(op, 'v128.load64_zero', (memory, at) => placed(bytesAt(memory, at, 8)), { rest: ' align=4' }),
  load32Lane: (op) =>
    four.flatMap((lane) =>
      stores(
        'v128',
        (at, value, offset) => op(at, value, lane, offset),
        'v128.load32_lane',
        (memory, at, value) => placed(bytesAt(memory, at, 4), value, 4 * lane),
        samples.v128,
        { rest: ` ${lane}` },
      ),
    ),
  load64Lane: (op) =>
    two.flatMap((lane) =>
      stores(
        'v128',
        (at, value, offset) => op(at, value, lane, offset),
        'v128.load64_lane',
        (memory, at, value) => placed(bytesAt(memory, at, 8), value, 8 * lane),
        samples.v128,
        { rest: ` align=4 ${lane}` },
      ),
    ),
  store: (op) =>
    stores('v128', op, 'v128.store', (memory, at, value) => bytesAt(memory, at, 16).set(value), samples.v128, {
      rest: ' align=4',
    }),
  store32Lane: (op) =>
    four.flatMap((lane) =>
      stores(
        'v128',
        (at, value, offset) => op(at, value, lane, offset),
        'v128.store32_lane',
        (memory, at, value) => memory.setInt32(at, int32(value)[lane]!, true),
        samples.v128,
        { rest: ` ${lane}` },
      ),
    ),
  store64Lane: (op) =>
    two.flatMap((lane) =>
      stores(
        'v128',
        (at, value, offset) => op(at, value, lane, offset),
        'v128.store64_lane',
        (memory, at, value) => bytesAt(memory, at, 8).set(value.subarray(8 * lane, 8 * lane + 8)),
        samples.v128,
        { rest: ` align=4 ${lane}` },
      ),
    ),
  shuffle: (op) =>
    [
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      [31, 30, 29, 28, 27, 26, 25, 24, 0, 0, 0, 0, 16, 16, 16, 16],
      [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23],
    ].map((bytes) =>
      vv(
        (a, b) => op(a, b, bytes),
        `i8x16.shuffle ${bytes.join(' ')}`,
        (a, b) => Uint8Array.from(bytes, (from) => (from < 16 ? a[from]! : b[from - 16]!)),
      ),
    ),
}

const i32x4: Table<typeof vector.i32x4> = {
  splat: (op) => taking('i32')(op, 'i32x4.splat', (a) => new Int32Array(4).fill(a)),
  const: (op) =>
    constant(() => op(1, -2, 0x12345678, -0x80000000), vectorOf(new Int32Array([1, -2, 0x12345678, -0x80000000]))),
  extract: (op) =>
    four.map((lane) =>
      v(
        (a) => op(a, lane),
        `i32x4.extract_lane ${lane}`,
        (a) => int32(a)[lane]!,
      ),
    ),
  replace: (op) =>
    four.map((lane) =>
      vi(
        (a, b) => op(a, lane, b),
        `i32x4.replace_lane ${lane}`,
        (a, b) => replaced(int32(a), lane, b),
      ),
    ),
  eq: (op) => onInt32.two(op, 'i32x4.eq', (a, b) => mask(a === b)),
  ne: (op) => onInt32.two(op, 'i32x4.ne', (a, b) => mask(a !== b)),
  ltS: (op) => onInt32.two(op, 'i32x4.lt_s', (a, b) => mask(a < b)),
  ltU: (op) => onInt32.two(op, 'i32x4.lt_u', (a, b) => mask(a >>> 0 < b >>> 0)),
  gtS: (op) => onInt32.two(op, 'i32x4.gt_s', (a, b) => mask(a > b)),
  gtU: (op) => onInt32.two(op, 'i32x4.gt_u', (a, b) => mask(a >>> 0 > b >>> 0)),
  leS: (op) => onInt32.two(op, 'i32x4.le_s', (a, b) => mask(a <= b)),
  leU: (op) => onInt32.two(op, 'i32x4.le_u', (a, b) => mask(a >>> 0 <= b >>> 0)),
  geS: (op) => onInt32.two(op, 'i32x4.ge_s', (a, b) => mask(a >= b)),
  geU: (op) => onInt32.two(op, 'i32x4.ge_u', (a, b) => mask(a >>> 0 >= b >>> 0)),
  abs: (op) => onInt32.one(op, 'i32x4.abs', Math.abs),
  neg: (op) => onInt32.one(op, 'i32x4.neg', (a) => -a),
  shl: (op) => vi(op, 'i32x4.shl', (a, count) => int32(a).map((x) => x << count)),
  shrS: (op) => vi(op, 'i32x4.shr_s', (a, count) => int32(a).map((x) => x >> count)),
  shrU: (op) => vi(op, 'i32x4.shr_u', (a, count) => int32(a).map((x) => x >>> count)),
  add: (op) => onInt32.two(op, 'i32x4.add', (a, b) => a + b),
  sub: (op) => onInt32.two(op, 'i32x4.sub', (a, b) => a - b),
  mul: (op) => onInt32.two(op, 'i32x4.mul', imul),
  minS: (op) => onInt32.two(op, 'i32x4.min_s', Math.min),
  minU: (op) => onInt32.two(op, 'i32x4.min_u', (a, b) => Math.min(a >>> 0, b >>> 0)),
  maxS: (op) => onInt32.two(op, 'i32x4.max_s', Math.max),
  maxU: (op) => onInt32.two(op, 'i32x4.max_u', (a, b) => Math.max(a >>> 0, b >>> 0)),
  truncF32x4S: (op) => v(op, 'i32x4.trunc_sat_f32x4_s', (a) => Int32Array.from(float32(a), saturateS)),
  truncF32x4U: (op) => v(op, 'i32x4.trunc_sat_f32x4_u', (a) => Int32Array.from(float32(a), saturateU)),
  bitmask: (op) => v(op, 'i32x4.bitmask', (a) => int32(a).reduce((bits, x, lane) => bits | (Number(x < 0) << lane), 0)),
  extend8U: (op) =>
    v(op, ['i16x8.extend_low_i8x16_u', 'i32x4.extend_low_i16x8_u'], (a) => Int32Array.from(a.subarray(0, 4))),
  extend16U: (op) => v(op, 'i32x4.extend_low_i16x8_u', (a) => Int32Array.from(new Uint16Array(a.slice(0, 8).buffer))),
  narrow16U: (op) =>
    v(op, [constantText(new Uint8Array(16)), 'i16x8.narrow_i32x4_u'], (a) => {
      const words = [...int32(a)].map((x) => Math.max(0, Math.min(x, 65535)))
      return new Uint8Array(Uint16Array.from([...words, 0, 0, 0, 0]).buffer)
    }),
  // only the first lane is read
  narrow8U: (op) =>
    v(
      (a) => vector.i32x4.extract(op(a), 0),
      [
        'local.get 0',
        'i16x8.narrow_i32x4_u',
        constantText(new Uint8Array(16)),
        'i8x16.narrow_i16x8_u',
        'i32x4.extract_lane 0',
      ],
      (a) => int32(Uint8Array.from([...int32(a), ...new Uint8Array(12)]))[0]!,
      { cases: [[0, 1, 127, 128], [255, 254, 0, 3]].map((lanes) => [vectorOf(new Int32Array(lanes))] as const) }, // biome-ignore format: vectors
    ),
}

/** Exact sums and products, and some whose last bits show whether they were rounded in between. */
const toBeFused = (sign: number) => {
  const [near, product] = [1 + 2 ** -12, -sign * (1 + 2 ** -11)]
  return [
    [[1, 2, 3, -4], [5, 6, 0, 7], [1, -1, 8, 0.5]],
    [[near, 1, -near, 2], [near, 2, near, 0.5], [product, 3, -product, 0]],
  ].map((operands) => operands.map((lanes) => vectorOf(new Float32Array(lanes)))) as [VectorBytes, VectorBytes, VectorBytes][] // biome-ignore format: vectors
}

const f32x4: Table<typeof vector.f32x4> = {
  splat: (op) => taking('f32')(op, 'f32x4.splat', (a) => new Float32Array(4).fill(a)),
  const: (op) => [1.5, -0, fround(0.1)].map((x) => constant(() => op(x), vectorOf(new Float32Array(4).fill(x)))),
  extract: (op) =>
    four.map((lane) =>
      v(
        (a) => op(a, lane),
        `f32x4.extract_lane ${lane}`,
        (a) => float32(a)[lane]!,
      ),
    ),
  replace: (op) =>
    four.map((lane) =>
      taking('v128', 'f32')(
        (a, b) => op(a, lane, b),
        `f32x4.replace_lane ${lane}`,
        (a, b) => replaced(float32(a), lane, b),
      ),
    ),
  eq: (op) =>
    vv(
      op,
      'f32x4.eq',
      comparison((a, b) => a === b),
    ),
  ne: (op) =>
    vv(
      op,
      'f32x4.ne',
      comparison((a, b) => a !== b),
    ),
  lt: (op) =>
    vv(
      op,
      'f32x4.lt',
      comparison((a, b) => a < b),
    ),
  gt: (op) =>
    vv(
      op,
      'f32x4.gt',
      comparison((a, b) => a > b),
    ),
  le: (op) =>
    vv(
      op,
      'f32x4.le',
      comparison((a, b) => a <= b),
    ),
  ge: (op) =>
    vv(
      op,
      'f32x4.ge',
      comparison((a, b) => a >= b),
    ),
  ceil: (op) => onFloat32.one(op, 'f32x4.ceil', Math.ceil),
  floor: (op) => onFloat32.one(op, 'f32x4.floor', Math.floor),
  trunc: (op) => onFloat32.one(op, 'f32x4.trunc', Math.trunc),
  nearest: (op) => onFloat32.one(op, 'f32x4.nearest', nearest),
  abs: (op) => onFloat32.one(op, 'f32x4.abs', Math.abs),
  neg: (op) => onFloat32.one(op, 'f32x4.neg', (a) => -a),
  sqrt: (op) => onFloat32.one(op, 'f32x4.sqrt', Math.sqrt),
  add: (op) => onFloat32.two(op, 'f32x4.add', (a, b) => a + b),
  sub: (op) => onFloat32.two(op, 'f32x4.sub', (a, b) => a - b),
  mul: (op) => onFloat32.two(op, 'f32x4.mul', (a, b) => a * b),
  div: (op) => onFloat32.two(op, 'f32x4.div', (a, b) => a / b),
  min: (op) => onFloat32.two(op, 'f32x4.min', Math.min),
  max: (op) => onFloat32.two(op, 'f32x4.max', Math.max),
  pmin: (op) => onFloat32.two(op, 'f32x4.pmin', (a, b) => [a, b][Number(b < a)]!),
  pmax: (op) => onFloat32.two(op, 'f32x4.pmax', (a, b) => [a, b][Number(a < b)]!),
  convertS: (op) => v(op, 'f32x4.convert_i32x4_s', (a) => Float32Array.from(int32(a))),
  convertU: (op) => v(op, 'f32x4.convert_i32x4_u', (a) => Float32Array.from(int32(a), (x) => x >>> 0)),
  relaxedMadd: (op) =>
    vvv(op, 'f32x4.relaxed_madd', (a, b, c) => sums(a, b, c, (x, y, z) => fround(x * y) + z), {
      or: (a, b, c) => sums(a, b, c, (x, y, z) => x * y + z),
      cases: toBeFused(1),
    }),
  relaxedNmadd: (op) =>
    vvv(op, 'f32x4.relaxed_nmadd', (a, b, c) => sums(a, b, c, (x, y, z) => z - fround(x * y)), {
      or: (a, b, c) => sums(a, b, c, (x, y, z) => z - x * y),
      cases: toBeFused(-1),
    }),
  demote: (op) => v(op, 'f32x4.demote_f64x2_zero', (a) => Float32Array.from([...float64(a), 0, 0])),
}

const f64x2: Table<typeof vector.f64x2> = {
  splat: (op) => taking('f64')(op, 'f64x2.splat', (a) => new Float64Array(2).fill(a)),
  extract: (op) =>
    two.map((lane) =>
      v(
        (a) => op(a, lane),
        `f64x2.extract_lane ${lane}`,
        (a) => float64(a)[lane]!,
      ),
    ),
  add: (op) => onFloat64.two(op, 'f64x2.add', (a, b) => a + b),
  sub: (op) => onFloat64.two(op, 'f64x2.sub', (a, b) => a - b),
  mul: (op) => onFloat64.two(op, 'f64x2.mul', (a, b) => a * b),
  div: (op) => onFloat64.two(op, 'f64x2.div', (a, b) => a / b),
  promoteLow: (op) => v(op, 'f64x2.promote_low_f32x4', (a) => Float64Array.from(float32(a).subarray(0, 2))),
}

function comparison(holds: (a: number, b: number) => boolean) {
  return (a: VectorBytes, b: VectorBytes): Int32Array => {
    const others = float32(b)
    return Int32Array.from(float32(a), (x, lane) => mask(holds(x, others[lane]!)))
  }
}

function sums(a: VectorBytes, b: VectorBytes, c: VectorBytes, f: (x: number, y: number, z: number) => number) {
  const [factors, summands] = [float32(b), float32(c)]
  return float32(a).map((x, lane) => f(x, factors[lane]!, summands[lane]!))
}

testInstructions(vector, { v128, i32x4, f32x4, f64x2 }, await loadWabt())
