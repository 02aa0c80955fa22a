import { type Compiled, compile } from '@gradus/graph'
import { Tensor, type Tree, tidy, treeLeaves } from '@gradus/tensor'

export interface StepOptions {
  /** One program per step (default true), or op by op, for debugging. */
  readonly jit: boolean
}

/** A pure function of a state, which it changes, and of other things; compiled, and run again and again. */
export interface CompiledStep<S extends Tree, A extends readonly unknown[]> {
  /** `count` steps one after the other. The tensors of `state` are donated: results are written over them. */
  run(count: number, state: S, ...rest: A): S
  /** How often it was traced, and why more than once. */
  readonly traces: number
  readonly retraces: readonly string[]
}

export function compileStep<S extends Tree, A extends readonly unknown[]>(
  step: (state: S, ...rest: A) => S,
  { jit }: StepOptions,
): CompiledStep<S, A> {
  if (!jit) {
    return {
      run: (count, state, ...rest) => loop((from) => opByOp(step, from, rest), count, state),
      traces: 0,
      retraces: [],
    }
  }
  const compiled: Compiled<[S, ...A], S> = compile(step, { donate: [0] })
  return {
    run(count, state, ...rest) {
      // something that a layer or a metric keeps may change its shape with every step
      const repeatable = count > 1 && compiled.graph(state, ...rest).repeatable
      return repeatable ? compiled.repeat(count, state, ...rest) : loop((from) => compiled(from, ...rest), count, state)
    },
    get traces() {
      return compiled.traces
    },
    retraces: compiled.retraces,
  }
}

function loop<S>(step: (state: S) => S, count: number, state: S): S {
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
 * `tree` with its keys in the order of `model`. A step is repeated on its own results, so they must come in the order in
 * which they went in; layers and metrics may give theirs in any.
 */
export function inOrderOf<T>(model: T, tree: T): T {
  return ordered(model, tree) as T
}

function ordered(model: unknown, tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map((entry, index) => ordered((model as unknown[] | undefined)?.[index], entry))
  if (!isObject(model) || !isObject(tree)) return tree
  const keys = [
    ...Object.keys(model).filter((key) => key in tree),
    ...Object.keys(tree).filter((key) => !(key in model)),
  ]
  return Object.fromEntries(keys.map((key) => [key, ordered(model[key], tree[key])]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor)
}
