import { identityOf, isPosition, type RowReduction } from '@gradus/schedule'
import { isFloat } from '@gradus/tensor'
import { type Code, i32x4, type Local, type Locals, type V128, type ValueType, v128 } from '../assembler/index.ts'
import type { Block } from './block.ts'
import { acrossLanes, beats, bestLane, combined } from './combining.ts'
import { Doubles } from './doubles.ts'
import type { Evaluator } from './evaluator.ts'
import type { Value } from './lanes.ts'

interface AccumulatorOptions {
  readonly evaluator: Evaluator
  readonly locals: Locals
  /** The number of vectors that are computed together. */
  readonly parts: number
  /** Whether the lanes of a vector are elements of one row, which are combined at the end. */
  readonly alongLanes: boolean
  /** Whether the inner loops call `flush` after each block of elements, and after the last one. */
  readonly inBlocks: boolean
}

/** The state of one reduction in one of the vectors. */
interface State {
  readonly total: Local<ValueType>
  /** The position of the current extreme, for `argMax` and `argMin`. */
  readonly position: Local<ValueType> | undefined
  /** Products are computed in doubles. So are long sums, which collect the sums of blocks. */
  readonly doubles: Doubles | undefined
}

/**
 * The variables that hold the reductions of a pass. A long sum of floats has two levels: `total` is the float32 sum of a block
 * of elements, and `flush` adds it to a sum in doubles.
 */
export class Accumulators {
  private readonly states: readonly (readonly State[])[]

  constructor(
    private readonly reductions: readonly RowReduction[],
    private readonly options: AccumulatorOptions,
  ) {
    const { locals, parts, evaluator } = options
    const type = (value: Value) => value.type
    this.states = reductions.map((reduction) =>
      Array.from({ length: parts }, (_, part): State => {
        const { combine, expression } = reduction
        const total = locals.add(type(evaluator.constant(expression.dtype, 0)))
        return {
          total,
          position: isPosition(combine) ? locals.add(type(evaluator.constant('int32', 0))) : undefined,
          doubles: this.hasDoubles(reduction, part)
            ? new Doubles(locals, evaluator.lanes.width, expression.dtype)
            : undefined,
        }
      }),
    )
  }

  start(block: Block): void {
    const { evaluator } = this.options
    this.each((reduction, state) => {
      block.add(state.total.set(this.identity(reduction)))
      if (state.position) block.add(state.position.set(evaluator.constant('int32', 0)))
      if (state.doubles) block.add(state.doubles.set(identityOf(reduction.combine, reduction.expression.dtype)))
    })
  }

  get hasLongSums(): boolean {
    return this.reductions.some((reduction) => this.isLongSum(reduction))
  }

  /** Ends a block of elements: adds its sums to those in doubles. */
  flush(block: Block): void {
    this.reductions.forEach((reduction, number) => {
      if (!this.isLongSum(reduction)) return
      const states = this.states[number]!
      if (this.options.alongLanes) states[0]!.doubles!.add(block, this.together(reduction, states))
      else for (const { doubles, total } of states) doubles!.add(block, total.get)
      for (const { total } of states) block.add(total.set(this.identity(reduction)))
    })
  }

  /** Adds the elements at the current position; only the first `count` lanes count. */
  take(block: Block, part: number, count: number): void {
    const { evaluator, alongLanes } = this.options
    this.reductions.forEach((reduction, number) => {
      const state = this.states[number]![part]!
      let element = evaluator.value(reduction.expression, part)
      if (alongLanes && count < 4) element = block.let(this.masked(reduction, element as V128, count))
      if (state.position) this.takePosition(block, reduction, state, element, part)
      else if (state.doubles && reduction.combine === 'prod') state.doubles.multiply(block, element)
      else block.add(state.total.set(this.combine(reduction, state.total.get, element)))
    })
  }

  /** Combines the lanes and vectors of each reduction, and makes the results available. */
  finish(block: Block): void {
    const { evaluator, locals, alongLanes } = this.options
    const { lanes } = evaluator
    this.reductions.forEach((reduction, number) => {
      const states = this.states[number]!
      const { combine, expression, id } = reduction
      if (!alongLanes) {
        const values = states.map(({ total, position, doubles }) => doubles?.rounded(block) ?? (position ?? total).get)
        evaluator.reduced.set(id, { block, values })
        return
      }
      const inDoubles = states.flatMap(({ doubles }) => (doubles ? [doubles] : []))
      if (inDoubles.length > 0) {
        const values = [Doubles.acrossLanes(block, combine === 'prod' ? 'mul' : 'add', inDoubles)]
        evaluator.reduced.set(id, { block, values })
        return
      }
      if (isPosition(combine)) {
        // vector by vector, because each has separate extremes for its lanes
        const { total, position } = states.reduce((best, next) => this.betterOf(block, reduction, best, next))
        const result = bestLane(locals, combine, expression.dtype, total.get as V128, position!.get as V128)
        evaluator.reduced.set(id, { block, values: [block.let(result.position)] })
        return
      }
      const value = block.let(acrossLanes(lanes, locals, combine, expression.dtype, this.together(reduction, states)))
      evaluator.reduced.set(id, { block, values: [value] })
    })
  }

  private isLongSum({ combine, expression }: RowReduction): boolean {
    return this.options.inBlocks && combine === 'sum' && isFloat(expression.dtype)
  }

  /** The vectors of a sum along lanes are added first, so one of them has the doubles of all. */
  private hasDoubles(reduction: RowReduction, part: number): boolean {
    if (this.isLongSum(reduction)) return part === 0 || !this.options.alongLanes
    return reduction.combine === 'prod' && isFloat(reduction.expression.dtype)
  }

  /** The vectors of a reduction, combined in pairs. */
  private together(reduction: RowReduction, states: readonly State[]): Value {
    let values = states.map(({ total }) => total.get as Value)
    while (values.length > 1) {
      const pairs: Value[] = []
      for (let i = 0; i < values.length; i += 2) {
        const second = values[i + 1]
        pairs.push(second ? this.combine(reduction, values[i]!, second) : values[i]!)
      }
      values = pairs
    }
    return values[0]!
  }

  private takePosition(block: Block, reduction: RowReduction, state: State, element: Value, part: number): void {
    const { evaluator } = this.options
    const { lanes } = evaluator
    const { combine, expression } = reduction
    const better = block.let(beats(lanes, combine, expression.dtype, element, state.total.get))
    const here = evaluator.positionOf(reduction.position!, part)
    block.add(state.total.set(lanes.choose(better, element, state.total.get)))
    block.add(state.position!.set(lanes.choose(better, here, state.position!.get)))
  }

  /** The better of two vectors of extremes, lane by lane; of equal ones the one with the smaller position. */
  private betterOf(block: Block, { combine, expression }: RowReduction, best: State, next: State): State {
    const { lanes } = this.options.evaluator
    const [a, b] = [best.total.get as V128, next.total.get as V128]
    const [placeA, placeB] = [best.position!.get as V128, next.position!.get as V128]
    const worse = block.let(beats(lanes, combine, expression.dtype, a, b) as V128)
    const better = block.let(beats(lanes, combine, expression.dtype, b, a) as V128)
    const earlier = v128.andNot(i32x4.ltS(placeB, placeA), worse)
    const takes = block.let(v128.or(better, earlier))
    block.add(best.total.set(v128.bitselect(b, a, takes) as Code<ValueType>))
    block.add(best.position!.set(v128.bitselect(placeB, placeA, takes) as Code<ValueType>))
    return best
  }

  private masked(reduction: RowReduction, element: V128, count: number): V128 {
    const mask = i32x4.const(
      ...([0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0)) as [number, number, number, number]),
    )
    return v128.bitselect(element, this.identity(reduction) as V128, mask)
  }

  private identity({ combine, expression }: RowReduction): Value {
    return this.options.evaluator.constant(expression.dtype, identityOf(combine, expression.dtype))
  }

  private combine({ combine, expression }: RowReduction, a: Value, b: Value): Value {
    const { evaluator, locals } = this.options
    return combined(evaluator.lanes, locals, combine, expression.dtype, a, b)
  }

  private each(visit: (reduction: RowReduction, state: State) => void): void {
    this.reductions.forEach((reduction, number) => {
      for (const state of this.states[number]!) visit(reduction, state)
    })
  }
}
