import { ConfigError } from '@gradus/core'
import type { Resolved } from '../config/resolve-config.ts'
import type { SavedRun } from './run-state.ts'

interface Progress {
  /** Where the run continues; undefined where nothing was saved yet. */
  readonly previous: SavedRun | undefined
  /** Whether everything that follows the last epoch was done. */
  readonly concluded: boolean
  /** The run as the user named it. */
  readonly run: string | undefined
  /** The number of epochs that the run had to train until now. */
  readonly savedEpochs: number
}

/**
 * Returns the epoch up to which a run is to be trained, counted from 1; that of its last epoch where only the conclusion is left.
 * Throws `ConfigError` where nothing is left to do.
 */
export function lastEpochOf(
  { fit }: Pick<Resolved, 'fit'>,
  { previous, concluded, run, savedEpochs }: Progress,
): number {
  const { epochs } = fit
  const done = previous?.state.records.length ?? 0
  // a callback has ended the training; more epochs are trained where they are asked for
  const stopped = previous?.fit.stopped === true && epochs <= savedEpochs
  if (done < epochs && !stopped) return epochs
  // weights of an epoch that has begun are not those after the last one
  if (done > 0 && !concluded && previous?.fit.step === 0) return done
  throw new ConfigError(
    run === undefined || done === 0
      ? 'fit.epochs is 0, so there is nothing to train. Set it to 1 or more: --epochs 1.'
      : `The run ${run} has ${done} of ${epochs} epochs${stopped ? ', after which a callback ended it' : ''}. ` +
          `Set a higher number to continue: --epochs ${Math.max(done, epochs) * 2}.`,
  )
}
