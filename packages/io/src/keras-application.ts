import type { FormatError } from './format-error.ts'
import type { Config } from './keras-object.ts'

/** An operation of ours with its arguments: tensors, other applications and plain values, also in lists. */
export class Application {
  constructor(
    readonly operation: string,
    readonly args: readonly unknown[],
  ) {}
}

export function apply(operation: string, ...args: readonly unknown[]): Application {
  return new Application(operation, args)
}

/**
 * What a call of a Keras operation is here. `args` are those of the call, `options` the config and the named arguments of the
 * call; `fail` makes the error for what cannot be translated.
 */
export type Translate = (
  args: readonly unknown[],
  options: Config,
  fail: (problem: string) => FormatError,
) => Application
