import { combiningFunction } from '@gradus/schedule'
import type { DType } from '@gradus/tensor'
import type { Combine } from '@gradus/tensor/lowering'
import {
  type Code,
  f32,
  f32x4,
  i32,
  i32x4,
  type Locals,
  Temporaries,
  type V128,
  type ValueType,
} from '../assembler/index.ts'
import { compareScalars, compareVectors } from '../elementwise/comparison.ts'
import type { ElementwiseRow, Emitter, Scalar } from '../elementwise/row.ts'
import { elementwiseRow } from '../elementwise/table.ts'
import { plain } from '../math/index.ts'
import type { Lanes, Value } from './lanes.ts'

/** Combines two elements, or two vectors lane by lane. */
export function combined(lanes: Lanes, locals: Locals, combine: Combine, dtype: DType, a: Value, b: Value): Value {
  const row = elementwiseRow(combiningFunction(combine)!.name)!
  return applied(lanes, locals, row, dtype, [a, b])
}

function applied(lanes: Lanes, locals: Locals, row: ElementwiseRow, dtype: DType, inputs: readonly Value[]): Value {
  const emitter: Emitter = {
    temps: new Temporaries(locals),
    inputs: inputs.map(() => dtype),
    from: dtype,
    to: dtype,
    ...plain,
    external: () => {
      throw new Error('Combining needs no function from outside.')
    },
    constantOf: () => undefined,
  }
  return emitter.temps.end(lanes.apply(row, emitter, inputs))
}

/** Combines the lanes of a vector; all lanes of the result are equal. */
export function acrossLanes(lanes: Lanes, locals: Locals, combine: Combine, dtype: DType, value: Value): Value {
  if (lanes.width === 1) return value
  const temps = new Temporaries(locals)
  const vector = temps.let(value as V128)
  const halves = temps.let(combined(lanes, locals, combine, dtype, vector, swapped(vector, 8)) as V128)
  return temps.end(combined(lanes, locals, combine, dtype, halves, swapped(halves, 4)) as V128)
}

/** Rotates a vector by `bytes`. */
function swapped(vector: V128, bytes: number): V128 {
  const order = Array.from({ length: 16 }, (_, i) => (i + bytes) % 16)
  return { type: 'v128', bytes: [vector.bytes, vector.bytes, 0xfd, 0x0d, ...order] }
}

/**
 * Whether an element beats the current extreme: it is more extreme, or the first NaN. A bool per lane for vectors, else 0
 * or 1.
 */
export function beats(lanes: Lanes, combine: Combine, dtype: DType, element: Value, best: Value): Value {
  const relation = combine === 'argMax' ? 'gt' : 'lt'
  const floating = dtype === 'float32' || dtype === 'float64'
  if (lanes.width === 4) {
    const [a, b] = [element as V128, best as V128]
    const better = compareVectors(relation, dtype, a, b)
    if (!floating) return better
    const firstNan = both(f32x4.ne(a, a), f32x4.eq(b, b))
    return { type: 'v128', bytes: [better.bytes, firstNan.bytes, 0xfd, 0x50] }
  }
  const [a, b] = [element as Scalar, best as Scalar]
  const better = compareScalars(relation, dtype, a, b)
  if (!floating) return better
  return i32.or(better, i32.and(compareScalars('ne', dtype, a, a), compareScalars('eq', dtype, b, b)))
}

function both(a: V128, b: V128): V128 {
  return { type: 'v128', bytes: [a.bytes, b.bytes, 0xfd, 0x4e] }
}

/** The position of the extreme of four lanes, given the extreme of each lane; the first one if several are equal. */
export function bestLane(
  locals: Locals,
  combine: Combine,
  dtype: DType,
  best: V128,
  positions: V128,
): { readonly position: V128 } {
  const temps = new Temporaries(locals)
  const element = (lane: number): Scalar =>
    dtype === 'float32' ? f32x4.extract(best, lane) : i32x4.extract(best, lane)
  let value: Code<ValueType> = temps.let(element(0) as Code<'f32'>)
  let position = temps.let(i32x4.extract(positions, 0))
  const scalar = { width: 1 } as Lanes
  for (let lane = 1; lane < 4; lane++) {
    const next = temps.let(element(lane) as Code<'f32'>)
    const nextPosition = temps.let(i32x4.extract(positions, lane))
    const better = beats(scalar, combine, dtype, next, value) as Code<'i32'>
    const equal = compareScalars('eq', dtype, next as Scalar, value as Scalar)
    const alike =
      dtype === 'float32'
        ? i32.or(
            equal,
            i32.and(
              f32.ne(next as Code<'f32'>, next as Code<'f32'>),
              f32.ne(value as Code<'f32'>, value as Code<'f32'>),
            ),
          )
        : equal
    const takes = temps.let(i32.or(better, i32.and(alike, i32.ltS(nextPosition, position))))
    value = temps.let({ type: next.type, bytes: [next.bytes, value.bytes, takes.bytes, 0x1b] } as Code<'f32'>)
    position = temps.let(i32.select(takes, nextPosition, position))
  }
  return { position: temps.end(i32x4.splat(position)) }
}
