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
  interrupted: 130,
} as const

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'success',
  unexpected: 'unexpected error',
  config: 'usage or config error',
  data: 'data or model file error',
  diverged: 'training diverged',
  backend: 'backend not available',
  target: 'below --min-accuracy',
  interrupted: 'interrupted',
}

/** The exit codes with their meanings, for help texts. */
export function exitCodeHelp(): string {
  const codes = Object.entries(exitCodes) as [keyof typeof exitCodes, number][]
  return ['Exit codes:', ...codes.map(([name, code]) => `  ${String(code).padEnd(4)} ${meanings[name]}`)].join('\n')
}

/** Training succeeded, and a figure is worse than the target. */
export class TargetError extends Error {
  override name = 'TargetError'
}

/** The user stopped the run. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}

/** Returns the exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.config
  if (error instanceof ConfigError || error instanceof ShapeError) return exitCodes.config
  if (error instanceof DataError || error instanceof FormatError) return exitCodes.data
  if (error instanceof DivergenceError) return exitCodes.diverged
  if (error instanceof BackendError) return exitCodes.backend
  if (error instanceof TargetError) return exitCodes.target
  if (error instanceof Interrupted) return exitCodes.interrupted
  return exitCodes.unexpected
}
