import { type Compiled, type CompiledLoop, compile } from '@gradus/graph'
import { Tensor, type Tree, tidy, treeLeaves } from '@gradus/tensor'

/** Options of compiled steps. */
export interface StepOptions {
  /** Whether a step is compiled to one program; otherwise it runs op by op, for debugging. */
  readonly jit: boolean
}

/** A compiled pure function from a state and other arguments to the next state. */
export interface CompiledStep<S extends Tree, A extends readonly unknown[]> {
  /** Runs `count` steps and returns the state after them, which has taken the place of `state`. */
  run(count: number, state: S, ...rest: A): S
  /** The number of traces. */
  readonly traces: number
  /** The reason for each trace after the first. */
  readonly retraces: readonly string[]
}

/** Compiles a step. */
export function compileStep<S extends Tree, A extends readonly unknown[]>(
  step: (state: S, ...rest: A) => S,
  { jit }: StepOptions,
): CompiledStep<S, A> {
  if (!jit) {
    return {
      run: (count, state, ...rest) => repeated((from) => opByOp(step, from, rest), count, state),
      traces: 0,
      retraces: [],
    }
  }
  const compiled: Compiled<[S, ...A], S> = compile(step, { donate: [0] })
  // held by their states, so that they do not keep tensors of states that nobody has any more
  const loops = new WeakMap<object, CompiledLoop<[S, ...A], S>>()
  return {
    run(count, state, ...rest) {
      const loop = loops.get(state as object) ?? compiled.loop(state)
      loop.run(count, ...(rest as never))
      loops.set(loop.state as object, loop)
      return loop.state
    },
    get traces() {
      return compiled.traces
    },
    retraces: compiled.retraces,
  }
}

function repeated<S>(step: (state: S) => S, count: number, state: S): S {
  let current = state
  for (let done = 0; done < count; done++) current = step(current)
  return current
}

function opByOp<S extends Tree, A extends readonly unknown[]>(step: (state: S, ...rest: A) => S, state: S, rest: A): S {
  const next = tidy(() => step(state, ...rest))
  const kept = new Set(treeLeaves([next, rest]))
  for (const leaf of treeLeaves(state)) if (!kept.has(leaf)) leaf.dispose()
  return next
}

/**
 * Returns `tree` with its keys in the order of `reference`. A repeated step takes its results as arguments, so both must have
 * the same order; layers and metrics may return theirs in any order.
 */
export function inOrderOf<T>(reference: T, tree: T): T {
  return ordered(reference, tree) as T
}

function ordered(reference: unknown, tree: unknown): unknown {
  if (Array.isArray(tree))
    return tree.map((item, index) => ordered((reference as unknown[] | undefined)?.[index], item))
  if (!isObject(reference) || !isObject(tree)) return tree
  const keys = [
    ...Object.keys(reference).filter((key) => key in tree),
    ...Object.keys(tree).filter((key) => !(key in reference)),
  ]
  return Object.fromEntries(keys.map((key) => [key, ordered(reference[key], tree[key])]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor)
}
