import type { FormatError } from '@gradus/core'
import type { Config } from './object.ts'

/** An operation of Gradus with its arguments: tensors, other applications and plain values, also in lists. */
export class Application {
  constructor(
    readonly operation: string,
    readonly args: readonly unknown[],
  ) {}
}

/** Makes an application. */
export function apply(operation: string, ...args: readonly unknown[]): Application {
  return new Application(operation, args)
}

/** Makes the error for an operation that cannot be translated. `problem` follows "it", as in "has weights". */
export type Fail = (problem: string) => FormatError

/**
 * Translates a call of a Keras operation. `args` are the positional arguments of the call, `options` the config and the named
 * arguments of the call.
 */
export type Translate = (args: readonly unknown[], options: Config, fail: Fail) => Application
