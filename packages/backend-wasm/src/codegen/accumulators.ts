import { identityOf, isPosition, type RowReduction } from '@gradus/schedule'
import { type Code, i32x4, type Local, type Locals, type V128, type ValueType, v128 } from '../assembler/index.ts'
import type { Block } from './block.ts'
import { acrossLanes, beats, bestLane, combined } from './combining.ts'
import type { Evaluator } from './evaluator.ts'
import type { Value } from './lanes.ts'

interface AccumulatorOptions {
  readonly evaluator: Evaluator
  readonly locals: Locals
  /** The number of vectors that are computed together. */
  readonly parts: number
  /** Whether the lanes of a vector are elements of one row, which are combined at the end. */
  readonly alongLanes: boolean
}

/** The state of one reduction in one of the vectors. */
interface State {
  readonly total: Local<ValueType>
  /** The position of the current extreme, for `argMax` and `argMin`. */
  readonly position: Local<ValueType> | undefined
  /** The sum of the innermost loop, while it runs: a long sum is more accurate as a sum of shorter ones. */
  current: Local<ValueType> | undefined
}

/** The variables that hold the reductions of a pass. */
export class Accumulators {
  private readonly states: readonly (readonly State[])[]

  constructor(
    private readonly reductions: readonly RowReduction[],
    private readonly options: AccumulatorOptions,
  ) {
    const { locals, parts, evaluator } = options
    const type = (value: Value) => value.type
    this.states = reductions.map(({ combine, expression }) =>
      Array.from({ length: parts }, (): State => {
        const total = locals.add(type(evaluator.constant(expression.dtype, 0)))
        return {
          total,
          position: isPosition(combine) ? locals.add(type(evaluator.constant('int32', 0))) : undefined,
          current: undefined,
        }
      }),
    )
  }

  start(block: Block): void {
    const { evaluator } = this.options
    this.each((reduction, state) => {
      block.add(state.total.set(this.identity(reduction)))
      if (state.position) block.add(state.position.set(evaluator.constant('int32', 0)))
    })
  }

  /** Accumulates the sums of an inner loop separately. The returned function adds them to the totals. */
  open(block: Block): () => void {
    const { locals } = this.options
    const opened: [RowReduction, State][] = []
    this.each((reduction, state) => {
      const { combine, expression } = reduction
      if (combine !== 'sum' || expression.dtype !== 'float32') return
      state.current = locals.add(state.total.get.type)
      block.add(state.current.set(this.identity(reduction)))
      opened.push([reduction, state])
    })
    return () => {
      for (const [reduction, state] of opened) {
        block.add(state.total.set(this.combine(reduction, state.total.get, state.current!.get)))
        state.current = undefined
      }
    }
  }

  /** Adds the elements at the current position; only the first `count` lanes count. */
  take(block: Block, part: number, count: number): void {
    const { evaluator, alongLanes } = this.options
    this.reductions.forEach((reduction, number) => {
      const state = this.states[number]![part]!
      let element = evaluator.value(reduction.expression, part)
      if (alongLanes && count < 4) element = block.let(this.masked(reduction, element as V128, count))
      if (state.position) this.takePosition(block, reduction, state, element, part)
      else {
        const into = state.current ?? state.total
        block.add(into.set(this.combine(reduction, into.get, element)))
      }
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
        const values = states.map(({ total, position }) => (position ?? total).get)
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
      const together = states.map(({ total }) => total.get).reduce((a, b) => this.combine(reduction, a, b))
      const value = block.let(acrossLanes(lanes, locals, combine, expression.dtype, together))
      evaluator.reduced.set(id, { block, values: [value] })
    })
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
