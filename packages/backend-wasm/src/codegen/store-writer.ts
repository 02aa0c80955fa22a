import type { Expression, Store } from '@gradus/schedule'
import type { DType } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import {
  type Code,
  type F32,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  ifElse,
  ifThen,
  Temporaries,
  type V128,
  type Void,
  v128,
} from '../assembler/index.ts'
import { Block } from './block.ts'
import { combined } from './combining.ts'
import { highDoubles, lowDoubles } from './doubles.ts'
import type { Evaluator } from './evaluator.ts'
import type { Value } from './lanes.ts'
import type { ScatterPlan } from './scatter-plan.ts'
import { workspace } from './tools.ts'

/** The smallest normal number. */
const smallestNormal = 2 ** -126

/** Writes elements to memory. */
export class StoreWriter {
  constructor(
    private readonly evaluator: Evaluator,
    private readonly values: { flushes(value: number): boolean },
    /** How elements are added at indices, if they are not added in memory one by one. */
    private readonly scatter?: ScatterPlan,
  ) {}

  /**
   * Adds the stores of the first `count` lanes of vector number `part` to a block. All elements are computed before any is
   * stored, because a store may overwrite a value that another one reads.
   */
  writeAll(block: Block, stores: readonly Store[], part: number, count: number): void {
    const { evaluator } = this
    evaluator.block = block
    if (stores.length > 1) for (const { expression } of stores) evaluator.value(expression, part)
    for (const store of stores) block.add(this.write(store, part, count))
  }

  /** Stores the first `count` lanes of vector number `part`. */
  private write({ value, index, expression, stored, add }: Store, part: number, count: number): Void {
    const { evaluator } = this
    const { lanes, block } = evaluator
    const { dtype } = expression
    const bytes = bytesPerElement(stored)
    const layout = evaluator.layout(index)
    let element = evaluator.value(expression, part)
    if (this.values.flushes(value) && stored === 'float32') element = block.let(this.flushed(element))
    if (layout === 'each') {
      return lanes.storeEach(
        stored,
        evaluator.locateEach(value, bytes, index, part).slice(0, count),
        this.packed(stored, element),
      )
    }
    if (add && this.scatter)
      return this.addInSlot(this.scatter, { value, index, stored, only: add.only }, element, part, count)
    const at = evaluator.locate(value, bytes, index, part)
    if (add) {
      const old = evaluator.numbers(stored, layout === 'run' ? lanes.loadRun(stored, at) : lanes.loadOne(stored, at))
      const sum = this.packed(stored, block.let(combined(lanes, block.locals, 'sum', dtype, old, element)))
      const store = layout === 'run' ? lanes.storeRun(stored, at, sum, count) : lanes.storeOne(stored, at, sum)
      return ifThen(this.truthOf(add.only, part), store)
    }
    const made = this.packed(stored, element)
    return layout === 'run' ? lanes.storeRun(stored, at, made, count) : lanes.storeOne(stored, at, made)
  }

  /** Adds to the sum in the slot of the row, or to the row itself if that has none. */
  private addInSlot(
    scatter: ScatterPlan,
    { value, index, stored, only }: Pick<Store, 'value' | 'index' | 'stored'> & { readonly only: Expression },
    element: Value,
    part: number,
    count: number,
  ): Void {
    const { evaluator } = this
    const { lanes, block } = evaluator
    const work = evaluator.pointer(workspace)
    const rowBlock = block.binding(scatter.updates)
    const slot = rowBlock.once('slot', () =>
      i32.load(i32.add(work, i32.shl(evaluator.index(scatter.row), i32.const(2))), scatter.slotOfRow),
    )
    // slots are numbered from 1 on
    const first = scatter.sums - 8 * scatter.slotSize
    const sums = rowBlock.once('slot sums', () =>
      i32.add(i32.add(work, i32.const(first)), i32.mul(slot, i32.const(8 * scatter.slotSize))),
    )
    const truth = this.truthOf(only, part)
    const within = evaluator.index(scatter.within, part)
    const at = evaluator.locate(value, bytesPerElement(stored), index, part)

    const inMemory = new Block(block.locals, block)
    evaluator.block = inMemory
    const run = evaluator.layout(index) === 'run'
    const old = evaluator.numbers(stored, run ? lanes.loadRun(stored, at) : lanes.loadOne(stored, at))
    const sum = this.packed(stored, inMemory.let(combined(lanes, block.locals, 'sum', 'float32', old, element)))
    inMemory.add(run ? lanes.storeRun(stored, at, sum, count) : lanes.storeOne(stored, at, sum))

    const inSlot = new Block(block.locals, block)
    const to = inSlot.let(i32.add(sums, i32.shl(within, i32.const(3))))
    if (lanes.width === 4) {
      const vector = element as V128
      inSlot.add(v128.store(to, f64x2.add(v128.load(to), lowDoubles(vector))))
      inSlot.add(v128.store(to, f64x2.add(v128.load(to, 16), highDoubles(vector)), 16))
    } else inSlot.add(f64.store(to, f64.add(f64.load(to), f64.promote(element as F32))))
    evaluator.block = block
    return ifThen(truth, ifElse(slot, inSlot.code(), inMemory.code()))
  }

  /** Converts numbers to elements in memory. */
  private packed(stored: DType, numbers: Value): Value {
    if (stored !== 'float16') return numbers
    const { lanes, block } = this.evaluator
    const temps = new Temporaries(block.locals)
    return block.let(temps.end(lanes.packHalves(temps, numbers)))
  }

  private truthOf(condition: Expression, part: number) {
    const truth = this.evaluator.value(condition, part)
    return this.evaluator.lanes.width === 4 ? i32x4.extract(truth as V128, 0) : (truth as Code<'i32'>)
  }

  /** Replaces denormal numbers with 0, because arithmetic on them is many times slower. NaN stays. */
  private flushed(value: Value): Value {
    if (this.evaluator.lanes.width === 4) {
      const vector = value as V128
      return v128.andNot(vector, f32x4.lt(f32x4.abs(vector), f32x4.const(smallestNormal)))
    }
    const number = value as Code<'f32'>
    return f32.select(f32.lt(f32.abs(number), f32.const(smallestNormal)), f32.const(0), number)
  }
}
