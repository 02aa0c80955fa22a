import type { DType } from '@gradus/tensor'
import {
  type Code,
  type F32,
  type F64,
  f32,
  f32x4,
  f64,
  f64x2,
  type Local,
  type Locals,
  sequence,
  type V128,
  v128,
} from '../assembler/index.ts'
import type { Block } from './block.ts'
import type { Value } from './lanes.ts'

const secondHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]
const joinedHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]

/** The first two lanes of a vector of float32, which is evaluated once, as doubles. */
export function lowDoubles(vector: V128): V128 {
  return f64x2.promoteLow(vector)
}

/** The last two lanes of a vector of float32, which is evaluated twice, as doubles. */
export function highDoubles(vector: V128): V128 {
  return f64x2.promoteLow(v128.shuffle(vector, vector, secondHalf))
}

/** Four doubles rounded to a vector of float32. */
export function joinedDoubles(low: V128, high: V128): V128 {
  return v128.shuffle(f32x4.demote(low), f32x4.demote(high), joinedHalves)
}

/** A double for a float, or four doubles in two vectors for the lanes of a vector of float32. */
export class Doubles {
  private readonly parts: readonly Local<'f64' | 'v128'>[]

  constructor(
    locals: Locals,
    private readonly width: 1 | 4,
    /** The dtype of the floats. */
    private readonly dtype: DType,
  ) {
    this.parts = width === 1 ? [locals.add('f64')] : [locals.add('v128'), locals.add('v128')]
  }

  set(value: number): Code<'void'> {
    const number = this.width === 1 ? f64.const(value) : f64x2.splat(f64.const(value))
    return sequence(...this.parts.map((part) => part.set(number as never)))
  }

  add(block: Block, value: Value): void {
    this.combine(block, 'add', value)
  }

  multiply(block: Block, value: Value): void {
    this.combine(block, 'mul', value)
  }

  /** The doubles, rounded to the dtype of the floats. */
  rounded(block: Block): Value {
    const [first, second] = this.parts as [Local<'f64' | 'v128'>, Local<'v128'>]
    if (this.width === 1) return block.let(this.narrowed(first.get as F64) as Value)
    return block.let(joinedDoubles(first.get as V128, second.get))
  }

  /** All lanes of several vectors combined and rounded; all lanes of the result are equal. */
  static acrossLanes(block: Block, how: 'add' | 'mul', list: readonly Doubles[]): Value {
    const [{ width }] = list as [Doubles]
    const [first, ...others] = list.flatMap(({ parts }) => parts)
    if (width === 1) return list[0]!.rounded(block)
    const both = block.let(others.reduce((a, b) => f64x2[how](a, b.get as V128), first!.get as V128))
    return block.let(f32x4.splat(f32.demote(f64[how](f64x2.extract(both, 0), f64x2.extract(both, 1)))))
  }

  private combine(block: Block, how: 'add' | 'mul', value: Value): void {
    const [first, second] = this.parts as [Local<'f64' | 'v128'>, Local<'v128'>]
    if (this.width === 1) {
      block.add((first as Local<'f64'>).set(f64[how](first.get as F64, this.widened(value))))
      return
    }
    const vector = block.let(value as V128)
    block.add((first as Local<'v128'>).set(f64x2[how](first.get as V128, lowDoubles(vector))))
    block.add(second.set(f64x2[how](second.get, highDoubles(vector))))
  }

  private widened(value: Value): F64 {
    return this.dtype === 'float64' ? (value as F64) : f64.promote(value as F32)
  }

  private narrowed(value: F64): F32 | F64 {
    return this.dtype === 'float64' ? value : f32.demote(value)
  }
}
