import { ConfigError, DataError, DivergenceError } from '@gradus/core'
import { BackendError, ShapeError } from '@gradus/tensor'
import { CommanderError } from 'commander'
import { FormatError } from 'gradus'

/** The exit codes of the process. Scripts may rely on them. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  config: 2,
  data: 3,
  diverged: 4,
  backend: 5,
  target: 6,
  write: 7,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'success',
  unexpected: 'unexpected error',
  config: 'usage or config error',
  data: 'data or model file error',
  diverged: 'training diverged',
  backend: 'backend not available',
  target: 'below --min-accuracy',
  write: 'a file, a folder or the output cannot be written',
  hangup: 'stopped by SIGHUP, after saving',
  interrupted: 'stopped by SIGINT (Ctrl-C), after saving',
  terminated: 'stopped by SIGTERM, after saving',
}

/** The signals that stop a run, with the exit code of each. */
export const signalCodes = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hangup,
} as const

/** The exit codes with their meanings, for help texts. */
export function exitCodeHelp(): string {
  const codes = Object.entries(exitCodes) as [keyof typeof exitCodes, number][]
  return ['Exit codes:', ...codes.map(([name, code]) => `  ${String(code).padEnd(4)} ${meanings[name]}`)].join('\n')
}

/** Training succeeded, and a figure is worse than the target. */
export class TargetError extends Error {
  override name = 'TargetError'
}

/** A file, a folder or an output stream cannot be written. */
export class WriteError extends Error {
  override name = 'WriteError'
}

/** A signal stopped the run. */
export class Interrupted extends Error {
  override name = 'Interrupted'

  constructor(
    message: string,
    readonly signal: keyof typeof signalCodes,
  ) {
    super(message)
  }
}

/** Returns the exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.config
  if (error instanceof ConfigError || error instanceof ShapeError) return exitCodes.config
  if (error instanceof DataError || error instanceof FormatError) return exitCodes.data
  if (error instanceof DivergenceError) return exitCodes.diverged
  if (error instanceof BackendError) return exitCodes.backend
  if (error instanceof TargetError) return exitCodes.target
  if (error instanceof Interrupted) return signalCodes[error.signal]
  if (error instanceof WriteError || isFailedWrite(error)) return exitCodes.write
  return exitCodes.unexpected
}

/** Whether a function of `io` or a callback could not write a file; these errors have no class. */
function isFailedWrite(error: unknown): boolean {
  return error instanceof Error && /^The file '.*' cannot be written: /s.test(error.message)
}
