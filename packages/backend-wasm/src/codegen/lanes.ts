import type { DType } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import {
  type Code,
  f32,
  f32x4,
  f64,
  type I32,
  i32,
  i32x4,
  sequence,
  type Temporaries,
  type V128,
  type ValueType,
  type Void,
  v128,
} from '../assembler/index.ts'
import { halves } from '../elementwise/halves.ts'
import type { ElementwiseRow, Emitter, Scalar } from '../elementwise/row.ts'
import type { Arithmetic } from '../math/index.ts'

/** An element, or four elements in a vector. */
export type Value = Code<ValueType>

/** The address of an element: a base and a constant offset. */
export interface MemoryOperand {
  readonly address: I32
  readonly offset: number
}

/** How elements are held and computed: one at a time, or four in a vector. Halves are loaded and stored as bits. */
export interface Lanes {
  readonly width: 1 | 4
  constant(arithmetic: Arithmetic, dtype: DType, value: number): Value
  /** Loads one element into all lanes. */
  loadOne(dtype: DType, at: MemoryOperand): Value
  /** Loads contiguous elements, one per lane. */
  loadRun(dtype: DType, at: MemoryOperand): Value
  /** Loads each lane from its own address. */
  loadEach(dtype: DType, at: readonly MemoryOperand[]): Value
  /** Stores the first `count` lanes contiguously; `value` may be evaluated more than once. */
  storeRun(dtype: DType, at: MemoryOperand, value: Value, count: number): Void
  /** Stores the first lanes, each at its own address. */
  storeEach(dtype: DType, at: readonly MemoryOperand[], value: Value): Void
  storeOne(dtype: DType, at: MemoryOperand, value: Value): Void
  apply(row: ElementwiseRow, emitter: Emitter, inputs: readonly Value[]): Value
  /** A bool (0 or 1) for all lanes. */
  truth(condition: I32): Value
  /** An integer for all lanes, as a number of the dtype. */
  integer(dtype: DType, value: I32): Value
  /** Lane i holds integer i of the list. */
  integers(dtype: DType, values: readonly I32[]): Value
  /** `a` where the bool holds, else `b`. */
  choose(condition: Value, a: Value, b: Value): Value
  /** Converts between the bits of halves and numbers; both may be evaluated more than once. */
  unpackHalves(temps: Temporaries, bits: Value): Value
  packHalves(temps: Temporaries, numbers: Value): Value
  /** An int32 or uint32 element as an integer. */
  integerAt(value: Value, lane: number): I32
}

/** One element at a time, in scalar types. */
export const scalarLanes: Lanes = {
  width: 1,
  constant(_, dtype, value) {
    if (dtype === 'float32') return f32.const(value)
    return dtype === 'float64' ? f64.const(value) : i32.const(value)
  },
  loadOne: loadScalar,
  loadRun: loadScalar,
  loadEach: (dtype, [at]) => loadScalar(dtype, at!),
  storeRun: (dtype, at, value) => storeScalar(dtype, at, value),
  storeEach: (dtype, [at], value) => storeScalar(dtype, at!, value),
  storeOne: storeScalar,
  apply: (row, emitter, inputs) => row.scalar(emitter, inputs as Scalar[]),
  truth: (condition) => condition,
  integer: (dtype, value) => integerAs(dtype, value),
  integers: (dtype, [value]) => integerAs(dtype, value!),
  choose: (condition, a, b) => ({ type: a.type, bytes: [a.bytes, b.bytes, condition.bytes, 0x1b] }),
  unpackHalves: (temps, bits) => halves.scalar.unpack(temps, bits as I32),
  packHalves: (temps, number) => halves.scalar.pack(temps, number as Code<'f32'>),
  integerAt: (value) => value as I32,
}

/** Four elements of 32 bits; a bool is a lane of ones or zeros. */
export const vectorLanes: Lanes = {
  width: 4,
  constant(arithmetic, dtype, value) {
    if (dtype === 'float32') return arithmetic.float(value)
    return arithmetic.integer(dtype === 'bool' ? -value : value)
  },
  loadOne(dtype, { address, offset }) {
    if (dtype === 'float16') return i32x4.splat(i32.load16U(address, offset))
    if (dtype !== 'bool') return v128.load32Splat(address, offset)
    return i32x4.splat(i32.sub(i32.const(0), i32.load8U(address, offset)))
  },
  loadRun(dtype, { address, offset }) {
    if (dtype === 'float16') return i32x4.extend16U(v128.load64Zero(address, offset))
    if (dtype !== 'bool') return v128.load(address, offset)
    return i32x4.neg(i32x4.extend8U(v128.load32Zero(address, offset)))
  },
  loadEach(dtype, positions) {
    if (bytesPerElement(dtype) < 4) {
      const [first, ...others] = positions.map((position) => loadScalar(dtype, position) as I32)
      const vector = others.reduce((sofar, value, i) => i32x4.replace(sofar, i + 1, value), i32x4.splat(first!))
      return dtype === 'bool' ? i32x4.neg(vector) : vector
    }
    const [first, ...others] = positions
    return others.reduce<V128>(
      (vector, { address, offset }, i) => v128.load32Lane(address, vector, i + 1, offset),
      v128.load32Zero(first!.address, first!.offset),
    )
  },
  storeRun(dtype, { address, offset }, value, count) {
    const vector = value as V128
    if (dtype === 'bool') return storeBools(address, offset, vector, count)
    if (dtype === 'float16') return storeHalves(address, offset, vector, count)
    if (count === 4) return v128.store(address, vector, offset)
    if (count === 1) return v128.store32Lane(address, vector, 0, offset)
    const pair = v128.store64Lane(address, vector, 0, offset)
    return count === 2 ? pair : sequence(pair, v128.store32Lane(address, vector, 2, offset + 8))
  },
  storeEach(dtype, positions, value) {
    return sequence(
      ...positions.map(({ address, offset }, lane) => {
        if (dtype === 'float16') return i32.store16(address, i32x4.extract(value as V128, lane), offset)
        if (dtype !== 'bool') return v128.store32Lane(address, value as V128, lane, offset)
        return i32.store8(address, i32.and(i32x4.extract(value as V128, lane), i32.const(1)), offset)
      }),
    )
  },
  storeOne(dtype, { address, offset }, value) {
    if (dtype === 'float16') return i32.store16(address, i32x4.extract(value as V128, 0), offset)
    if (dtype !== 'bool') return v128.store32Lane(address, value as V128, 0, offset)
    return i32.store8(address, i32.and(i32x4.extract(value as V128, 0), i32.const(1)), offset)
  },
  apply(row, emitter, inputs) {
    const vectors = inputs as V128[]
    const direct = row.vector?.(emitter, vectors)
    if (direct) return direct
    const kept = vectors.map((vector) => emitter.temps.let(vector))
    return [0, 1, 2, 3].reduce<V128>(
      (result, lane) => {
        const element = row.scalar(
          emitter,
          kept.map((vector, input) => laneOf(vector, emitter.inputs[input]!, lane)),
        )
        return withLane(result, emitter.to, lane, element)
      },
      i32x4.const(0, 0, 0, 0),
    )
  },
  truth: (condition) => i32x4.splat(i32.sub(i32.const(0), condition)),
  integer: (dtype, value) => (dtype === 'float32' ? f32x4.convertS(i32x4.splat(value)) : i32x4.splat(value)),
  integers(dtype, [first, ...others]) {
    const vector = others.reduce((sofar, value, i) => i32x4.replace(sofar, i + 1, value), i32x4.splat(first!))
    return dtype === 'float32' ? f32x4.convertS(vector) : vector
  },
  choose: (condition, a, b) => v128.bitselect(a as V128, b as V128, condition as V128),
  unpackHalves: (temps, bits) => halves.vector.unpack(temps, bits as V128),
  packHalves: (temps, numbers) => halves.vector.pack(temps, numbers as V128),
  integerAt: (value, lane) => i32x4.extract(value as V128, lane),
}

function laneOf(vector: V128, dtype: DType, lane: number): Scalar {
  if (dtype === 'float32') return f32x4.extract(vector, lane)
  const bits = i32x4.extract(vector, lane)
  return dtype === 'bool' ? i32.and(bits, i32.const(1)) : bits
}

function withLane(vector: V128, dtype: DType, lane: number, value: Scalar): V128 {
  if (dtype === 'float32') return f32x4.replace(vector, lane, value as Code<'f32'>)
  const bits = value as I32
  return i32x4.replace(vector, lane, dtype === 'bool' ? i32.sub(i32.const(0), bits) : bits)
}

function storeBools(address: I32, offset: number, vector: V128, count: number): Void {
  const bytes = i32x4.narrow8U(v128.and(vector, i32x4.const(1, 1, 1, 1)))
  if (count === 4) return v128.store32Lane(address, bytes, 0, offset)
  return sequence(
    ...Array.from({ length: count }, (_, lane) =>
      i32.store8(address, i32.and(i32x4.extract(vector, lane), i32.const(1)), offset + lane),
    ),
  )
}

function storeHalves(address: I32, offset: number, vector: V128, count: number): Void {
  if (count === 4) return v128.store64Lane(address, i32x4.narrow16U(vector), 0, offset)
  return sequence(
    ...Array.from({ length: count }, (_, lane) => i32.store16(address, i32x4.extract(vector, lane), offset + 2 * lane)),
  )
}

function integerAs(dtype: DType, value: I32): Value {
  if (dtype === 'float32') return f32.convertS(value)
  return dtype === 'float64' ? f64.convertS(value) : value
}

function loadScalar(dtype: DType, { address, offset }: MemoryOperand): Value {
  switch (dtype) {
    case 'float32':
      return f32.load(address, offset)
    case 'float64':
      return f64.load(address, offset)
    case 'float16':
      return i32.load16U(address, offset)
    case 'bool':
      return i32.load8U(address, offset)
    default:
      return i32.load(address, offset)
  }
}

function storeScalar(dtype: DType, { address, offset }: MemoryOperand, value: Value): Void {
  switch (dtype) {
    case 'float32':
      return f32.store(address, value as Code<'f32'>, offset)
    case 'float64':
      return f64.store(address, value as Code<'f64'>, offset)
    case 'float16':
      return i32.store16(address, value as I32, offset)
    case 'bool':
      return i32.store8(address, value as I32, offset)
    default:
      return i32.store(address, value as I32, offset)
  }
}

/** Whether elements of the dtype fit into four lanes. */
export function fitsVector(dtype: DType): boolean {
  return bytesPerElement(dtype) <= 4
}
