import { SymbolicTensor } from './symbolic.ts'
import type { Tensor } from './tensor.ts'

/** An argument that may be symbolic wherever it may be a tensor. */
type SymbolicArgument<T> =
  Extract<T, Tensor> extends never
    ? T extends readonly (infer E)[]
      ? Extract<E, Tensor> extends never
        ? T
        : readonly (E | SymbolicTensor)[]
      : T
    : T | SymbolicTensor

type SymbolicResult<T> = T extends Tensor ? SymbolicTensor : { [K in keyof T]: SymbolicResult<T[K]> }

/** A function of tensors that takes symbolic tensors too, and then gives symbolic ones. */
export interface Operation<A extends readonly unknown[] = never, R = unknown> {
  (...args: A): R
  (...args: { [K in keyof A]: SymbolicArgument<A[K]> }): SymbolicResult<R>
}

/**
 * Makes an operation of a function of tensors. Given symbolic tensors, alone or in a list, the call becomes a node of the
 * functional model that they belong to, and `run` is called with tensors when the model runs. `name` is how model files
 * call it.
 */
/* @__NO_SIDE_EFFECTS__ */
export function operation<A extends readonly unknown[], R>(name: string, run: (...args: A) => R): Operation<A, R> {
  const call = (...args: A): unknown => {
    for (const arg of args) {
      if (arg instanceof SymbolicTensor) return arg.source.record(name, run, args)
      if (Array.isArray(arg)) {
        const listed = (arg as readonly unknown[]).find((entry) => entry instanceof SymbolicTensor)
        if (listed) return (listed as SymbolicTensor).source.record(name, run, args)
      }
    }
    return run(...args)
  }
  return call as Operation<A, R>
}
