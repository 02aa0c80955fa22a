import { ConfigError, DataError, DivergenceError } from '@gradus/core'
import { BackendError, ShapeError } from '@gradus/tensor'
import { CommanderError } from 'commander'
import { FormatError } from 'gradus'

/** What the process ends with; scripts may rely on it. */
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

/** The run ended in order, and a figure is not as good as was asked for. */
export class TargetError extends Error {
  override name = 'TargetError'
}

/** The user ended the run. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}

/** The exit code that an error stands for. */
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
