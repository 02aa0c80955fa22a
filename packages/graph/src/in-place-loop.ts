import { type Tensor, treeLeaves } from '@gradus/tensor'
import { currentInterpreter, eager } from '@gradus/tensor/internals'
import { hasFormOf } from './form.ts'
import { runInPlace } from './in-place.ts'
import { requireCount } from './repeatable.ts'
import type { Specialization } from './specialization.ts'

/** A compiled function in a loop over its own results. */
export interface CompiledLoop<A extends readonly unknown[], R> {
  /** The first argument of the next call. */
  readonly state: A[0] | R
  /** Calls the function `count` times with these other arguments. Throws `RangeError` unless `count` is a whole number from 1. */
  run(count: number, ...rest: Rest<A>): void
}

type Rest<A extends readonly unknown[]> = A extends readonly [unknown, ...infer B] ? B : never

/** Finds or compiles the program for arguments, and lists their tensors. */
type Specialize<A, R> = (args: A) => [specialization: Specialization<R>, leaves: readonly Tensor[]]

/** A loop that runs repeatable programs on the tensors of its state, and calls the function for others. */
export class InPlaceLoop<A extends readonly unknown[], R> implements CompiledLoop<A, R> {
  private current!: A[0] | R
  private leaves!: readonly Tensor[]
  private distinct!: ReadonlySet<Tensor>
  /** The programs whose first argument has the form of the state, with the forms of the other arguments. */
  private fitting!: Map<Specialization<R>, readonly unknown[]>

  constructor(
    first: A[0],
    private readonly specialize: Specialize<A, R>,
    private readonly call: (...args: A) => R,
  ) {
    this.moveTo(first)
  }

  get state(): A[0] | R {
    return this.current
  }

  run(count: number, ...rest: Rest<A>): void {
    requireCount('run', count)
    if (currentInterpreter() === eager) {
      const [{ backend, executable, obstacle }, others] = this.programFor(rest)
      const { leaves, distinct } = this
      if (obstacle === undefined && distinct.size === leaves.length && !others.some((leaf) => distinct.has(leaf))) {
        runInPlace(backend, executable, leaves, others, count)
        return
      }
    }
    for (let done = 0; done < count; done++) this.moveTo(this.call(...this.withState(rest)))
  }

  private moveTo(state: A[0] | R): void {
    this.current = state
    this.leaves = treeLeaves(state)
    this.distinct = new Set(this.leaves)
    this.fitting = new Map()
  }

  private withState(rest: readonly unknown[]): A {
    return [this.current, ...rest] as unknown as A
  }

  /** The program for these other arguments, and their tensors. The form of the state is compared once for each program. */
  private programFor(rest: readonly unknown[]): [specialization: Specialization<R>, others: readonly Tensor[]] {
    for (const [specialization, form] of this.fitting) {
      const others: Tensor[] = []
      if (!hasFormOf(form, rest, others)) continue
      if (others.every(({ storage }) => storage.memory === specialization.backend)) return [specialization, others]
    }
    const [specialization, leaves] = this.specialize(this.withState(rest))
    this.fitting.set(specialization, specialization.form.slice(1))
    return [specialization, leaves.slice(this.leaves.length)]
  }
}
