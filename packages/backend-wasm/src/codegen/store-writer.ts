import type { Expression, Store } from '@gradus/graph/kernels'
import { bytesPerElement } from '@gradus/tensor'
import { type Code, f32, f32x4, i32x4, ifThen, type V128, type Void, v128 } from '../assembler/index.ts'
import { combined } from './combining.ts'
import type { Evaluator } from './evaluator.ts'
import type { Value } from './lanes.ts'

/** The smallest number that is not denormal. */
const smallestNormal = 2 ** -126

/** Writes elements to memory. */
export class StoreWriter {
  constructor(
    private readonly evaluator: Evaluator,
    private readonly values: { flushes(value: number): boolean },
  ) {}

  /** Stores the first `count` lanes of vector number `part`. */
  write({ value, index, expression, add }: Store, part: number, count: number): Void {
    const { evaluator } = this
    const { lanes, scope } = evaluator
    const { dtype } = expression
    const bytes = bytesPerElement(dtype)
    const layout = evaluator.layout(index)
    let element = evaluator.value(expression, part)
    if (this.values.flushes(value) && dtype === 'float32') element = scope.let(this.flushed(element))
    if (layout === 'each') {
      return lanes.storeEach(dtype, evaluator.locateEach(value, bytes, index, part).slice(0, count), element)
    }
    const at = evaluator.locate(value, bytes, index, part)
    if (add) {
      const old = layout === 'run' ? lanes.loadRun(dtype, at) : lanes.loadOne(dtype, at)
      const sum = scope.let(combined(lanes, scope.locals, 'sum', dtype, old, element))
      const store = layout === 'run' ? lanes.storeRun(dtype, at, sum, count) : lanes.storeOne(dtype, at, sum)
      return ifThen(this.truthOf(add.only, part), store)
    }
    return layout === 'run' ? lanes.storeRun(dtype, at, element, count) : lanes.storeOne(dtype, at, element)
  }

  private truthOf(condition: Expression, part: number) {
    const truth = this.evaluator.value(condition, part)
    return this.evaluator.lanes.width === 4 ? i32x4.extract(truth as V128, 0) : (truth as Code<'i32'>)
  }

  /** The value with denormal numbers replaced by 0: arithmetic on them is many times slower. NaN stays. */
  private flushed(value: Value): Value {
    if (this.evaluator.lanes.width === 4) {
      const vector = value as V128
      return v128.andNot(vector, f32x4.lt(f32x4.abs(vector), f32x4.const(smallestNormal)))
    }
    const number = value as Code<'f32'>
    return f32.select(f32.lt(f32.abs(number), f32.const(smallestNormal)), f32.const(0), number)
  }
}
