import { type ArgumentKinds, argumentCheck } from './arguments.ts'
import type { Op } from './op.ts'
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
  readonly kind: 'operation'
  /** The name in model files. */
  readonly type: string
}

/** An operation that applies an op. */
export interface OperationOf<P, A extends readonly unknown[], R> extends Operation<A, R> {
  /** The op, as interpreters and backends see it: without broadcasting, number literals and defaults. */
  readonly op: Op<P>
}

/**
 * Makes an operation of a function of tensors. Given symbolic tensors, alone or in a list, the call becomes a node of the
 * functional model that they belong to, and `run` is called with tensors when the model runs. `type` is its name in files.
 * `takes` describes the arguments: the call then throws `TypeError` for others.
 */
/* @__NO_SIDE_EFFECTS__ */
export function operation<A extends readonly unknown[], R>(
  type: string,
  run: (...args: A) => R,
  takes?: ArgumentKinds,
): Operation<A, R> {
  let check: ((args: readonly unknown[]) => void) | undefined
  const call = (...args: A): unknown => {
    if (takes) (check ??= argumentCheck(type, takes))(args)
    const symbolic = symbolicAmong(args)
    return symbolic ? symbolic.source.record(call, args) : run(...args)
  }
  return Object.assign(call, { kind: 'operation', type } as const) as Operation<A, R>
}

/** Makes an operation of the function that applies `op`. It has the name of the op. */
/* @__NO_SIDE_EFFECTS__ */
export function operationOf<P, A extends readonly unknown[], R>(
  op: Op<P>,
  run: (...args: A) => R,
  takes?: ArgumentKinds,
): OperationOf<P, A, R> {
  return Object.assign(operation(op.name, run, takes), { op })
}

function symbolicAmong(args: readonly unknown[]): SymbolicTensor | undefined {
  for (const arg of args) {
    if (arg instanceof SymbolicTensor) return arg
    if (Array.isArray(arg) && arg.length > 0 && typeof arg[0] === 'object') {
      for (const entry of arg) if (entry instanceof SymbolicTensor) return entry
    }
  }
  return undefined
}
